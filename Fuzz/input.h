/* A fuzzer's input, read byte by byte, and what every target says when something is not so. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct input {
    const uint8_t *bytes;
    size_t length;
} input;

/* The next byte; 0 behind the end. */
static uint8_t take(input *in) {
    if (in->length == 0)
        return 0;
    in->length--;
    return *in->bytes++;
}

static uint32_t take_number(input *in, int width) {
    uint32_t value = 0;
    for (int i = 0; i < width; i++)
        value = value << 8 | take(in);
    return value;
}

/* A copy whose memory ends where its bytes end, so that the sanitizers see a read beyond them. */
static uint8_t *copy_exactly(const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length);
    MUST(copy != NULL);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

#endif
