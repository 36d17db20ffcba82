/* Counters and latencies of an endpoint's steps, for loads.
 *
 * A step's histogram is made when it is first done and has a fixed size, so that afterwards nothing
 * is allocated: a step costs a few additions. Pure, but for memory. */
#ifndef EVL_STATISTICS_PRIVATE_H
#define EVL_STATISTICS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "evl_statistics.h"

enum {
    STATISTICS_HISTOGRAMS = 1024 /* of an endpoint: 10 MiB. Further steps are counted only */
};

typedef struct step_statistics {
    uint64_t *buckets;
    uint64_t longest_ns;
    uint64_t done; /* beside those in the buckets */
    uint64_t failed;
} step_statistics;

typedef struct evl_statistics {
    step_statistics *steps;
    uint32_t capacity;
    uint32_t histograms;
    uint32_t *starts; /* the first step of each script, and the end; NULL: there is one */
    uint32_t scripts;
} evl_statistics;

/* For scripts of so many steps; `scripts` is 0 or 1 where all connections share one, which may then
 * grow. NULL without memory. */
evl_statistics *statistics_create(const uint32_t *step_counts, uint32_t scripts);

void statistics_free(evl_statistics *statistics);

/* A step was done `ns` after it became current; any step, its first time too. */
void statistics_count(evl_statistics *statistics, uint32_t script, uint32_t step, uint64_t ns);

/* A connection failed at a step. */
void statistics_count_failure(evl_statistics *statistics, uint32_t script, uint32_t step);

/* The `index`-th entry; false: there is none. */
bool statistics_view(const evl_statistics *statistics, uint32_t index, evl_step_view *view);

/* Which bucket a time belongs into. */
static inline uint32_t statistics_bucket(uint64_t ns) {
    const uint64_t longest = ((uint64_t)1 << EVL_LONGEST_BITS) - 1;
    ns = ns < longest ? ns : longest;
    if (ns < 1u << EVL_BUCKET_BITS)
        return (uint32_t)ns;
    uint32_t shift = 63 - (uint32_t)__builtin_clzll(ns) - EVL_BUCKET_BITS;
    return (shift << EVL_BUCKET_BITS) + (uint32_t)(ns >> shift);
}

/* The hook of those who play steps; NULL: nothing is counted. */
static inline void statistics_step(evl_statistics *statistics, uint32_t script, uint32_t step,
                                   uint64_t now_ns, uint64_t began_ns) {
    if (statistics == NULL)
        return;
    uint64_t ns = now_ns > began_ns ? now_ns - began_ns : 0;
    bool is_here = statistics->starts == NULL && step < statistics->capacity;
    step_statistics *entry = is_here ? &statistics->steps[step] : NULL;
    if (entry == NULL || entry->buckets == NULL) {
        statistics_count(statistics, script, step, ns);
        return;
    }
    entry->buckets[statistics_bucket(ns)]++;
    if (ns > entry->longest_ns)
        entry->longest_ns = ns;
}

/* The hook of those who see connections end. */
static inline void statistics_ended(evl_statistics *statistics, uint32_t script,
                                    const evl_failure *failure) {
    if (statistics != NULL && failure != NULL && failure->kind != EVL_FAILURE_NONE &&
        failure->kind != EVL_FAILURE_UNSCRIPTED)
        statistics_count_failure(statistics, script, failure->step);
}

#endif
