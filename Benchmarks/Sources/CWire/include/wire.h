/* What the C programs of the benchmarks agree on: the bytes of each job and how a connection's
 * share of them is checked. Byte i of a payload is (i * 31 + 7) & 0xff. A frame is a 4-byte
 * big-endian length and that payload.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_PREFIX = 4,
    WIRE_PAYLOAD = 64,
    WIRE_FRAME = WIRE_PREFIX + WIRE_PAYLOAD,
    WIRE_CHUNK = 64 * 1024, /* the payload of a frame of the stream job */
    WIRE_CHUNK_FRAME = WIRE_PREFIX + WIRE_CHUNK,
    WIRE_AT_ONCE = 1024, /* messages that lie ready in `wire_repeat`, one after the other */
    WIRE_READ = 64 * 1024,
};

/* Writes `count` bytes of payload to `out`. */
void wire_payload(uint8_t *out, size_t count);

/* Writes a frame with `count` bytes of payload to `out`, which has room for WIRE_PREFIX more. */
void wire_frame(uint8_t *out, size_t count);

/* Returns WIRE_AT_ONCE messages, one after the other, framed or not; the caller frees them. Never
 * NULL. When `spoiled` is not negative, that byte of them is wrong: it is how one sees that the
 * other side looks. */
uint8_t *wire_repeat(bool framed, long spoiled);

/* What one connection has sent of a message that is not yet whole. */
typedef struct wire_partial {
    uint8_t bytes[WIRE_FRAME];
    uint8_t count;
} wire_partial;

/* A reader of messages of one kind. */
typedef struct wire_reader {
    size_t message; /* bytes of a message: WIRE_PAYLOAD, or WIRE_FRAME when framed */
    bool framed;
    uint8_t payload[WIRE_PAYLOAD]; /* what each must carry */
    uint8_t buffer[WIRE_FRAME + WIRE_READ];
} wire_reader;

void wire_reader_begin(wire_reader *reader, bool framed);

/* Where to read the next bytes of the connection with this `partial` to, WIRE_READ of them at most.
 */
uint8_t *wire_reader_room(wire_reader *reader, const wire_partial *partial);

/* Checks `count` bytes that were read to that place. Returns how many messages are whole with them,
 * or -1 when a byte is not what it must be. */
long wire_reader_take(wire_reader *reader, wire_partial *partial, size_t count);

#endif
