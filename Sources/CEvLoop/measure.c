/* Nobody is accused of what the machine may have done: each doubt is counted for the client. */
#include "measure.h"

#include <string.h>

#define SHARED_NS 1000000u /* 1 ms: between the wake-up for a byte and the stamp of a later one */
#define STEPPED_NS 1000000 /* 1 ms: more than any clock is slewed by between two reads */

/* --- latency --- */

measure_result measure_latency(const evl_measure *m) {
    if (m->measured <= m->bound)
        return MEASURE_PASSED;
    if (m->witness == EVL_WITNESS_NONE)
        return MEASURE_DOUBTFUL;
    uint64_t excess = m->measured - m->bound;
    uint64_t excused = m->late_ns + m->waited_ns + (m->shared ? SHARED_NS : 0);
    return excess <= excused ? MEASURE_DOUBTFUL : MEASURE_FAILED;
}

static int64_t distance(const clock_pair *pair) {
    return (int64_t)(pair->real_ns - pair->monotonic_ns);
}

/* By the stamp's age when it was read: so it matters only whether the clock was set since then. */
uint64_t measure_arrival(uint64_t stamp_ns, const clock_pair *before, const clock_pair *read) {
    if (stamp_ns == 0 || stamp_ns > read->real_ns)
        return 0;
    int64_t step = distance(read) - distance(before);
    uint64_t age = read->real_ns - stamp_ns;
    if (step > STEPPED_NS || step < -STEPPED_NS || age >= read->monotonic_ns)
        return 0;
    return read->monotonic_ns - age;
}

/* --- segments --- */

void measure_mark(stream_marks *m, stream_mark mark) {
    if (m->count > 0 && m->marks[m->count - 1].bytes == mark.bytes) {
        m->marks[m->count - 1] = mark;
        return;
    }
    if (m->count == STREAM_MARKS) {
        memmove(&m->marks[2], &m->marks[3], (STREAM_MARKS - 3) * sizeof mark);
        m->count--;
    }
    m->marks[m->count++] = mark;
}

/* Segments between two marks inside are the step's alone; one that holds its first byte, or its
 * last, may be a neighbour's too. */
void measure_count(const stream_marks *m, uint64_t start, uint64_t end, evl_measure *measure) {
    const stream_mark *below = NULL, *first = NULL, *last = NULL, *above = NULL;
    for (uint32_t i = 0; i < m->count; i++) {
        const stream_mark *mark = &m->marks[i];
        if (mark->bytes <= start)
            below = mark;
        if (mark->bytes >= start && mark->bytes <= end) {
            first = first == NULL ? mark : first;
            last = mark;
        }
        if (mark->bytes >= end && above == NULL)
            above = mark;
    }
    uint64_t least = 1;
    if (first != NULL)
        least = last->segments - first->segments + (first->bytes > start ? 1 : 0) +
                (last->bytes < end ? 1 : 0);
    bool bounded = below != NULL && above != NULL;
    measure->measured = least > 0 ? least : 1;
    measure->most = bounded ? above->segments - below->segments : UINT64_MAX;
    measure->shared = measure->most != measure->measured;
}

measure_result measure_segments(const evl_measure *m) {
    if (m->most < m->bound)
        return MEASURE_FAILED;
    if (m->measured > m->bound)
        return m->again ? MEASURE_DOUBTFUL : MEASURE_FAILED;
    return m->measured == m->most ? MEASURE_PASSED : MEASURE_DOUBTFUL;
}

void measure_forget(stream_marks *m, uint64_t start) {
    uint32_t kept = 0;
    while (kept + 1 < m->count && m->marks[kept + 1].bytes <= start)
        kept++;
    memmove(m->marks, m->marks + kept, (m->count - kept) * sizeof *m->marks);
    m->count -= kept;
}
