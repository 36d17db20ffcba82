/* Programs: one allocation that holds the steps, what they point to, and the delimiters' border
 * tables. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

static void fill_borders(uint32_t *table, const uint8_t *pattern, size_t length);

/* --- making one --- */

/* How much of each kind of thing all steps need; then, where the next of each kind goes. */
typedef struct program_need {
    size_t tables, checks, options, paces, cuts, bytes;
} program_need;

typedef struct program_room {
    uint32_t *tables;
    evl_check *checks;
    evl_option *options;
    evl_pace *paces;
    uint64_t *cuts;
    uint8_t *bytes;
} program_room;

static size_t table_entries(const evl_step *step) {
    return step->kind == EVL_STEP_RECEIVE_UNTIL ? step->length : 0;
}

static void add_need(program_need *need, const evl_step *step) {
    need->tables += table_entries(step);
    need->checks += step->check_count;
    need->options += step->option_count;
    need->paces += step->pace != NULL ? 1 : 0;
    need->cuts += step->pace != NULL ? step->pace->cut_count : 0;
    need->bytes += step->length + step->framing.delimiter_length;
    for (uint32_t i = 0; i < step->check_count; i++)
        need->bytes += step->checks[i].length;
    for (uint32_t i = 0; i < step->option_count; i++)
        need->bytes += step->options[i].length;
}

static const uint8_t *copy_bytes(program_room *room, const uint8_t *bytes, size_t length) {
    uint8_t *copy = room->bytes;
    if (length > 0)
        memcpy(copy, bytes, length);
    room->bytes += length;
    return copy;
}

static const evl_pace *copy_pace(program_room *room, const evl_pace *source) {
    if (source == NULL)
        return NULL;
    evl_pace *pace = room->paces++;
    *pace = *source;
    pace->cuts = room->cuts;
    if (source->cut_count > 0)
        memcpy(room->cuts, source->cuts, source->cut_count * sizeof *source->cuts);
    room->cuts += source->cut_count;
    return pace;
}

static void copy_step(evl_step *step, const evl_step *source, program_room *room) {
    *step = *source;
    step->bytes = copy_bytes(room, source->bytes, source->length);
    step->pace = copy_pace(room, source->pace);
    step->framing.delimiter =
        copy_bytes(room, source->framing.delimiter, source->framing.delimiter_length);
    step->checks = room->checks;
    for (uint32_t i = 0; i < source->check_count; i++) {
        evl_check *check = room->checks++;
        *check = source->checks[i];
        check->bytes = copy_bytes(room, source->checks[i].bytes, check->length);
    }
    step->options = room->options;
    for (uint32_t i = 0; i < source->option_count; i++) {
        evl_option *option = room->options++;
        *option = source->options[i];
        option->bytes = copy_bytes(room, source->options[i].bytes, option->length);
    }
}

static const uint32_t *make_borders(const evl_step *step, program_room *room) {
    size_t entries = table_entries(step);
    if (entries == 0)
        return NULL;
    uint32_t *table = room->tables;
    fill_borders(table, step->bytes, entries);
    room->tables += entries;
    return table;
}

/* Steps, checks, options and paces first, for they hold pointers; then numbers, then bytes. */
static evl_program *program_allocate(uint32_t count, const program_need *need, program_room *room) {
    size_t steps = sizeof(evl_program) + count * sizeof(evl_step);
    size_t checks = steps + need->checks * sizeof(evl_check);
    size_t options = checks + need->options * sizeof(evl_option);
    size_t paces = options + need->options * sizeof(evl_option);
    size_t borders = paces + need->paces * sizeof(evl_pace);
    size_t cuts = borders + count * sizeof(uint32_t *);
    size_t tables = cuts + need->cuts * sizeof(uint64_t);
    size_t bytes = tables + need->tables * sizeof(uint32_t);
    char *memory = malloc(bytes + need->bytes);
    if (memory == NULL)
        return NULL;
    room->checks = (evl_check *)(void *)(memory + steps);
    room->options = (evl_option *)(void *)(memory + checks);
    evl_program *program = (evl_program *)(void *)memory;
    room->paces = (evl_pace *)(void *)(memory + paces);
    program->borders = (const uint32_t **)(void *)(memory + borders);
    room->cuts = (uint64_t *)(void *)(memory + cuts);
    room->tables = (uint32_t *)(void *)(memory + tables);
    room->bytes = (uint8_t *)(memory + bytes);
    return program;
}

static bool step_needs_room(const evl_step *step) {
    return step->kind == EVL_STEP_PIECE || step->kind == EVL_STEP_CHOICE ||
           step->kind == EVL_STEP_REPEAT || step->kind == EVL_STEP_ASK;
}

bool program_needs_room(const evl_program *program) {
    while (program != NULL && !program->needs_room)
        program = program->next;
    return program != NULL;
}

bool program_is_measured(const evl_program *program) {
    while (program != NULL && !program->measured)
        program = program->next;
    return program != NULL;
}

const evl_step *program_find_step(const evl_program *program, uint32_t index) {
    while (program != NULL && index - program->base >= program->count)
        program = program->next;
    return program == NULL ? NULL : &program->steps[index - program->base];
}

evl_status evl_program_create(const evl_step *steps, uint32_t count, uint32_t base,
                              evl_program **out) {
    program_need need = {0};
    program_room room;
    for (uint32_t i = 0; i < count; i++) {
        if (!program_takes_step(steps, i, count))
            return EVL_INVALID;
        add_need(&need, &steps[i]);
    }
    evl_program *program = program_allocate(count, &need, &room);
    if (program == NULL)
        return EVL_NO_MEMORY;
    atomic_init(&program->references, 1);
    program->base = base;
    program->count = count;
    program->next = NULL;
    atomic_init(&program->chained, false);
    program->needs_room = program->measured = false;
    for (uint32_t i = 0; i < count; i++) {
        copy_step(&program->steps[i], &steps[i], &room);
        program->borders[i] = make_borders(&program->steps[i], &room);
        program->needs_room |= step_needs_room(&steps[i]);
        program->measured |= step_is_measured(&steps[i]);
    }
    *out = program;
    return EVL_OK;
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
