#include "wire.h"

#include <stdlib.h>
#include <string.h>

void wire_payload(uint8_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        out[i] = (uint8_t)(i * 31 + 7);
    }
}

void wire_frame(uint8_t *out, size_t count) {
    for (size_t i = 0; i < WIRE_PREFIX; i++) {
        out[i] = (uint8_t)(count >> (8 * (WIRE_PREFIX - 1 - i)));
    }
    wire_payload(out + WIRE_PREFIX, count);
}

uint8_t *wire_repeat(bool framed, long spoiled) {
    size_t message = framed ? WIRE_FRAME : WIRE_PAYLOAD;
    uint8_t *all = malloc(WIRE_AT_ONCE * message);
    if (all == NULL) {
        abort();
    }
    for (size_t i = 0; i < WIRE_AT_ONCE; i++) {
        if (framed) {
            wire_frame(all + i * message, WIRE_PAYLOAD);
        } else {
            wire_payload(all + i * message, WIRE_PAYLOAD);
        }
    }
    if (spoiled >= 0 && (size_t)spoiled < WIRE_AT_ONCE * message) {
        all[spoiled] ^= 1;
    }
    return all;
}

void wire_reader_begin(wire_reader *reader, bool framed) {
    reader->framed = framed;
    reader->message = framed ? WIRE_FRAME : WIRE_PAYLOAD;
    wire_payload(reader->payload, WIRE_PAYLOAD);
}

uint8_t *wire_reader_room(wire_reader *reader, const wire_partial *partial) {
    return reader->buffer + partial->count;
}

static bool is_right(const wire_reader *reader, const uint8_t *message) {
    if (reader->framed) {
        uint32_t length = (uint32_t)message[0] << 24 | (uint32_t)message[1] << 16 |
                          (uint32_t)message[2] << 8 | message[3];
        if (length != WIRE_PAYLOAD) {
            return false;
        }
        message += WIRE_PREFIX;
    }
    return memcmp(message, reader->payload, WIRE_PAYLOAD) == 0;
}

long wire_reader_take(wire_reader *reader, wire_partial *partial, size_t count) {
    memcpy(reader->buffer, partial->bytes, partial->count);
    const uint8_t *next = reader->buffer;
    size_t left = partial->count + count;
    long whole = 0;
    for (; left >= reader->message; left -= reader->message, next += reader->message) {
        if (!is_right(reader, next)) {
            return -1;
        }
        whole++;
    }
    memcpy(partial->bytes, next, left);
    partial->count = (uint8_t)left;
    return whole;
}
