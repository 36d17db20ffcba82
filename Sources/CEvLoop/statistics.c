/* Steps of all scripts stand behind each other in one table; a lone script's grows, as a live one
 * does. */
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

/* --- buckets --- */

uint64_t evl_bucket_lowest(uint32_t bucket) {
    uint32_t doubling = bucket >> EVL_BUCKET_BITS;
    uint32_t shift = doubling > 0 ? doubling - 1 : 0;
    return ((uint64_t)bucket - ((uint64_t)shift << EVL_BUCKET_BITS)) << shift;
}

uint64_t evl_bucket_highest(uint32_t bucket) {
    return evl_bucket_lowest(bucket + 1) - 1;
}

/* --- life --- */

static bool make_starts(evl_statistics *s, const uint32_t *step_counts, uint32_t scripts) {
    s->starts = calloc((size_t)scripts + 1, sizeof *s->starts);
    if (s->starts == NULL)
        return false;
    for (uint32_t i = 0; i < scripts; i++)
        s->starts[i + 1] = s->starts[i] + step_counts[i];
    s->scripts = scripts;
    return true;
}

static bool grow(evl_statistics *s, uint32_t capacity) {
    step_statistics *steps = realloc(s->steps, capacity * sizeof *steps);
    if (steps == NULL)
        return false;
    memset(steps + s->capacity, 0, (capacity - s->capacity) * sizeof *steps);
    s->steps = steps;
    s->capacity = capacity;
    return true;
}

evl_statistics *statistics_create(const uint32_t *step_counts, uint32_t scripts) {
    evl_statistics *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    uint32_t steps = scripts == 1 ? step_counts[0] : 0;
    if (scripts > 1 && !make_starts(s, step_counts, scripts))
        goto fail;
    if (scripts > 1)
        steps = s->starts[scripts];
    if (!grow(s, steps > 0 ? steps : 1))
        goto fail;
    return s;
fail:
    statistics_free(s);
    return NULL;
}

void statistics_free(evl_statistics *s) {
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < s->capacity; i++)
        free(s->steps[i].buckets);
    free(s->steps);
    free(s->starts);
    free(s);
}

/* --- counting --- */

/* NULL: there is no such step, or no memory to count it. */
static step_statistics *find(evl_statistics *s, uint32_t script, uint32_t step) {
    if (s->starts != NULL) {
        if (script >= s->scripts || step >= s->starts[script + 1] - s->starts[script])
            return NULL;
        return &s->steps[s->starts[script] + step];
    }
    if (step >= s->capacity && (step > UINT32_MAX / 4 || !grow(s, step * 2)))
        return NULL;
    return &s->steps[step];
}

/* Not for a step that was counted without. */
static void make_buckets(evl_statistics *s, step_statistics *entry) {
    if (entry->done > 0 || s->histograms == STATISTICS_HISTOGRAMS)
        return;
    entry->buckets = calloc(EVL_BUCKETS, sizeof *entry->buckets);
    s->histograms += entry->buckets != NULL ? 1 : 0;
}

void statistics_count(evl_statistics *s, uint32_t script, uint32_t step, uint64_t ns) {
    step_statistics *entry = find(s, script, step);
    if (entry == NULL)
        return;
    if (entry->buckets == NULL)
        make_buckets(s, entry);
    uint64_t *count =
        entry->buckets != NULL ? &entry->buckets[statistics_bucket(ns)] : &entry->done;
    ++*count;
    entry->longest_ns = ns > entry->longest_ns ? ns : entry->longest_ns;
}

void statistics_count_failure(evl_statistics *s, uint32_t script, uint32_t step) {
    step_statistics *entry = find(s, script, step);
    if (entry != NULL)
        entry->failed++;
}

/* --- showing --- */

static uint64_t times_done(const step_statistics *entry) {
    uint64_t done = entry->done;
    for (uint32_t i = 0; entry->buckets != NULL && i < EVL_BUCKETS; i++)
        done += entry->buckets[i];
    return done;
}

bool statistics_view(const evl_statistics *s, uint32_t index, evl_step_view *view) {
    if (index >= s->capacity)
        return false;
    uint32_t script = 0;
    while (s->starts != NULL && index >= s->starts[script + 1])
        script++;
    const step_statistics *entry = &s->steps[index];
    *view = (evl_step_view){
        .script = script,
        .step = s->starts != NULL ? index - s->starts[script] : index,
        .done = times_done(entry),
        .failed = entry->failed,
        .longest_ns = entry->longest_ns,
        .buckets = entry->buckets,
    };
    return true;
}
