/* A growing byte buffer that is read from the front: what arrived before its step was current. */
#ifndef EVL_BUFFER_H
#define EVL_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "evl_status.h"

typedef struct evl_buffer {
    uint8_t *bytes;
    size_t start; /* first unread byte */
    size_t end;   /* one past the last */
    size_t capacity;
} evl_buffer;

/* Appends; on EVL_NO_MEMORY the buffer is as it was. */
evl_status buffer_append(evl_buffer *buffer, const uint8_t *bytes, size_t length);

/* Appends as many of the bytes as keep the total under `cap`; answers how many (0 without memory).
 */
size_t buffer_append_capped(evl_buffer *buffer, const uint8_t *bytes, size_t length, size_t cap);

/* Drops `length` bytes from the front; an emptied buffer keeps no memory over 4 KiB. */
void buffer_consume(evl_buffer *buffer, size_t length);

/* Keeps the first `length` bytes at most, in no more memory than they need. */
void buffer_trim(evl_buffer *buffer, size_t length);

void buffer_free(evl_buffer *buffer);

static inline size_t buffer_length(const evl_buffer *buffer) {
    return buffer->end - buffer->start;
}

#endif
