/* One function a kind of step; each answers the one action that comes next.
 *
 * A step that needs input consumes what it can use, then asks in this order: wrong bytes fail at
 * once, a whole step is done, an RST or FIN ends it early, else it waits. */
#include "session.h"

#include <assert.h>
#include <string.h>

enum { /* phases of ASK */
    ASKED = 1,
    ANSWERED = 2 /* by no steps at all */
};

static evl_action run(evl_session *s, evl_input *in, const evl_step *step);
static void advance(evl_session *s);

void session_start(evl_session *session, evl_program *program, bool live) {
    *session = (evl_session){.program = program, .live = live};
}

void session_left(evl_session *session, evl_leave leave) {
    session->left = (uint8_t)leave;
}

bool session_is_asking(const evl_session *s) {
    const evl_step *step = session_step(s);
    return step != NULL && step->kind == EVL_STEP_ASK && s->phase == ASKED;
}

void session_answer(evl_session *session, evl_program *answer) {
    assert(session_is_asking(session));
    if (answer->count == 0) {
        session->phase = ANSWERED;
        return;
    }
    session->answer = answer;
    session->answer_position = 0;
    session->phase = 0;
}

const evl_step *session_step(const evl_session *s) {
    if (s->answer != NULL && s->answer_position < s->answer->count)
        return &s->answer->steps[s->answer_position];
    const evl_program *program = s->program;
    uint32_t position = s->position;
    while (program != NULL && position >= program->count) {
        program = program->next;
        position = 0;
    }
    return program == NULL ? NULL : &program->steps[position];
}

uint32_t session_index(const evl_session *s) {
    if (s->program == NULL)
        return 0;
    return s->program->base + s->position;
}

bool session_has_left(const evl_session *s, const evl_program *program) {
    return s->program != program;
}

/* --- actions --- */

static evl_action simple(const evl_session *s, evl_action_kind kind) {
    return (evl_action){.kind = kind, .step = session_index(s)};
}

static evl_action done(evl_session *s) {
    evl_action action = simple(s, EVL_ACTION_STEP_DONE);
    advance(s);
    return action;
}

evl_failure session_fail(evl_session *s, evl_failure_kind kind) {
    s->failed = true;
    evl_failure failure = {
        .kind = kind,
        .step = session_index(s),
        .offset = s->offset,
        .declared = s->declared,
        .header_count = s->header.count,
    };
    memcpy(failure.header, s->header.bytes, sizeof failure.header);
    return failure;
}

static evl_action fail(evl_session *s, evl_failure_kind kind) {
    evl_action action = simple(s, EVL_ACTION_FAIL);
    action.failure = session_fail(s, kind);
    return action;
}

/* --- moving through the program --- */

static void enter_step(evl_session *s) {
    s->phase = 0;
    s->match = 0;
    s->offset = 0;
    s->declared = 0;
    s->header.count = 0;
}

static void advance(evl_session *s) {
    enter_step(s);
    if (s->answer != NULL) {
        if (++s->answer_position < s->answer->count)
            return;
        s->answer = NULL;
    }
    s->position++;
}

/* Follows the chain of a live server's programs to the next unplayed step. */
static void skip_to_next_program(evl_session *s) {
    while (s->program != NULL && s->position >= s->program->count && s->program->next != NULL) {
        s->program = s->program->next;
        s->position = 0;
    }
}

static void go_round(evl_session *s, const evl_step *step) {
    if (++s->rounds[step->depth] < step->number) {
        enter_step(s);
        s->position = step->target;
        return;
    }
    s->rounds[step->depth] = 0;
    advance(s);
}

evl_action session_next(evl_session *s, evl_input *in) {
    assert(!s->failed);
    for (;;) {
        skip_to_next_program(s);
        const evl_step *step = session_step(s);
        if (step == NULL)
            return simple(s, s->live ? EVL_ACTION_WAIT_STEPS : EVL_ACTION_END);
        if (step->kind != EVL_STEP_REPEAT)
            return run(s, in, step);
        go_round(s, step);
    }
}

/* --- input
 * ----------------------------------------------------------------------------------------- */

static size_t available(const evl_input *in) {
    return in->length - in->used;
}

static const uint8_t *here(const evl_input *in) {
    return in->bytes + in->used;
}

static void consume(evl_session *s, evl_input *in, size_t length) {
    in->used += length;
    s->offset += length;
}

static bool is_gone(const evl_session *s) {
    return s->left != EVL_LEAVE_NONE;
}

