/* The one event-loop thread of the process: started by the first server, living as long as the
 * process. */
#ifndef EVL_LOOP_H
#define EVL_LOOP_H

#include <stdint.h>

#include "evl_status.h"

typedef void (*evl_work_fn)(void *context);

/* Runs `work(context)` on the loop thread, after the jobs queued so far. For tests and diagnostics:
 * while it runs no connection is served. Starts the loop if need be. Any thread; does not block. */
evl_status evl_loop_post(evl_work_fn work, void *context);

/* The loop's clock: CLOCK_MONOTONIC in nanoseconds. Any thread. */
uint64_t evl_clock_ns(void);

/* What to add to that clock's time for CLOCK_REALTIME's, as of now: the wall clock can be set, and
 * is slewed. Any thread. */
int64_t evl_wall_offset_ns(void);

#endif
