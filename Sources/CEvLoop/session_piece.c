/* Steps whose next move is told by what comes: whole frames that are checked, and choices.
 *
 * A frame is cut out of the input where it stands, and used once it has passed: until then it is
 * left where the next read is appended to it. It fails as soon as its beginning can't pass any
 * more. A payload that is asked about stays until the answer has come. */
#include <string.h>

#include "check.h"
#include "session_steps.h"

/* --- leaving instead --- */

/* At the start of a step with EVL_STEP_OR_LEAVE, nothing having come for it, the client may go. */
static bool leaves_instead(const evl_session *s, const evl_input *in, const evl_step *step) {
    if ((step->flags & EVL_STEP_OR_LEAVE) == 0 || s->phase != 0 || available(in) > 0)
        return false;
    bool may_stay = (step->flags & EVL_STEP_MAY_STAY) != 0;
    return in->fin || in->rst || is_gone(s) || (in->finishing && may_stay);
}

/* --- options --- */

static uint32_t option_count(const evl_step *step) {
    return step->kind == EVL_STEP_CHOICE ? step->option_count : 1;
}

static bool is_taken(const evl_session *s, const evl_step *step, uint32_t option) {
    return (step->flags & EVL_STEP_EACH_ONCE) != 0 &&
           (s->room->taken[step->depth] >> option & 1) != 0;
}

uint64_t session_taken(const evl_session *s) {
    const evl_step *step = session_step(s);
    bool each_once = step != NULL && (step->flags & EVL_STEP_EACH_ONCE) != 0;
    return each_once ? s->room->taken[step->depth] : 0;
}

bool session_may_take(const evl_session *s, uint32_t option) {
    const evl_step *step = session_step(s);
    return step->kind != EVL_STEP_CHOICE ||
           (option < step->option_count && !is_taken(s, step, option));
}

static bool all_taken(const evl_session *s, const evl_step *step) {
    for (uint32_t i = 0; i < step->option_count; i++)
        if (!is_taken(s, step, i))
            return false;
    return (step->flags & EVL_STEP_EACH_ONCE) != 0;
}

static evl_action leave_choice(evl_session *s, const evl_step *step) {
    s->room->taken[step->depth] = 0;
    return step_go_to(s, step->target);
}

static evl_action take_option(evl_session *s, const evl_step *step, uint32_t option) {
    if ((step->flags & EVL_STEP_EACH_ONCE) != 0)
        s->room->taken[step->depth] |= (uint64_t)1 << option;
    return step_go_to(s, step->options[option].target);
}

/* --- choices by the bytes that come next --- */

static evl_action choose_none(evl_session *s, const evl_step *step, uint64_t furthest) {
    uint32_t last = step->option_count - 1;
    if (step->options[last].length == 0 && !is_taken(s, step, last))
        return take_option(s, step, last);
    s->offset = furthest;
    return step_fail(s, EVL_FAILURE_NO_OPTION);
}

/* What the options make of the bytes that have come. */
typedef struct comparison {
    uint32_t option; /* the shortest that is there as a whole: known first, in whatever pieces */
    bool found;
    bool possible; /* some may yet come */
    size_t furthest;
} comparison;

static comparison compare_options(const evl_session *s, const evl_input *in, const evl_step *step) {
    comparison result = {0};
    for (uint32_t i = 0; i < step->option_count; i++) {
        const evl_option *option = &step->options[i];
        if (is_taken(s, step, i) || option->length == 0)
            continue;
        size_t length = available(in) < option->length ? available(in) : option->length;
        size_t common = step_first_difference(option->bytes, here(in), length);
        if (common == option->length &&
            (!result.found || option->length < step->options[result.option].length)) {
            result.option = i;
            result.found = true;
        }
        result.possible |= common == available(in);
        result.furthest = common > result.furthest ? common : result.furthest;
    }
    return result;
}

evl_action run_choice(evl_session *s, evl_input *in, const evl_step *step) {
    if (all_taken(s, step))
        return leave_choice(s, step);
    if (leaves_instead(s, in, step))
        return step_go_to(s, step->target);
    comparison options = compare_options(s, in, step);
    if (options.found)
        return take_option(s, step, options.option);
    bool ended = in->fin || in->rst || is_gone(s);
    if (!options.possible || (ended && step->options[step->option_count - 1].length == 0))
        return choose_none(s, step, options.furthest);
    s->phase = available(in) > 0 ? BEGUN : s->phase;
    s->offset = available(in);
    return step_starved(s, in);
}

/* --- frames --- */

