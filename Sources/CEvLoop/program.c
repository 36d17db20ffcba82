/* Programs: one allocation that holds the steps, what they point to, and the delimiters' border
 * tables. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static bool step_is_valid(const evl_step *steps, uint32_t index, uint32_t count);
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

evl_status evl_program_create(const evl_step *steps, uint32_t count, uint32_t base,
                              evl_program **out) {
    program_need need = {0};
    program_room room;
    for (uint32_t i = 0; i < count; i++) {
        if (!step_is_valid(steps, i, count))
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
    program->needs_room = false;
    for (uint32_t i = 0; i < count; i++) {
        copy_step(&program->steps[i], &steps[i], &room);
        program->borders[i] = make_borders(&program->steps[i], &room);
        program->needs_room |= step_needs_room(&steps[i]);
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

/* --- rules --- */

bool program_can_answer(const evl_program *program) {
    for (uint32_t i = 0; i < program->count; i++) {
        switch ((evl_step_kind)program->steps[i].kind) {
        case EVL_STEP_ASK:
        case EVL_STEP_REPEAT:
        case EVL_STEP_JUMP:
        case EVL_STEP_PIECE:
        case EVL_STEP_CHOICE:
            return false;
        case EVL_STEP_EXPECT_CONNECT:
        case EVL_STEP_EXPECT_BYTES:
        case EVL_STEP_EXPECT_FRAME:
        case EVL_STEP_RECEIVE_EXACTLY:
        case EVL_STEP_RECEIVE_AT_LEAST:
        case EVL_STEP_RECEIVE_UNTIL:
        case EVL_STEP_EXPECT_SILENCE:
        case EVL_STEP_EXPECT_EOF:
        case EVL_STEP_EXPECT_DISCONNECT:
        case EVL_STEP_SEND:
        case EVL_STEP_DELAY:
        case EVL_STEP_HALF_CLOSE:
        case EVL_STEP_DISCONNECT:
        case EVL_STEP_CLOSE:
        case EVL_STEP_RESET:
        case EVL_STEP_STALL:
        case EVL_STEP_STOP_READING:
        case EVL_STEP_RESUME_READING:
        case EVL_STEP_EXPECT_BACKPRESSURE:
            break;
        }
    }
    return true;
}

static bool width_is_valid(uint8_t width) {
    return width == 1 || width == 2 || width == 4 || width == 8;
}

/* Which flags mean something for a kind; every kind may continue the step before it. */
static uint8_t flags_of(const evl_step *step) {
    bool chooses_bytes = step->kind == EVL_STEP_CHOICE && !step->framed;
    uint8_t leave = EVL_STEP_CONTINUES | EVL_STEP_OR_LEAVE;
    if ((step->flags & EVL_STEP_OR_LEAVE) != 0)
        leave |= EVL_STEP_MAY_STAY;
    if (step->kind == EVL_STEP_PIECE)
        return leave | EVL_STEP_KEEP | EVL_STEP_QUESTION;
    if (step->kind == EVL_STEP_CHOICE)
        return leave | EVL_STEP_EACH_ONCE | (chooses_bytes ? 0 : EVL_STEP_KEEP | EVL_STEP_QUESTION);
    if (step->kind == EVL_STEP_EXPECT_DISCONNECT)
        return EVL_STEP_CONTINUES | EVL_STEP_IMPLICIT | EVL_STEP_MAY_STAY | EVL_STEP_DISCARD;
    if (step->kind == EVL_STEP_RESET) /* an unwritten end, too */
        return EVL_STEP_CONTINUES | EVL_STEP_IMPLICIT | EVL_STEP_DISCARD;
    if (step->kind == EVL_STEP_DISCONNECT)
        return EVL_STEP_CONTINUES | EVL_STEP_IMPLICIT | EVL_STEP_DISCARD | EVL_STEP_KEEP;
    if (step->kind == EVL_STEP_STALL)
        return EVL_STEP_CONTINUES | EVL_STEP_MAY_STAY | EVL_STEP_DISCARD;
    return EVL_STEP_CONTINUES;
}

