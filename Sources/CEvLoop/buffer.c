#include "buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    SMALLEST = 64,
    KEPT_WHEN_EMPTY = 4096
};

static evl_status make_room(evl_buffer *buffer, size_t length) {
    if (buffer->capacity - buffer->end >= length)
        return EVL_OK;
    size_t held = buffer_length(buffer);
    if (buffer->start > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, held);
        buffer->start = 0;
        buffer->end = held;
    }
    size_t capacity = buffer->capacity < SMALLEST ? SMALLEST : buffer->capacity;
    while (capacity - held < length)
        capacity *= 2;
    if (capacity == buffer->capacity)
        return EVL_OK;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL)
        return EVL_NO_MEMORY;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return EVL_OK;
}

evl_status buffer_append(evl_buffer *buffer, const uint8_t *bytes, size_t length) {
    if (length == 0)
        return EVL_OK;
    evl_status status = make_room(buffer, length);
    if (status != EVL_OK)
        return status;
    memcpy(buffer->bytes + buffer->end, bytes, length);
    buffer->end += length;
    return EVL_OK;
}

size_t buffer_append_capped(evl_buffer *buffer, const uint8_t *bytes, size_t length, size_t cap) {
    size_t held = buffer_length(buffer);
    size_t room = held < cap ? cap - held : 0;
    size_t taken = length < room ? length : room;
    return buffer_append(buffer, bytes, taken) == EVL_OK ? taken : 0;
}

void buffer_consume(evl_buffer *buffer, size_t length) {
    assert(length <= buffer_length(buffer));
    buffer->start += length;
    if (buffer->start < buffer->end)
        return;
    buffer->start = buffer->end = 0;
    if (buffer->capacity > KEPT_WHEN_EMPTY)
        buffer_free(buffer);
}

void buffer_trim(evl_buffer *buffer, size_t length) {
    size_t kept = buffer_length(buffer) < length ? buffer_length(buffer) : length;
    if (kept == 0) {
        buffer_free(buffer);
        return;
    }
    memmove(buffer->bytes, buffer->bytes + buffer->start, kept);
    buffer->start = 0;
    buffer->end = kept;
    uint8_t *smaller = realloc(buffer->bytes, kept);
    if (smaller == NULL)
        return; /* then it stays as large as it was */
    buffer->bytes = smaller;
    buffer->capacity = kept;
}

void buffer_free(evl_buffer *buffer) {
    free(buffer->bytes);
    *buffer = (evl_buffer){0};
}
