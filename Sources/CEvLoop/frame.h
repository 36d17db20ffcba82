/* Frame headers: pure, incremental, never reads past what it is given. */
#ifndef EVL_FRAME_H
#define EVL_FRAME_H

#include "evl_program.h"

typedef struct evl_frame_header {
    uint8_t bytes[EVL_MAX_HEADER];
    uint8_t count;
} evl_frame_header;

/* The number that `width` bytes say; at most 8. */
uint64_t frame_decode(const uint8_t *bytes, uint8_t width, uint8_t byte_order);

/* Feeds up to `length` bytes into `header`; `*used` says how many were taken. */
evl_frame_result frame_header_feed(evl_frame_header *header, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length, size_t *used,
                                   uint64_t *declared);

#endif
