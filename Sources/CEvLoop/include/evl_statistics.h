/* What an endpoint counts of each step, if its config asks for it: how often it was done, how often
 * it failed, and how long it took. The rules of evl_endpoint.h hold here too. */
#ifndef EVL_STATISTICS_H
#define EVL_STATISTICS_H

#include <stdint.h>

#include "evl_endpoint.h"

/* Times are counted in buckets, log-linear as HdrHistogram's: exact below 32 ns, then 32 buckets
 * for each doubling, so that a bucket's bounds differ by 1/32 (3.1 %) at most. What took longer
 * than 2^42 ns (73 minutes) is in the last. */
enum {
    EVL_BUCKET_BITS = 5,
    EVL_LONGEST_BITS = 42,
    EVL_BUCKETS = (EVL_LONGEST_BITS - EVL_BUCKET_BITS + 1) << EVL_BUCKET_BITS
};

/* The bounds of a bucket in nanoseconds, both within it. */
uint64_t evl_bucket_lowest(uint32_t bucket);
uint64_t evl_bucket_highest(uint32_t bucket);

typedef struct evl_step_view {
    uint32_t script; /* which of the programs; 0 where there is one */
    uint32_t step;   /* its index, as in events */
    uint64_t done;   /* times it was done; a step whose clock goes on in the next counts there */
    uint64_t failed; /* connections that failed at it */
    uint64_t longest_ns;
    const uint64_t *buckets; /* EVL_BUCKETS of them; NULL: no times are kept of it */
} evl_step_view;

/* The steps of which something is counted, one after the other: from 0 until it answers false.
 * Inside the callback only. */
bool evl_endpoint_step(const evl_endpoint *endpoint, uint32_t index, evl_step_view *view);

#endif
