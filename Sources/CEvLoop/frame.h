/* Frame headers: pure, incremental, never reads past what it is given. */
#ifndef EVL_FRAME_H
#define EVL_FRAME_H

#include "evl_program.h"

typedef struct evl_frame_header {
    uint8_t bytes[EVL_MAX_HEADER];
    uint8_t count;
} evl_frame_header;

/* The number that `width` bytes say; at most 8. */
static inline uint64_t frame_decode(const uint8_t *bytes, uint8_t width, uint8_t byte_order) {
    uint64_t value = 0;
    if (width == 4 && byte_order == EVL_BIG_ENDIAN) /* the usual one, in one load */
        return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
               bytes[3];
    if (byte_order == EVL_BIG_ENDIAN)
        for (uint8_t i = 0; i < width; i++)
            value = value << 8 | bytes[i];
    else
        for (uint8_t i = width; i > 0; i--)
            value = value << 8 | bytes[i - 1];
    return value;
}

/* Feeds up to `length` bytes into `header`; `*used` says how many were taken. */
evl_frame_result frame_header_feed(evl_frame_header *header, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length, size_t *used,
                                   uint64_t *declared);

#endif
