/* Decodes a valid program from a fuzzer's input, laid out as scripts are: bodies of repeats and
 * options stand behind one another, ways on lead forward, but for the ends of repeats and for what
 * goes back to a choice that takes each of its options once. */
#ifndef FUZZ_SESSION_PROGRAM_H
#define FUZZ_SESSION_PROGRAM_H

#include "evl_program.h"
#include "input.h"

/* From so many on nothing new is begun; there is room for what closes the open structures. */
enum {
    ENOUGH_STEPS = 60,
    ENOUGH_CHECKS = 120,
    ENOUGH_OPTIONS = 60,
    MOST_DEPTH = 4,
    STEP_ROOM = 256,
    CHECK_ROOM = 1024,
    OPTION_ROOM = 128,
    BYTE_ROOM = 1024
};

typedef struct draft {
    evl_step steps[STEP_ROOM];
    evl_check checks[CHECK_ROOM];
    evl_option options[OPTION_ROOM];
    uint8_t bytes[BYTE_ROOM];
    uint32_t count, check_count, option_count, byte_count;
    uint32_t cut_by[STEP_ROOM]; /* whose framing cuts a frame taken in this step's name */
    bool by_arrival; /* some step takes what is there, or minds when it came: splits may differ */
} draft;

static void add_steps(draft *d, input *in, uint8_t depth);

/* --- parts of steps --- */

static const uint8_t *add_bytes(draft *d, input *in, size_t *length) {
    uint8_t *start = d->bytes + d->byte_count;
    *length = 1 + take(in) % 5;
    if (d->byte_count + *length > BYTE_ROOM)
        start = d->bytes; /* any will do */
    else
        d->byte_count += (uint32_t)*length;
    for (size_t i = 0; i < *length && start != d->bytes; i++)
        start[i] = take(in);
    return start;
}

static evl_framing take_framing(draft *d, input *in) {
    evl_framing framing = {.kind = take(in) % (EVL_FRAMING_AVAILABLE + 1), .max = take(in)};
    if (framing.kind == EVL_FRAMING_LENGTH) {
        framing.width = (uint8_t)(1u << take(in) % 4);
        framing.byte_order = take(in) % 2;
        framing.offset = take(in) % 4;
        framing.includes_header = take(in) & 1;
        framing.adjustment = (int8_t)take(in);
        framing.max += framing.offset;
    }
    if (framing.kind == EVL_FRAMING_DELIMITER)
        framing.delimiter = add_bytes(d, in, &framing.delimiter_length);
    if (framing.kind == EVL_FRAMING_AVAILABLE)
        d->by_arrival = true;
    framing.max += framing.max == 0 ? 1 : 0;
    return framing;
}

static void add_check(draft *d, input *in, int depth) {
    evl_check *check = &d->checks[d->check_count++];
    uint32_t place = d->check_count - 1;
    *check = (evl_check){.kind = take(in) % (EVL_CHECK_ANY_OF + 1)};
    bool has_parts = check->kind >= EVL_CHECK_NOT;
    if (has_parts && (depth == 4 || d->check_count >= ENOUGH_CHECKS)) {
        check->kind = EVL_CHECK_ANY;
    } else if (has_parts) {
        int parts = check->kind == EVL_CHECK_NOT ? 1 : 1 + take(in) % 3;
        while (parts-- > 0)
            add_check(d, in, depth + 1);
    } else if (check->kind != EVL_CHECK_ANY) {
        check->bytes = add_bytes(d, in, &check->length);
    }
    check->size = d->check_count - place;
}

/* --- steps --- */

static bool has_room(const draft *d) {
    return d->count < ENOUGH_STEPS && d->check_count < ENOUGH_CHECKS &&
           d->option_count < ENOUGH_OPTIONS;
}

static evl_step *add_step(draft *d, evl_step_kind kind) {
    evl_step *step = &d->steps[d->count];
    *step = (evl_step){.kind = (uint8_t)kind};
    d->cut_by[d->count] = UINT32_MAX;
    d->count++;
    return step;
}

