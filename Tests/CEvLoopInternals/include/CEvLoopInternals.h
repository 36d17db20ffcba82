/* The core's pure parts, opened for its unit tests. */
#ifndef CEVLOOP_INTERNALS_H
#define CEVLOOP_INTERNALS_H

#include "../../../Sources/CEvLoop/buffer.h"
#include "../../../Sources/CEvLoop/check.h"
#include "../../../Sources/CEvLoop/ends.h"
#include "../../../Sources/CEvLoop/frame.h"
#include "../../../Sources/CEvLoop/keep.h"
#include "../../../Sources/CEvLoop/machine.h"
#include "../../../Sources/CEvLoop/measure.h"
#include "../../../Sources/CEvLoop/program.h"
#include "../../../Sources/CEvLoop/record.h"
#include "../../../Sources/CEvLoop/session.h"
#include "../../../Sources/CEvLoop/statistics.h"

/* Swift does not see into a struct with atomics and an open end. */
static inline const evl_step *internals_step(const evl_program *program, uint32_t index) {
    return &program->steps[index];
}

static inline const uint32_t *internals_borders(const evl_program *program, uint32_t index) {
    return program->borders[index];
}

static inline uint32_t internals_references(evl_program *program) {
    return atomic_load(&program->references);
}

/* What connection_append does with a live server's programs. */
static inline void internals_chain(evl_program *program, evl_program *next) {
    program->next = next;
}

#endif