/* What a step does that would like more input than there is. */
static evl_action starved(evl_session *s, const evl_input *in) {
    if (in->rst)
        return fail(s, EVL_FAILURE_CLIENT_RESET);
    if (in->fin)
        return fail(s, EVL_FAILURE_CLIENT_CLOSED);
    if (is_gone(s))
        return fail(s, EVL_FAILURE_NO_CONNECTION);
    return simple(s, EVL_ACTION_WAIT_INPUT);
}

static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t length) {
    size_t i = 0;
    while (i < length && a[i] == b[i])
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
    consume(s, in, first_difference(expected, here(in), length));
    return false;
}

static evl_action run_expect_bytes(evl_session *s, evl_input *in, const evl_step *step) {
    if (!compare(s, in, step))
        return fail(s, EVL_FAILURE_MISMATCH);
    return s->offset == step->length ? done(s) : starved(s, in);
}

static evl_action run_expect_frame(evl_session *s, evl_input *in, const evl_step *step) {
    if (s->header.count < step->framing.width) {
        size_t used = 0;
        evl_frame_result result = frame_header_feed(&s->header, &step->framing, here(in),
                                                    available(in), &used, &s->declared);
        in->used += used;
        switch (result) {
        case EVL_FRAME_PARTIAL:
            return starved(s, in);
        case EVL_FRAME_TOO_LONG:
        case EVL_FRAME_BAD_LENGTH:
        case EVL_FRAME_BAD_END:
            return fail(s, EVL_FAILURE_FRAME_TOO_LONG);
        case EVL_FRAME_WHOLE:
            if (s->declared != step->length)
                return fail(s, EVL_FAILURE_FRAME_LENGTH);
        }
    }
    return run_expect_bytes(s, in, step);
}

static evl_action run_receive_exactly(evl_session *s, evl_input *in, const evl_step *step) {
    uint64_t missing = step->number - s->offset;
    consume(s, in, available(in) < missing ? available(in) : (size_t)missing);
    return s->offset == step->number ? done(s) : starved(s, in);
}

static evl_action run_receive_at_least(evl_session *s, evl_input *in, const evl_step *step) {
    consume(s, in, available(in));
    return s->offset >= step->number ? done(s) : starved(s, in);
}

static evl_action run_receive_until(evl_session *s, evl_input *in, const evl_step *step) {
    const evl_program *program = s->answer != NULL ? s->answer : s->program;
    const uint32_t *borders = program->borders[step - program->steps];
    while (available(in) > 0) {
        uint8_t byte = *here(in);
        consume(s, in, 1);
        while (s->match > 0 && step->bytes[s->match] != byte)
            s->match = borders[s->match - 1];
        if (step->bytes[s->match] == byte)
            s->match++;
        if (s->match == step->length)
            return done(s);
        if (s->offset == step->number)
            return fail(s, EVL_FAILURE_DELIMITER_MISSING);
    }
    return starved(s, in);
}

/* --- the client's end
 * ------------------------------------------------------------------------------ */

static bool leave_matches(uint8_t left, uint8_t expected) {
    bool by_reset = left == EVL_LEAVE_RST || left == EVL_LEAVE_RST_AFTER_FIN;
    switch ((evl_expected_leave)expected) {
    case EVL_EXPECT_CLEANLY:
        return !by_reset;
    case EVL_EXPECT_ANY:
        return true;
    case EVL_EXPECT_RESET:
        return by_reset;
    }
    return false;
}

static evl_action judge_left(evl_session *s, const evl_step *step) {
    if (s->left == EVL_LEAVE_SELF || leave_matches(s->left, step->expected_leave))
        return done(s);
    bool wanted_reset = step->expected_leave == EVL_EXPECT_RESET;
    return fail(s, wanted_reset ? EVL_FAILURE_LEFT_CLEANLY : EVL_FAILURE_LEFT_BY_RESET);
}

static evl_action run_expect_disconnect(evl_session *s, evl_input *in, const evl_step *step) {
    if (available(in) > 0) {
        if ((step->flags & EVL_STEP_DISCARD) == 0)
            return fail(s, EVL_FAILURE_UNEXPECTED_BYTES);
        consume(s, in, available(in));
    }
    if (is_gone(s))
        return judge_left(s, step);
    if (in->rst) {
        s->left = EVL_LEAVE_RST;
        return judge_left(s, step);
    }
    if ((step->flags & EVL_STEP_MAY_STAY) != 0 && in->finishing)
        return done(s); /* however it may be leaving: that is not waited for */
    if (in->fin)
        return simple(s, EVL_ACTION_JUDGE_LEAVE);
    return simple(s, EVL_ACTION_WAIT_INPUT);
}

static evl_action run_expect_eof(evl_session *s, evl_input *in) {
    if (available(in) > 0)
        return fail(s, EVL_FAILURE_UNEXPECTED_BYTES);
    if (in->fin && !in->rst)
        return done(s);
    return starved(s, in);
}

