/* What numbers mean: whether a step took too long, or came in too many segments, or whether the
 * machine may be to blame. Pure. */
#ifndef EVL_MEASURE_PRIVATE_H
#define EVL_MEASURE_PRIVATE_H

#include <stddef.h>

#include "evl_event.h"

typedef enum measure_result {
    MEASURE_PASSED,
    MEASURE_DOUBTFUL, /* it would have failed, had nothing else been in the way */
    MEASURE_FAILED
} measure_result;

/* LATENCY: too long, and longer than the machine can account for? */
measure_result measure_latency(const evl_measure *measure);

/* Two clocks, read at one moment. */
typedef struct clock_pair {
    uint64_t monotonic_ns;
    uint64_t real_ns;
} clock_pair;

/* A stamp of the kernel's, which is of the real clock, as a time of the monotonic one: `read` is
 * from right after it was read, `before` from some time before. 0: there is no stamp, or one that
 * can't be, or the real clock was set in between. */
uint64_t measure_arrival(uint64_t stamp_ns, const clock_pair *before, const clock_pair *read);

/* A moment of the stream: so many bytes had come, in so many segments. */
typedef struct stream_mark {
    uint64_t bytes;
    uint64_t segments;
} stream_mark;

enum {
    STREAM_MARKS = 16
};

/* Those that still say something, the earliest first. */
typedef struct stream_marks {
    stream_mark marks[STREAM_MARKS];
    uint32_t count;
} stream_marks;

/* The first two are kept, for they stand at the step's start; then the latest. */
void measure_mark(stream_marks *marks, stream_mark mark);

/* In how many segments the bytes from `start` up to `end` came, at least and at most. */
void measure_count(const stream_marks *marks, uint64_t start, uint64_t end, evl_measure *measure);

/* SEGMENTS: exactly as many as asked for? */
measure_result measure_segments(const evl_measure *measure);

/* Forgets what is not needed for steps that begin at `start` or later. */
void measure_forget(stream_marks *marks, uint64_t start);

#endif
