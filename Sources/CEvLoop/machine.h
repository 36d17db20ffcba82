/* How busy the machine was: whether a client that answers late may itself have been kept from
 * running. Loop thread only. */
#ifndef EVL_MACHINE_PRIVATE_H
#define EVL_MACHINE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "evl_event.h"

enum {
    MACHINE_THREADS = 128 /* with more, they are not asked one by one */
};

typedef struct thread_wait {
    int32_t id;
    uint64_t waited_ns; /* ready to run and not running, since it began */
} thread_wait;

typedef struct machine_sample {
    uint32_t references;
    uint64_t time_ns;
    uint64_t cost_ns; /* how long it took to take it */
    bool has_pressure;
    uint64_t pressure_ns; /* that some task was ready to run and not running, since boot */
    uint32_t processors;
    uint64_t tick_ns;      /* of the kernel's clock, in which it weighs them */
    uint64_t stolen_ns;    /* that this virtual machine was, of all its processors */
    uint32_t thread_count; /* of this process; 0: not known */
    thread_wait threads[MACHINE_THREADS];
} machine_sample;

/* One that is not older than a few milliseconds, shared by all who ask; NULL without memory. Given
 * back by machine_release. */
machine_sample *machine_recent(uint64_t now_ns);

/* A new one. */
machine_sample *machine_now(uint64_t now_ns);

void machine_release(machine_sample *sample);

/* What a pressure in a window means for one task, at most. */
uint64_t machine_pressed(uint64_t pressure_ns, uint64_t window_ns, uint32_t processors,
                         uint64_t tick_ns);

/* How long a task may have waited for a processor between the two, at most, and who says so.
 * `is_ours`: it is a thread of this process, or several that wake each other. */
uint64_t machine_waited(const machine_sample *before, const machine_sample *after, bool is_ours,
                        evl_witness *witness);

#endif