/* What has a length is there. */
static bool is_all_there(const evl_step *step) {
    if ((step->length > 0 && step->bytes == NULL) ||
        (step->framing.delimiter_length > 0 && step->framing.delimiter == NULL) ||
        (step->check_count > 0 && step->checks == NULL) ||
        (step->option_count > 0 && step->options == NULL) ||
        (step->pace != NULL && step->pace->cut_count > 0 && step->pace->cuts == NULL))
        return false;
    for (uint32_t i = 0; i < step->check_count; i++)
        if (step->checks[i].length > 0 && step->checks[i].bytes == NULL)
            return false;
    for (uint32_t i = 0; i < step->option_count; i++)
        if (step->options[i].length > 0 && step->options[i].bytes == NULL)
            return false;
    return true;
}

/* Told by bytes; only the last may have none. */
static bool options_are_literal(const evl_step *step) {
    for (uint32_t i = 0; i + 1 < step->option_count; i++)
        if (step->options[i].length == 0)
            return false;
    return step->check_count == 0;
}

/* Told by one check each, in the order of the options. */
static bool options_are_checks(const evl_step *step) {
    uint32_t node = 0;
    if (!check_is_valid(step->checks, step->check_count, step->option_count))
        return false;
    for (uint32_t i = 0; i < step->option_count; i++) {
        if (step->options[i].check != node)
            return false;
        node += step->checks[node].size;
    }
    return evl_framing_is_valid(&step->framing);
}

static bool leads_on(uint32_t target, uint32_t index, uint32_t count) {
    return target > index && target <= count;
}

/* Whether repeats and choices in steps[first ..< end] know that they stand in one of this depth:
 * those that shared its counter would keep it from ever being full. */
static bool are_deeper(const evl_step *steps, uint32_t first, uint32_t end, uint8_t depth) {
    for (uint32_t i = first; i < end; i++)
        if ((steps[i].kind == EVL_STEP_REPEAT || steps[i].kind == EVL_STEP_CHOICE) &&
            steps[i].depth <= depth)
            return false;
    return true;
}

static bool choice_is_valid(const evl_step *steps, uint32_t index, uint32_t count) {
    const evl_step *step = &steps[index];
    bool each_once = (step->flags & EVL_STEP_EACH_ONCE) != 0;
    bool has_target = each_once || (step->flags & EVL_STEP_OR_LEAVE) != 0;
    if (has_target && !leads_on(step->target, index, count))
        return false;
    uint32_t end = each_once ? step->target : count;
    for (uint32_t i = 0; i < step->option_count; i++)
        if (!leads_on(step->options[i].target, index, end) || step->options[i].step >= count)
            return false;
    if (each_once &&
        (step->option_count > EVL_MAX_OPTIONS || !are_deeper(steps, index + 1, end, step->depth)))
        return false;
    return step->option_count > 0 && step->depth < EVL_MAX_NESTING &&
           (step->framed ? options_are_checks(step) : options_are_literal(step));
}

/* Whether each of its options begins with bytes that the stream must have. */
static bool options_take_bytes(const evl_step *steps, const evl_step *choice, uint32_t count) {
    for (uint32_t i = 0; i < choice->option_count; i++) {
        uint32_t target = choice->options[i].target;
        if (target == count || steps[target].kind != EVL_STEP_EXPECT_BYTES)
            return false;
    }
    return true;
}

/* Endless rounds need a way out, and must take something each time. */
static bool may_go_round(const evl_step *steps, uint32_t index, uint32_t count) {
    const evl_step *first = &steps[steps[index].target];
    if (steps[index].number != EVL_ROUNDS_ENDLESS)
        return steps[index].number <= UINT32_MAX;
    if ((first->flags & EVL_STEP_OR_LEAVE) == 0)
        return false;
    return first->kind == EVL_STEP_PIECE || first->framed ||
           options_take_bytes(steps, first, count);
}

