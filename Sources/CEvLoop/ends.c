#include "ends.h"

#include <stdlib.h>
#include <string.h>

enum {
    SMALLEST = 64
};

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Where the tail begins, once the memory is full. */
static size_t head_length(const evl_ends *ends) {
    return ends->capacity - ends->capacity / 2;
}

/* Twice as much, but in the end a quarter of all: a stream that just outgrows its head is not to
 * cost the whole tail. */
static size_t larger(size_t capacity, size_t needed, size_t most) {
    size_t least = capacity < SMALLEST ? SMALLEST : capacity;
    while (least < needed && least < most)
        least += least <= most / 4 || most < 4 ? least : most / 4;
    return smaller(least, most);
}

static void grow(evl_ends *ends, size_t needed, size_t most, size_t room) {
    size_t capacity = larger(ends->capacity, needed, most);
    if (capacity - ends->capacity > room)
        capacity = ends->capacity + room;
    if (capacity <= ends->capacity)
        return;
    uint8_t *bytes = realloc(ends->bytes, capacity);
    if (bytes == NULL)
        return;
    ends->bytes = bytes;
    ends->capacity = capacity;
}

/* Appends what fits while the stream is still whole; answers how much. */
static size_t fill(evl_ends *ends, const uint8_t *bytes, size_t length, size_t most, size_t room) {
    size_t held = (size_t)ends->total;
    size_t wanted = smaller(length, most > held ? most - held : 0);
    if (ends->capacity - held < wanted)
        grow(ends, held + wanted, most, room);
    size_t taken = smaller(wanted, ends->capacity - held);
    if (taken > 0)
        memcpy(ends->bytes + held, bytes, taken);
    return taken;
}

/* The latest bytes go where the oldest of the tail are. */
static void go_round(evl_ends *ends, const uint8_t *bytes, size_t length) {
    size_t head = head_length(ends), tail = ends->capacity - head;
    if (tail == 0)
        return;
    if (length > tail) {
        bytes += length - tail;
        length = tail;
    }
    size_t first = smaller(length, ends->capacity - ends->next);
    memcpy(ends->bytes + ends->next, bytes, first);
    memcpy(ends->bytes + head, bytes + first, length - first);
    ends->next += length;
    if (ends->next >= ends->capacity)
        ends->next -= tail;
}

size_t ends_append(evl_ends *ends, uint64_t position, const uint8_t *bytes, size_t length,
                   size_t most, size_t room) {
    if (position != ends->total || length == 0)
        return 0;
    size_t before = ends->capacity, taken = 0;
    if (!ends->is_full) {
        taken = fill(ends, bytes, length, most, room);
        ends->is_full = taken < length;
        ends->next = head_length(ends);
    }
    if (taken < length)
        go_round(ends, bytes + taken, length - taken);
    ends->total += length;
    return ends->capacity - before;
}

evl_stream_view ends_view(const evl_ends *ends, uint64_t total, size_t most) {
    size_t head = ends->is_full ? head_length(ends) : (size_t)ends->total;
    evl_stream_view view = {.head = ends->bytes, .head_length = head};
    view.is_short = ends->is_full && ends->capacity < most;
    if (!ends->is_full || ends->capacity == 0 || ends->total != total)
        return view;
    view.tail[0] = ends->bytes + ends->next;
    view.tail_length[0] = ends->capacity - ends->next;
    view.tail[1] = ends->bytes + head;
    view.tail_length[1] = ends->next - head;
    return view;
}

void ends_free(evl_ends *ends) {
    free(ends->bytes);
    *ends = (evl_ends){0};
}
