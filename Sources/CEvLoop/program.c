/* Programs: one allocation that holds the steps, their bytes and the delimiters' border tables. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

static bool step_is_valid(const evl_step *step, uint32_t index);
static size_t table_entries(const evl_step *step);
static void fill_borders(uint32_t *table, const uint8_t *pattern, size_t length);

evl_status evl_program_create(const evl_step *steps, uint32_t count, uint32_t base,
                              evl_program **out) {
    size_t byte_total = 0, entry_total = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!step_is_valid(&steps[i], i))
            return EVL_INVALID;
        byte_total += steps[i].length;
        entry_total += table_entries(&steps[i]);
    }
    size_t head = sizeof(evl_program) + count * sizeof(evl_step);
    size_t tables = count * sizeof(uint32_t *);
    evl_program *program = malloc(head + tables + entry_total * sizeof(uint32_t) + byte_total);
    if (program == NULL)
        return EVL_NO_MEMORY;
    atomic_init(&program->references, 1);
    program->base = base;
    program->count = count;
    program->next = NULL;
    atomic_init(&program->chained, false);
    program->borders = (const uint32_t **)(void *)((char *)program + head);
    uint32_t *table = (uint32_t *)(void *)((char *)program->borders + tables);
    uint8_t *bytes = (uint8_t *)(table + entry_total);
    for (uint32_t i = 0; i < count; i++) {
        evl_step *step = &program->steps[i];
        *step = steps[i];
        if (step->length > 0)
            memcpy(bytes, steps[i].bytes, step->length);
        step->bytes = bytes;
        bytes += step->length;
        size_t entries = table_entries(step);
        program->borders[i] = entries > 0 ? table : NULL;
        if (entries > 0)
            fill_borders(table, step->bytes, entries);
        table += entries;
    }
    *out = program;
    return EVL_OK;
}

evl_program *evl_program_retain(evl_program *program) {
    atomic_fetch_add_explicit(&program->references, 1, memory_order_relaxed);
    return program;
}

void evl_program_release(evl_program *program) {
    if (program == NULL)
        return;
    if (atomic_fetch_sub_explicit(&program->references, 1, memory_order_acq_rel) == 1)
        free(program);
}

bool program_claim(evl_program *program) {
    return !atomic_exchange_explicit(&program->chained, true, memory_order_relaxed);
}

bool program_can_answer(const evl_program *program) {
    for (uint32_t i = 0; i < program->count; i++)
        if (program->steps[i].kind == EVL_STEP_ASK || program->steps[i].kind == EVL_STEP_REPEAT)
            return false;
    return true;
}

static bool width_is_valid(uint8_t width) {
    return width == 1 || width == 2 || width == 4 || width == 8;
}

static bool step_is_valid(const evl_step *step, uint32_t index) {
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_EXPECT_BYTES:
    case EVL_STEP_SEND:
        return step->length > 0;
    case EVL_STEP_RECEIVE_UNTIL:
        return step->length > 0 && step->length <= UINT32_MAX && step->number >= step->length;
    case EVL_STEP_EXPECT_FRAME:
        return width_is_valid(step->framing.width) && step->length <= step->framing.max;
    case EVL_STEP_RECEIVE_EXACTLY:
    case EVL_STEP_RECEIVE_AT_LEAST:
        return step->number > 0;
    case EVL_STEP_REPEAT:
        return step->number > 0 && step->number <= UINT32_MAX && step->target < index &&
               step->depth < EVL_MAX_NESTING;
    case EVL_STEP_EXPECT_DISCONNECT:
    case EVL_STEP_DISCONNECT:
        return step->expected_leave <= EVL_EXPECT_RESET;
    case EVL_STEP_EXPECT_CONNECT:
    case EVL_STEP_EXPECT_SILENCE:
    case EVL_STEP_EXPECT_EOF:
    case EVL_STEP_DELAY:
    case EVL_STEP_HALF_CLOSE:
    case EVL_STEP_CLOSE:
    case EVL_STEP_RESET:
    case EVL_STEP_ASK:
        return true;
    }
    return false;
}

static size_t table_entries(const evl_step *step) {
    return step->kind == EVL_STEP_RECEIVE_UNTIL ? step->length : 0;
}

/* table[i] = length of the longest proper prefix of pattern that ends at i (Knuth-Morris-Pratt):
 * with it a delimiter split over any number of reads is found in linear time. */
static void fill_borders(uint32_t *table, const uint8_t *pattern, size_t length) {
    uint32_t border = 0;
    table[0] = 0;
    for (size_t i = 1; i < length; i++) {
        while (border > 0 && pattern[i] != pattern[border])
            border = table[border - 1];
        if (pattern[i] == pattern[border])
            border++;
        table[i] = border;
    }
}
