/* The two ends of a stream, in bounded memory: its first bytes and its latest. As long as all of it
 * fits, all of it is kept, in one run; then the latter half of the memory goes round. */
#ifndef EVL_ENDS_H
#define EVL_ENDS_H

#include "evl_event.h"

typedef struct evl_ends {
    uint8_t *bytes;
    size_t capacity;
    size_t next;    /* full: where the next byte goes, which is where the oldest of the tail is */
    uint64_t total; /* bytes of the stream so far */
    bool is_full;   /* more has come than the memory holds, which grows no more */
} evl_ends;

/* Keeps `length` bytes, the stream's from `position` on, in `most` bytes of memory at most, of
 * which `room` may be new. Answers how much memory was added.
 *
 * Bytes that don't follow those before (none were kept meanwhile, for want of memory) are left out.
 * Where memory lacks, what there is has to do: it is then halved like the whole would be. */
size_t ends_append(evl_ends *ends, uint64_t position, const uint8_t *bytes, size_t length,
                   size_t most, size_t room);

/* What is kept of a stream of which `total` bytes have come, and `most` were to be kept. */
evl_stream_view ends_view(const evl_ends *ends, uint64_t total, size_t most);

void ends_free(evl_ends *ends);

#endif
