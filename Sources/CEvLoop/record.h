/* Evidence of one connection, bounded: the first and latest events and traffic, both ends of each
 * direction's bytes. */
#ifndef EVL_RECORD_H
#define EVL_RECORD_H

#include "ends.h"
#include "evl_event.h"

/* Entries of one size, in order. */
typedef struct evl_trail {
    void *entries; /* the first RECORD_HEAD, then the latest */
    uint32_t count, capacity;
    uint64_t cut; /* how many between the two were dropped */
} evl_trail;

typedef struct evl_record {
    evl_trail events;  /* of evl_event */
    evl_trail traffic; /* of evl_traffic */
    bool has_read;     /* the latest traffic is a read, and nothing else yet */
    uint64_t taken;    /* bytes of ours that the kernel had taken by then */
    evl_ends received, sent;
    evl_end local; /* our own end, where the host can't say it */
} evl_record;

enum {
    RECORD_HEAD = 32,
    RECORD_ENTRIES = 256
};

/* Adds an event; without memory it is left out and counted as cut. */
void record_event(evl_record *record, const evl_event *event);

/* Adds a read or a write, in `room` bytes of new memory at most; answers how much was added. A
 * write at the time of the read right before it is noted with that. */
size_t record_traffic(evl_record *record, const evl_traffic *traffic, bool is_read, size_t room);

/* The memory that counts: that of bytes and traffic. */
size_t record_size(const evl_record *record);

void record_free(evl_record *record);

#endif
