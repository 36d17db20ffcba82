/* When the events are full, the older half of those behind the head makes room: constant cost per
 * event, no allocation once warm, and always in order. */
#include "record.h"

#include <stdlib.h>
#include <string.h>

enum {
    SMALLEST = 8,
    TAIL = RECORD_EVENTS - RECORD_HEAD
};

static bool make_room(evl_record *record) {
    if (record->count < record->capacity)
        return true;
    if (record->capacity == RECORD_EVENTS) {
        evl_event *tail = record->events + RECORD_HEAD;
        memmove(tail, tail + TAIL / 2, (TAIL - TAIL / 2) * sizeof *tail);
        record->count -= TAIL / 2;
        record->cut += TAIL / 2;
        return true;
    }
    uint32_t capacity = record->capacity == 0 ? SMALLEST : record->capacity * 2;
    evl_event *events = realloc(record->events, capacity * sizeof *events);
    if (events == NULL)
        return false;
    record->events = events;
    record->capacity = capacity;
    return true;
}

void record_event(evl_record *record, const evl_event *event) {
    if (make_room(record))
        record->events[record->count++] = *event;
    else
        record->cut++;
}

size_t record_bytes(evl_buffer *direction, const uint8_t *bytes, size_t length, size_t cap) {
    size_t before = direction->capacity;
    buffer_append_capped(direction, bytes, length, cap);
    return direction->capacity - before;
}

size_t record_size(const evl_record *record) {
    return record->received.capacity + record->sent.capacity;
}

void record_free(evl_record *record) {
    free(record->events);
    buffer_free(&record->received);
    buffer_free(&record->sent);
    *record = (evl_record){0};
}
