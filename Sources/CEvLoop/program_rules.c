/* Which steps a program may be made of. */
#include "check.h"
#include "program.h"

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
        case EVL_STEP_EXPECT_NO_DELAY:
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

/* Only what comes from the client has a latency, and only bytes come in segments. */
static bool measure_is_valid(const evl_step *step) {
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_EXPECT_BYTES:
    case EVL_STEP_EXPECT_FRAME:
    case EVL_STEP_RECEIVE_EXACTLY:
    case EVL_STEP_RECEIVE_AT_LEAST:
    case EVL_STEP_RECEIVE_UNTIL:
    case EVL_STEP_PIECE:
        return true;
    case EVL_STEP_EXPECT_EOF:
    case EVL_STEP_EXPECT_DISCONNECT:
        return step->segments == 0;
    case EVL_STEP_EXPECT_CONNECT:
    case EVL_STEP_EXPECT_SILENCE:
    case EVL_STEP_SEND:
    case EVL_STEP_DELAY:
    case EVL_STEP_HALF_CLOSE:
    case EVL_STEP_DISCONNECT:
    case EVL_STEP_CLOSE:
    case EVL_STEP_RESET:
    case EVL_STEP_ASK:
    case EVL_STEP_REPEAT:
    case EVL_STEP_JUMP:
    case EVL_STEP_CHOICE:
    case EVL_STEP_STALL:
    case EVL_STEP_STOP_READING:
    case EVL_STEP_RESUME_READING:
    case EVL_STEP_EXPECT_BACKPRESSURE:
    case EVL_STEP_EXPECT_NO_DELAY:
        return false;
    }
    return false;
}

bool program_takes_step(const evl_step *steps, uint32_t index, uint32_t count) {
    const evl_step *step = &steps[index];
    if (step->pace != NULL && step->kind != EVL_STEP_SEND)
        return false;
    if ((step->measured && !measure_is_valid(step)) || !is_all_there(step) ||
        (step->flags & ~flags_of(step)) != 0)
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
    case EVL_STEP_EXPECT_NO_DELAY:
        return true;
    }
    return false;
}
