/* The C core's public boundary. */
#ifndef CEVLOOP_H
#define CEVLOOP_H

#include "evl_endpoint.h"
#include "evl_event.h"
#include "evl_framing.h"
#include "evl_loop.h"
#include "evl_observe.h"
#include "evl_probe.h"
#include "evl_program.h"
#include "evl_statistics.h"
#include "evl_status.h"

#endif