static uint32_t add_piece(draft *d, input *in, uint8_t flags) {
    MUST(d->count + 8 < STEP_ROOM && d->check_count + 128 < CHECK_ROOM);
    uint32_t place = d->count;
    evl_step *step = add_step(d, EVL_STEP_PIECE);
    step->flags = flags | (take(in) & (EVL_STEP_KEEP | EVL_STEP_QUESTION));
    step->framing = take_framing(d, in);
    step->checks = d->checks + d->check_count;
    uint32_t first = d->check_count;
    add_check(d, in, 0);
    step->check_count = d->check_count - first;
    d->cut_by[place] = place;
    return place;
}

static void set_options(draft *d, input *in, evl_step *step) {
    step->option_count = 1 + take(in) % 4;
    step->options = d->options + d->option_count;
    step->checks = d->checks + d->check_count;
    d->option_count += step->option_count;
    uint32_t first = d->check_count;
    for (uint32_t i = 0; i < step->option_count; i++) {
        evl_option *option = d->options + (step->options - d->options) + i;
        *option = (evl_option){.check = d->check_count - first};
        bool otherwise = i > 0 && i + 1 == step->option_count && (step->flags & 1) != 0;
        if (step->framed)
            add_check(d, in, 2);
        else if (!otherwise)
            option->bytes = add_bytes(d, in, &option->length);
    }
    step->check_count = d->check_count - first;
}

/* The body of an option: the bytes that told it, or an entry in whose name its frame is taken. */
static void add_option(draft *d, input *in, uint32_t choice, uint32_t index) {
    evl_step *step = &d->steps[choice];
    evl_option *option = d->options + (step->options - d->options) + index;
    option->step = d->count;
    if (step->framed) {
        add_piece(d, in, 0);
        d->cut_by[d->count - 1] = choice;
        option->target = d->count;
    } else {
        option->target = d->count;
        if (option->length > 0) {
            evl_step *expect = add_step(d, EVL_STEP_EXPECT_BYTES);
            expect->bytes = option->bytes;
            expect->length = option->length;
        }
    }
    add_steps(d, in, step->depth + 1);
    add_step(d, EVL_STEP_JUMP)->target = choice;
}

static void add_choice(draft *d, input *in, uint8_t depth, uint8_t flags) {
    uint32_t choice = d->count, jumps[4] = {0};
    evl_step *step = add_step(d, EVL_STEP_CHOICE);
    uint8_t how = take(in);
    step->depth = depth;
    step->framed = how & 1;
    step->flags = (how & 2) != 0 && flags == 0 ? 1 : 0; /* an option for all else */
    if (step->framed)
        step->framing = take_framing(d, in);
    set_options(d, in, step);
    step->flags = flags | ((how & 4) != 0 && flags == 0 ? EVL_STEP_EACH_ONCE : 0);
    if (step->framed)
        step->flags |= how & (EVL_STEP_KEEP | EVL_STEP_QUESTION);
    for (uint32_t i = 0; i < step->option_count; i++) {
        add_option(d, in, choice, i);
        jumps[i] = d->count - 1;
    }
    for (uint32_t i = 0; i < step->option_count; i++)
        if ((step->flags & EVL_STEP_EACH_ONCE) == 0)
            d->steps[jumps[i]].target = d->count;
    step->target = d->count;
}

static void add_repeat(draft *d, input *in, uint8_t depth, bool serves) {
    uint32_t first = d->count;
    uint8_t how = take(in);
    uint8_t flags = EVL_STEP_OR_LEAVE | ((how & 1) != 0 ? EVL_STEP_MAY_STAY : 0);
    if (!serves)
        add_steps(d, in, depth + 1);
    else if ((how & 2) != 0)
        add_piece(d, in, flags);
    else
        add_choice(d, in, depth + 1, flags);
    evl_step *step = add_step(d, EVL_STEP_REPEAT);
    step->target = first;
    step->depth = depth;
    step->number = serves ? EVL_ROUNDS_ENDLESS : 1 + how % 3;
    if (serves)
        d->steps[first].target = d->count;
}