/* How many of the last bytes may be the beginning of what ends the frame. */
static size_t ending_length(const evl_framing *framing, const uint8_t *bytes, size_t length) {
    if (framing->kind == EVL_FRAMING_LINE)
        return length > 0 && bytes[length - 1] == '\r' ? 1 : 0;
    if (framing->kind != EVL_FRAMING_DELIMITER)
        return 0;
    size_t most = framing->delimiter_length - 1;
    for (size_t tail = length < most ? length : most; tail > 0; tail--)
        if (memcmp(bytes + length - tail, framing->delimiter, tail) == 0)
            return tail;
    return 0;
}

static bool has_length(const evl_framing *framing) {
    return framing->kind == EVL_FRAMING_LENGTH || framing->kind == EVL_FRAMING_VARINT ||
           framing->kind == EVL_FRAMING_NETSTRING;
}

/* How much of the payload is there of a frame that is not whole. */
static size_t payload_so_far(const evl_session *s, const evl_input *in,
                             const evl_framing *framing) {
    size_t length = available(in);
    if (!has_length(framing))
        return length - ending_length(framing, here(in), length);
    size_t before = s->room->frame.header + s->room->frame.lead;
    if (!s->room->frame.header_whole || length < before)
        return 0;
    size_t body = length - before;
    return body < s->room->frame.declared ? body : (size_t)s->room->frame.declared;
}

static void note_header(evl_session *s, const evl_input *in) {
    const evl_frame *frame = &s->room->frame;
    size_t rest = available(in) > frame->lead ? available(in) - frame->lead : 0;
    size_t length = frame->header < rest ? frame->header : rest;
    length = length < EVL_MAX_HEADER ? length : EVL_MAX_HEADER;
    memcpy(s->header.bytes, here(in) + (length > 0 ? frame->lead : 0), length);
    s->header.count = (uint8_t)length;
    s->header_whole = frame->header_whole;
    s->declared = frame->declared;
}

/* Puts the lead in front of the body, over the length field that stood between them, and uses that
 * field: then the payload is what the input begins with. */
static void uncover_payload(evl_session *s, evl_input *in) {
    evl_frame *frame = &s->room->frame;
    if (frame->lead > 0)
        memmove(here(in) + frame->header, here(in), frame->lead);
    in->used += frame->header;
    s->offset = s->declared = frame->payload;
}

/* The first option whose check the payload passes, or that none is left that it could pass. */
static evl_check_verdict judge(const evl_session *s, const evl_step *step, evl_payload payload,
                               uint32_t *option) {
    evl_check_verdict result = {.result = EVL_CHECK_FAILED};
    for (uint32_t i = 0; i < option_count(step); i++) {
        if (is_taken(s, step, i))
            continue;
        uint32_t node = step->kind == EVL_STEP_CHOICE ? step->options[i].check : 0;
        evl_check_verdict one = check_payload(step->checks, node, payload);
        *option = i;
        if (one.result != EVL_CHECK_FAILED)
            return one;
        if (one.offset >= result.offset)
            result = one;
    }
    return result;
}

static evl_action fail_check(evl_session *s, const evl_step *step, evl_check_verdict verdict) {
    bool chooses = step->kind == EVL_STEP_CHOICE;
    s->offset = verdict.offset;
    evl_action action = step_fail(s, chooses ? EVL_FAILURE_NO_OPTION : EVL_FAILURE_CHECK);
    action.node = verdict.node;
    return action;
}

/* The payload, which stands at `payload` in the input, has passed: uses all up to `end` and goes
 * on. */
static evl_action take(evl_session *s, evl_input *in, const evl_step *step, uint32_t option,
                       const uint8_t *payload, size_t end) {
    evl_action action = step_simple(s, EVL_ACTION_STEP_DONE);
    evl_session_room *room = s->room;
    if (step->kind == EVL_STEP_CHOICE)
        action.step = s->program->base + step->options[option].step;
    if ((step->flags & EVL_STEP_KEEP) != 0) {
        action.bytes = payload;
        action.length = room->frame.payload;
    }
    in->used += end;
    if (step->kind == EVL_STEP_CHOICE) {
        take_option(s, step, option);
    } else if (room->pending == NULL) {
        step_advance(s);
    } else {
        room->answer = room->pending;
        room->pending = NULL;
        room->answer_position = 0;
        step_enter(s);
    }
    return action;
}

/* The same of a payload that has been uncovered, and asked about. */
static evl_action take_payload(evl_session *s, evl_input *in, const evl_step *step,
                               uint32_t option) {
    const evl_frame *frame = &s->room->frame;
    return take(s, in, step, option, here(in), frame->total - frame->header);
}