static bool repeat_is_valid(const evl_step *steps, uint32_t index, uint32_t count) {
    const evl_step *step = &steps[index];
    return step->number > 0 && step->target < index && step->depth < EVL_MAX_NESTING &&
           may_go_round(steps, index, count) && are_deeper(steps, step->target, index, step->depth);
}

/* Back only to a choice that is made a bounded number of times, from one of its options. */
static bool may_jump(const evl_step *steps, uint32_t index, uint32_t count) {
    uint32_t target = steps[index].target;
    if (target > index)
        return target <= count;
    return steps[target].kind == EVL_STEP_CHOICE &&
           (steps[target].flags & EVL_STEP_EACH_ONCE) != 0 && index < steps[target].target;
}

static bool piece_is_valid(const evl_step *steps, uint32_t index, uint32_t count) {
    const evl_step *step = &steps[index];
    bool leaves = (step->flags & EVL_STEP_OR_LEAVE) != 0;
    return evl_framing_is_valid(&step->framing) &&
           check_is_valid(step->checks, step->check_count, 1) &&
           (!leaves || leads_on(step->target, index, count));
}

/* A plain length and nothing else around the payload: that alone is compared as it comes. */
static bool is_plain_length(const evl_framing *framing) {
    return framing->kind == EVL_FRAMING_LENGTH && width_is_valid(framing->width) &&
           framing->byte_order <= EVL_LITTLE_ENDIAN && framing->offset == 0 &&
           framing->adjustment == 0 && !framing->includes_header;
}

static bool pace_is_valid(const evl_pace *pace, size_t length) {
    uint64_t before = 0;
    if (pace == NULL)
        return true;
    for (size_t i = 0; i < pace->cut_count; i++) {
        if (pace->cuts[i] <= before || pace->cuts[i] >= length)
            return false;
        before = pace->cuts[i];
    }
    return pace->release <= EVL_RELEASE_TIMED && (pace->slice == 0 || pace->cut_count == 0);
}

static bool step_is_valid(const evl_step *steps, uint32_t index, uint32_t count) {
    const evl_step *step = &steps[index];
    if (step->pace != NULL && step->kind != EVL_STEP_SEND)
        return false;
    if (!is_all_there(step) || (step->flags & ~flags_of(step)) != 0)
        return false;
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_EXPECT_BYTES:
        return step->length > 0;
    case EVL_STEP_SEND:
        return step->length > 0 && pace_is_valid(step->pace, step->length);
    case EVL_STEP_RECEIVE_UNTIL:
        return step->length > 0 && step->length <= UINT32_MAX && step->number >= step->length;
    case EVL_STEP_EXPECT_FRAME:
        return is_plain_length(&step->framing) && step->length <= step->framing.max;
    case EVL_STEP_RECEIVE_EXACTLY:
    case EVL_STEP_RECEIVE_AT_LEAST:
        return step->number > 0;
    case EVL_STEP_REPEAT:
        return repeat_is_valid(steps, index, count);
    case EVL_STEP_EXPECT_DISCONNECT:
    case EVL_STEP_DISCONNECT:
    case EVL_STEP_STALL:
        return step->expected_leave <= EVL_EXPECT_RESET;
    case EVL_STEP_JUMP:
        return may_jump(steps, index, count);
    case EVL_STEP_PIECE:
        return piece_is_valid(steps, index, count);
    case EVL_STEP_CHOICE:
        return choice_is_valid(steps, index, count);
    case EVL_STEP_EXPECT_CONNECT:
    case EVL_STEP_EXPECT_SILENCE:
    case EVL_STEP_EXPECT_EOF:
    case EVL_STEP_DELAY:
    case EVL_STEP_HALF_CLOSE:
    case EVL_STEP_CLOSE:
    case EVL_STEP_RESET:
    case EVL_STEP_ASK:
    case EVL_STEP_STOP_READING:
    case EVL_STEP_RESUME_READING:
    case EVL_STEP_EXPECT_BACKPRESSURE:
        return true;
    }
    return false;
}