static void add_structure(draft *d, input *in, uint8_t depth) {
    if (depth >= MOST_DEPTH || !has_room(d))
        add_step(d, EVL_STEP_EXPECT_CONNECT);
    else if (take(in) % 2 == 0)
        add_repeat(d, in, depth, take(in) % 2 == 0);
    else
        add_choice(d, in, depth, 0);
}

static void add_end(draft *d, input *in) {
    static const evl_step_kind ends[] = {EVL_STEP_EXPECT_EOF, EVL_STEP_EXPECT_DISCONNECT,
                                         EVL_STEP_HALF_CLOSE, EVL_STEP_DISCONNECT,
                                         EVL_STEP_CLOSE,      EVL_STEP_RESET,
                                         EVL_STEP_STALL};
    evl_step *step = add_step(d, ends[take(in) % 7]);
    uint8_t how = take(in);
    if (step->kind == EVL_STEP_EXPECT_DISCONNECT || step->kind == EVL_STEP_DISCONNECT)
        step->expected_leave = how % (EVL_EXPECT_RESET + 1);
    if (step->kind == EVL_STEP_EXPECT_DISCONNECT)
        step->flags = how & (EVL_STEP_IMPLICIT | EVL_STEP_MAY_STAY);
    if (step->kind == EVL_STEP_DISCONNECT || step->kind == EVL_STEP_RESET)
        step->flags = how & EVL_STEP_DISCARD;
    if (step->kind == EVL_STEP_STALL) {
        step->flags = EVL_STEP_DISCARD | (how & EVL_STEP_MAY_STAY);
        step->expected_leave = EVL_EXPECT_ANY;
        d->by_arrival = true;
    }
}

static void add_plain(draft *d, input *in) {
    static const evl_step_kind kinds[] = {EVL_STEP_EXPECT_BYTES,
                                          EVL_STEP_EXPECT_FRAME,
                                          EVL_STEP_RECEIVE_EXACTLY,
                                          EVL_STEP_RECEIVE_AT_LEAST,
                                          EVL_STEP_RECEIVE_UNTIL,
                                          EVL_STEP_EXPECT_SILENCE,
                                          EVL_STEP_SEND,
                                          EVL_STEP_DELAY,
                                          EVL_STEP_ASK,
                                          EVL_STEP_STALL,
                                          EVL_STEP_STOP_READING,
                                          EVL_STEP_RESUME_READING,
                                          EVL_STEP_EXPECT_BACKPRESSURE};
    evl_step *step = add_step(d, kinds[take(in) % 13]);
    step->number = 1 + take(in) % 9;
    step->bytes = add_bytes(d, in, &step->length);
    if (step->kind == EVL_STEP_RECEIVE_UNTIL)
        step->number += step->length;
    if (step->kind == EVL_STEP_EXPECT_FRAME)
        step->framing = (evl_framing){
            .width = (uint8_t)(1u << take(in) % 4), .byte_order = take(in) % 2, .max = 9};
    d->by_arrival |= step->kind == EVL_STEP_RECEIVE_AT_LEAST ||
                     step->kind == EVL_STEP_EXPECT_SILENCE || step->kind >= EVL_STEP_STALL;
}

static void add_steps(draft *d, input *in, uint8_t depth) {
    for (int left = 1 + take(in) % 4; left > 0 && has_room(d); left--) {
        uint8_t how = take(in) % 8;
        if (how < 3)
            add_plain(d, in);
        else if (how < 5)
            add_piece(d, in, 0);
        else if (how < 7)
            add_structure(d, in, depth);
        else
            add_end(d, in);
    }
}

static void take_program(draft *d, input *in) {
    *d = (draft){0};
    add_steps(d, in, 0);
    add_end(d, in);
}

#endif
