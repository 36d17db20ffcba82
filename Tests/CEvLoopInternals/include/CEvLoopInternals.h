/* The core's pure parts, opened for its unit tests. */
#ifndef CEVLOOP_INTERNALS_H
#define CEVLOOP_INTERNALS_H

#include "../../../Sources/CEvLoop/buffer.h"
#include "../../../Sources/CEvLoop/frame.h"
#include "../../../Sources/CEvLoop/record.h"
#include "../../../Sources/CEvLoop/session.h"

#endif
