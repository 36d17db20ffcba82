/* Frame headers: pure, incremental, never reads past what it is given. */
#ifndef EVL_FRAME_H
#define EVL_FRAME_H

#include "evl_program.h"

typedef enum evl_frame_result {
    EVL_FRAME_PARTIAL,  /* all bytes taken, the header is not whole yet */
    EVL_FRAME_WHOLE,    /* the header is whole; `declared` is set */
    EVL_FRAME_TOO_LONG, /* the header is whole and declares more than `max`; `declared` is set */
} evl_frame_result;

typedef struct evl_frame_header {
    uint8_t bytes[EVL_MAX_HEADER];
    uint8_t count;
} evl_frame_header;

/* Feeds up to `length` bytes into `header`; `*used` says how many were taken. */
evl_frame_result frame_header_feed(evl_frame_header *header, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length, size_t *used,
                                   uint64_t *declared);

#endif