static evl_action frame_whole(evl_session *s, evl_input *in, const evl_step *step) {
    uint32_t option = 0;
    const evl_frame *frame = &s->room->frame;
    bool in_place = frame->lead == 0; /* most are: nothing has to be moved to judge them */
    if (!in_place) {
        note_header(s, in);
        uncover_payload(s, in);
    }
    const uint8_t *start = in_place ? here(in) + frame->header : here(in);
    evl_payload payload = {start, frame->payload, 0, true};
    evl_check_verdict verdict = judge(s, step, payload, &option);
    bool asks = (step->flags & EVL_STEP_QUESTION) != 0;
    if (in_place && verdict.result != EVL_CHECK_FAILED && !asks)
        return take(s, in, step, option, start, frame->total);
    if (in_place) {
        note_header(s, in);
        uncover_payload(s, in);
    }
    if (verdict.result == EVL_CHECK_FAILED)
        return fail_check(s, step, verdict);
    if (!asks)
        return take_payload(s, in, step, option);
    s->phase = ASKED;
    return step_simple(s, EVL_ACTION_ASK);
}

/* Whether the beginning of a payload can't pass any more: then `*action` says so. With a lead a
 * payload has no place of its own before it is whole. */
static bool fails_early(evl_session *s, evl_input *in, const evl_step *step, size_t length,
                        evl_action *action) {
    uint32_t option = 0;
    /* Of several options one may have failed by then. */
    size_t judged = step->kind == EVL_STEP_CHOICE ? 0 : (size_t)s->offset;
    s->offset = length;
    if (step->framing.offset > 0 || length == 0)
        return false;
    evl_payload payload = {here(in) + s->room->frame.header, length, judged, false};
    evl_check_verdict verdict = judge(s, step, payload, &option);
    if (verdict.result != EVL_CHECK_FAILED)
        return false;
    in->used += s->room->frame.header;
    *action = fail_check(s, step, verdict);
    return true;
}

static evl_action frame_partial(evl_session *s, evl_input *in, const evl_step *step) {
    evl_action action;
    s->phase = available(in) > 0 ? BEGUN : s->phase;
    note_header(s, in);
    if (fails_early(s, in, step, payload_so_far(s, in, &step->framing), &action))
        return action;
    return step_starved(s, in);
}

/* A payload that was wrong before its frame was is what has failed. What came behind the byte with
 * which that was known counts for nothing. */
static evl_action fail_frame(evl_session *s, evl_input *in, const evl_step *step,
                             evl_failure_kind kind) {
    evl_action action;
    size_t length = payload_so_far(s, in, &step->framing);
    if (has_length(&step->framing))
        length = kind == EVL_FAILURE_FRAME_BAD_END ? length : 0;
    else if (length > step->framing.max)
        length = (size_t)step->framing.max;
    note_header(s, in);
    return fails_early(s, in, step, length, &action) ? action : step_fail(s, kind);
}

/* A reset ends the wait at once: whatever is answered, nobody is there to take it. */
static evl_action wait_for_answer(evl_session *s, const evl_input *in) {
    if (in->rst && !step_takes_reset_next(s))
        return step_fail(s, EVL_FAILURE_CLIENT_RESET);
    return step_simple(s, EVL_ACTION_WAIT_ANSWER);
}

evl_action run_piece(evl_session *s, evl_input *in, const evl_step *step) {
    if (s->phase == ANSWERED)
        return take_payload(s, in, step, s->room->option);
    if (s->phase == ASKED)
        return wait_for_answer(s, in);
    if (step->kind == EVL_STEP_CHOICE && all_taken(s, step))
        return leave_choice(s, step);
    if (leaves_instead(s, in, step))
        return step_go_to(s, step->target);
    s->room->cutting = true;
    switch (evl_frame_cut(&s->room->frame, &step->framing, here(in), available(in))) {
    case EVL_FRAME_PARTIAL:
        return frame_partial(s, in, step);
    case EVL_FRAME_WHOLE:
        return frame_whole(s, in, step);
    case EVL_FRAME_TOO_LONG:
        return fail_frame(s, in, step, EVL_FAILURE_FRAME_TOO_LONG);
    case EVL_FRAME_BAD_LENGTH:
        return fail_frame(s, in, step, EVL_FAILURE_FRAME_BAD_LENGTH);
    case EVL_FRAME_BAD_END:
        return fail_frame(s, in, step, EVL_FAILURE_FRAME_BAD_END);
    }
    return step_starved(s, in);
}