static evl_action run_disconnect(evl_session *s, evl_input *in, const evl_step *step) {
    if (s->phase == 0 && !is_gone(s) && !in->rst) {
        s->phase = 1;
        return simple(s, EVL_ACTION_HALF_CLOSE);
    }
    return run_expect_disconnect(s, in, step);
}

/* --- time
 * ---------------------------------------------------------------------------------------------- */

static bool next_step_takes_reset(const evl_session *s) {
    evl_session after = *s;
    advance(&after);
    skip_to_next_program(&after);
    const evl_step *next = session_step(&after);
    return next != NULL && next->kind == EVL_STEP_EXPECT_DISCONNECT &&
           next->expected_leave != EVL_EXPECT_CLEANLY;
}

static evl_action run_wait(evl_session *s, evl_input *in, const evl_step *step) {
    bool silence = step->kind == EVL_STEP_EXPECT_SILENCE;
    if (silence && available(in) > 0)
        return fail(s, EVL_FAILURE_UNEXPECTED_BYTES);
    /* A reset ends the wait at once; those that expect one get the whole wait. */
    if (in->rst && !next_step_takes_reset(s))
        return fail(s, EVL_FAILURE_CLIENT_RESET);
    if (s->phase == 0) {
        s->phase = 1;
        evl_action action = simple(s, EVL_ACTION_START_TIME);
        action.time_ns = step->number;
        return action;
    }
    return in->time_up ? done(s) : simple(s, EVL_ACTION_WAIT_TIME);
}

/* --- what the server does
 * ---------------------------------------------------------------------------- */

static evl_action run_send(evl_session *s, evl_input *in, const evl_step *step) {
    if (s->phase == 1)
        return done(s);
    if (is_gone(s))
        return fail(s, EVL_FAILURE_NO_CONNECTION);
    if (in->rst)
        return fail(s, EVL_FAILURE_CLIENT_RESET);
    s->phase = 1;
    evl_action action = simple(s, EVL_ACTION_WRITE);
    action.bytes = step->bytes;
    action.length = step->length;
    return action;
}

/* HALF_CLOSE, CLOSE, RESET: the action first, the step done when it has been carried out. */
static evl_action run_end(evl_session *s, const evl_step *step, evl_action_kind kind) {
    if (s->phase == 1 || is_gone(s)) {
        if (kind != EVL_ACTION_HALF_CLOSE && !is_gone(s))
            s->left = EVL_LEAVE_SELF;
        return done(s);
    }
    s->phase = 1;
    evl_action action = simple(s, kind);
    action.discard = (step->flags & EVL_STEP_DISCARD) != 0;
    return action;
}

static evl_action run_ask(evl_session *s) {
    if (s->phase == ANSWERED)
        return done(s);
    evl_action_kind kind = s->phase == 0 ? EVL_ACTION_ASK : EVL_ACTION_WAIT_ANSWER;
    s->phase = ASKED;
    return simple(s, kind);
}

static evl_action run(evl_session *s, evl_input *in, const evl_step *step) {
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_EXPECT_CONNECT:
        return done(s);
    case EVL_STEP_EXPECT_BYTES:
        return run_expect_bytes(s, in, step);
    case EVL_STEP_EXPECT_FRAME:
        return run_expect_frame(s, in, step);
    case EVL_STEP_RECEIVE_EXACTLY:
        return run_receive_exactly(s, in, step);
    case EVL_STEP_RECEIVE_AT_LEAST:
        return run_receive_at_least(s, in, step);
    case EVL_STEP_RECEIVE_UNTIL:
        return run_receive_until(s, in, step);
    case EVL_STEP_EXPECT_EOF:
        return run_expect_eof(s, in);
    case EVL_STEP_EXPECT_DISCONNECT:
        return run_expect_disconnect(s, in, step);
    case EVL_STEP_DISCONNECT:
        return run_disconnect(s, in, step);
    case EVL_STEP_EXPECT_SILENCE:
    case EVL_STEP_DELAY:
        return run_wait(s, in, step);
    case EVL_STEP_SEND:
        return run_send(s, in, step);
    case EVL_STEP_HALF_CLOSE:
        return run_end(s, step, EVL_ACTION_HALF_CLOSE);
    case EVL_STEP_CLOSE:
        return run_end(s, step, EVL_ACTION_CLOSE);
    case EVL_STEP_RESET:
        return run_end(s, step, EVL_ACTION_RESET);
    case EVL_STEP_ASK:
        return run_ask(s);
    case EVL_STEP_REPEAT:
        break;
    }
    assert(0 && "session_next goes round repeats itself");
    return simple(s, EVL_ACTION_END);
}
