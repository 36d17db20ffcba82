/* Evidence of one connection, bounded: the first and latest events, the first bytes each way. */
#ifndef EVL_RECORD_H
#define EVL_RECORD_H

#include "buffer.h"
#include "evl_event.h"

typedef struct evl_record {
    evl_event *events; /* the first RECORD_HEAD, then the latest */
    uint32_t count, capacity;
    uint64_t cut; /* how many between the two were dropped */
    evl_buffer received, sent;
} evl_record;

enum {
    RECORD_HEAD = 32,
    RECORD_EVENTS = 256
};

/* Adds an event; without memory it is left out and counted as cut. */
void record_event(evl_record *record, const evl_event *event);

/* Keeps the first `cap` bytes of a direction; answers how much memory was added. */
size_t record_bytes(evl_buffer *direction, const uint8_t *bytes, size_t length, size_t cap);

size_t record_size(const evl_record *record);

void record_free(evl_record *record);

#endif
