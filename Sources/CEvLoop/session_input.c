/* Steps that take bytes, judged as they come: nothing is gathered that only needs comparing.
 *
 * A step consumes what it can use, then asks in this order: wrong bytes fail at once, a whole step
 * is done, an RST or FIN ends it early, else it waits. */
#include <string.h>

#include "session_steps.h"

/* What a step does that would like more input than there is. */
evl_action step_starved(evl_session *s, const evl_input *in) {
    if (in->rst)
        return step_fail(s, EVL_FAILURE_CLIENT_RESET);
    if (in->fin)
        return step_fail(s, EVL_FAILURE_CLIENT_CLOSED);
    if (is_gone(s))
        return step_fail(s, EVL_FAILURE_NO_CONNECTION);
    return step_simple(s, EVL_ACTION_WAIT_INPUT);
}

size_t step_first_difference(const uint8_t *a, const uint8_t *b, size_t length) {
    if (length == 0 || memcmp(a, b, length) == 0)
        return length;
    size_t i = 0;
    while (a[i] == b[i])
        i++;
    return i;
}

/* Consumes bytes equal to step->bytes from s->offset on. False: the next input byte is wrong. */
static bool compare(evl_session *s, evl_input *in, const evl_step *step) {
    uint64_t missing = step->length - s->offset;
    size_t length = available(in) < missing ? available(in) : (size_t)missing;
    if (length == 0)
        return true;
    const uint8_t *expected = step->bytes + s->offset;
    if (memcmp(expected, here(in), length) == 0) {
        consume(s, in, length);
        return true;
    }
    consume(s, in, step_first_difference(expected, here(in), length));
    return false;
}

evl_action run_expect_bytes(evl_session *s, evl_input *in, const evl_step *step) {
    if (!compare(s, in, step))
        return step_fail(s, EVL_FAILURE_MISMATCH);
    return s->offset == step->length ? step_done(s) : step_starved(s, in);
}

/* Whether the whole frame is there, length and all, and right: the one comparison that most need.
 */
static bool is_whole_and_right(const evl_session *s, const evl_input *in, const evl_step *step) {
    size_t width = step->framing.width, whole = width + step->length;
    return s->header.count == 0 && available(in) >= whole &&
           frame_decode(here(in), step->framing.width, step->framing.byte_order) == step->length &&
           memcmp(here(in) + width, step->bytes, step->length) == 0;
}

evl_action run_expect_frame(evl_session *s, evl_input *in, const evl_step *step) {
    if (is_whole_and_right(s, in, step)) {
        in->used += step->framing.width + step->length;
        return step_done(s);
    }
    if (s->header.count < step->framing.width) {
        size_t used = 0;
        evl_frame_result result = frame_header_feed(&s->header, &step->framing, here(in),
                                                    available(in), &used, &s->declared);
        in->used += used;
        switch (result) {
        case EVL_FRAME_PARTIAL:
            return step_starved(s, in);
        case EVL_FRAME_TOO_LONG:
        case EVL_FRAME_BAD_LENGTH:
        case EVL_FRAME_BAD_END:
            return step_fail(s, EVL_FAILURE_FRAME_TOO_LONG);
        case EVL_FRAME_WHOLE:
            s->header_whole = true;
            if (s->declared != step->length)
                return step_fail(s, EVL_FAILURE_FRAME_LENGTH);
        }
    }
    return run_expect_bytes(s, in, step);
}

evl_action run_receive_exactly(evl_session *s, evl_input *in, const evl_step *step) {
    uint64_t missing = step->number - s->offset;
    consume(s, in, available(in) < missing ? available(in) : (size_t)missing);
    return s->offset == step->number ? step_done(s) : step_starved(s, in);
}

evl_action run_receive_at_least(evl_session *s, evl_input *in, const evl_step *step) {
    consume(s, in, available(in));
    return s->offset >= step->number ? step_done(s) : step_starved(s, in);
}

evl_action run_receive_until(evl_session *s, evl_input *in, const evl_step *step) {
    const evl_program *program = s->room->answer != NULL ? s->room->answer : s->program;
    const uint32_t *borders = program->borders[step - program->steps];
    while (available(in) > 0) {
        uint8_t byte = *here(in);
        consume(s, in, 1);
        while (s->match > 0 && step->bytes[s->match] != byte)
            s->match = borders[s->match - 1];
        if (step->bytes[s->match] == byte)
            s->match++;
        if (s->match == step->length)
            return step_done(s);
        if (s->offset == step->number)
            return step_fail(s, EVL_FAILURE_DELIMITER_MISSING);
    }
    return step_starved(s, in);
}
