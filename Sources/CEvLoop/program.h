/* Inside view of a program, for the session. */
#ifndef EVL_PROGRAM_PRIVATE_H
#define EVL_PROGRAM_PRIVATE_H

#include <stdatomic.h>

#include "evl_program.h"

struct evl_program {
    atomic_uint references;
    uint32_t base;
    uint32_t count;
    evl_program *next;        /* a live server's chain; written before the session can see it */
    const uint32_t **borders; /* per step: the delimiter's border table, or NULL */
    evl_step steps[];
};

#endif
