/* When a trail is full, the older half of the entries behind its head makes room: constant cost per
 * entry, no allocation once warm, and always in order. */
#include "record.h"

#include <stdlib.h>
#include <string.h>

enum {
    SMALLEST = 8
};

/* Drops entries behind the head; false: there is nothing but the head. */
static bool drop_some(evl_trail *trail, size_t size) {
    uint32_t behind = trail->count > RECORD_HEAD ? trail->count - RECORD_HEAD : 0;
    uint32_t dropped = behind - behind / 2;
    if (behind == 0)
        return false;
    uint8_t *tail = (uint8_t *)trail->entries + RECORD_HEAD * size;
    memmove(tail, tail + dropped * size, (behind - dropped) * size);
    trail->count -= dropped;
    trail->cut += dropped;
    return true;
}

/* What was cut between an unfinished head and the rest could not be told apart from the tail's cut.
 */
static bool may_grow(const evl_trail *trail) {
    return trail->capacity < RECORD_ENTRIES && trail->cut == 0;
}

/* Where the next entry goes, in `room` bytes of new memory at most; NULL: there is no place. */
static inline void *next_entry(evl_trail *trail, size_t size, size_t room) {
    if (trail->count == trail->capacity) {
        uint32_t capacity = trail->capacity == 0 ? SMALLEST : trail->capacity * 2;
        void *entries = may_grow(trail) && (capacity - trail->capacity) * size <= room
                            ? realloc(trail->entries, capacity * size)
                            : NULL;
        if (entries != NULL) {
            trail->entries = entries;
            trail->capacity = capacity;
        } else if (!drop_some(trail, size)) {
            trail->cut++;
            return NULL;
        }
    }
    return (uint8_t *)trail->entries + trail->count++ * size;
}

void record_event(evl_record *record, const evl_event *event) {
    evl_event *entry = next_entry(&record->events, sizeof *entry, SIZE_MAX);
    if (entry != NULL)
        *entry = *event;
}

size_t record_traffic(evl_record *record, const evl_traffic *traffic, bool is_read, size_t room) {
    evl_trail *trail = &record->traffic;
    uint32_t before = trail->capacity;
    evl_traffic *last = trail->count == 0 ? NULL : (evl_traffic *)trail->entries + trail->count - 1;
    bool is_reply = !is_read && record->has_read && last->time_ns == traffic->time_ns;
    evl_traffic *entry = is_reply ? last : next_entry(trail, sizeof *entry, room);
    record->has_read = is_read && entry != NULL;
    if (entry != NULL)
        *entry = *traffic;
    return (trail->capacity - before) * sizeof *entry;
}

size_t record_size(const evl_record *record) {
    return record->received.capacity + record->sent.capacity +
           record->traffic.capacity * sizeof(evl_traffic);
}

void record_free(evl_record *record) {
    free(record->events.entries);
    free(record->traffic.entries);
    ends_free(&record->received);
    ends_free(&record->sent);
    *record = (evl_record){0};
}
