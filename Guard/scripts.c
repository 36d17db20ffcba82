#include "scripts.h"

#include <string.h>

#include "operations.h"

enum {
    PAYLOAD = 64
};

static const evl_framing lengths = {
    .kind = EVL_FRAMING_LENGTH, .width = 4, .byte_order = EVL_BIG_ENDIAN, .max = 1 << 20};
static const evl_framing lines = {.kind = EVL_FRAMING_LINE, .max = 1 << 16};
static const uint8_t prefix[] = {'a', 'b', 'c', 'd'};
static const evl_check begins_with = {
    .kind = EVL_CHECK_PREFIX, .size = 1, .bytes = prefix, .length = sizeof prefix};

static void fill_payload(uint8_t *bytes) {
    for (int i = 0; i < PAYLOAD; i++)
        bytes[i] = (uint8_t)('a' + i % 26);
}

size_t write_message(manner manner, uint8_t message[MOST_MESSAGE]) {
    switch (manner) {
    case RAW:
        fill_payload(message);
        return PAYLOAD;
    case FRAMED:
        memcpy(message, (uint8_t[]){0, 0, 0, PAYLOAD}, 4);
        fill_payload(message + 4);
        return PAYLOAD + 4;
    case PIECES:
        fill_payload(message);
        memcpy(message + PAYLOAD, "\r\n", 2);
        return PAYLOAD + 2;
    }
    return 0;
}

static evl_step make_expectation(manner manner, const uint8_t *message, size_t length) {
    switch (manner) {
    case RAW:
        return (evl_step){.kind = EVL_STEP_EXPECT_BYTES, .bytes = message, .length = length};
    case FRAMED:
        return (evl_step){.kind = EVL_STEP_EXPECT_FRAME,
                          .bytes = message + 4,
                          .length = length - 4,
                          .framing = lengths};
    case PIECES:
        return (evl_step){
            .kind = EVL_STEP_PIECE, .framing = lines, .checks = &begins_with, .check_count = 1};
    }
    return (evl_step){0};
}

evl_program *make_rounds(manner manner, bool speaks_first, uint64_t rounds, bool ends) {
    uint8_t message[MOST_MESSAGE];
    size_t length = write_message(manner, message);
    evl_step expectation = make_expectation(manner, message, length);
    evl_step send = {.kind = EVL_STEP_SEND, .bytes = message, .length = length};
    evl_step end = {.kind = speaks_first ? EVL_STEP_DISCONNECT : EVL_STEP_EXPECT_DISCONNECT,
                    .flags = EVL_STEP_IMPLICIT};
    evl_step steps[] = {
        speaks_first ? send : expectation,
        speaks_first ? expectation : send,
        {.kind = EVL_STEP_REPEAT, .number = rounds},
        end,
    };
    evl_program *program = NULL;
    require(evl_program_create(steps, ends ? 4 : 3, 0, &program) == EVL_OK, "a program");
    return program;
}
