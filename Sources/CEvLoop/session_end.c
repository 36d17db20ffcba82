/* Steps that take no bytes: the client's end, waits, and what the server does. */
#include "session_steps.h"

/* --- the client's end --- */

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
        return step_done(s);
    bool wanted_reset = step->expected_leave == EVL_EXPECT_RESET;
    return step_fail(s, wanted_reset ? EVL_FAILURE_LEFT_CLEANLY : EVL_FAILURE_LEFT_BY_RESET);
}

evl_action run_expect_disconnect(evl_session *s, evl_input *in, const evl_step *step) {
    if (available(in) > 0) {
        if ((step->flags & EVL_STEP_DISCARD) == 0)
            return step_fail(s, EVL_FAILURE_UNEXPECTED_BYTES);
        consume(s, in, available(in));
    }
    if (is_gone(s))
        return judge_left(s, step);
    if (in->rst) {
        s->left = EVL_LEAVE_RST;
        return judge_left(s, step);
    }
    if ((step->flags & EVL_STEP_MAY_STAY) != 0 && in->finishing)
        return step_done(s); /* however it may be leaving: that is not waited for */
    if (in->fin)
        return step_simple(s, EVL_ACTION_JUDGE_LEAVE);
    return step_simple(s, EVL_ACTION_WAIT_INPUT);
}

evl_action run_expect_eof(evl_session *s, evl_input *in) {
    if (available(in) > 0)
        return step_fail(s, EVL_FAILURE_UNEXPECTED_BYTES);
    if (in->fin && !in->rst)
        return step_done(s);
    return step_starved(s, in);
}

evl_action run_disconnect(evl_session *s, evl_input *in, const evl_step *step) {
    if (s->phase == 0 && !is_gone(s) && !in->rst) {
        s->phase = 1;
        return step_simple(s, EVL_ACTION_HALF_CLOSE);
    }
    return run_expect_disconnect(s, in, step);
}

/* --- time --- */

static bool takes_reset(const evl_step *step) {
    return step != NULL && step->kind == EVL_STEP_EXPECT_DISCONNECT &&
           step->expected_leave != EVL_EXPECT_CLEANLY;
}

bool step_takes_reset_next(const evl_session *s) {
    const evl_step *step = session_step(s);
    if ((step->flags & EVL_STEP_OR_LEAVE) == 0)
        return takes_reset(step_after(s));
    return takes_reset(step_at(s->program, step->target));
}

evl_action run_wait(evl_session *s, evl_input *in, const evl_step *step) {
    bool silence = step->kind == EVL_STEP_EXPECT_SILENCE;
    if (silence && available(in) > 0)
        return step_fail(s, EVL_FAILURE_UNEXPECTED_BYTES);
    /* A reset ends the wait at once; those that expect one get the whole wait. */
    if (in->rst && !step_takes_reset_next(s))
        return step_fail(s, EVL_FAILURE_CLIENT_RESET);
    if (s->phase == 0) {
        s->phase = 1;
        evl_action action = step_simple(s, EVL_ACTION_START_TIME);
        action.time_ns = step->number;
        return action;
    }
    return in->time_up ? step_done(s) : step_simple(s, EVL_ACTION_WAIT_TIME);
}

/* --- what the server does --- */

evl_action run_send(evl_session *s, evl_input *in, const evl_step *step) {
    if (s->phase == 1) /* paced, and all of it is out */
        return step_done(s);
    if (is_gone(s))
        return step_fail(s, EVL_FAILURE_NO_CONNECTION);
    if (in->rst)
        return step_fail(s, EVL_FAILURE_CLIENT_RESET);
    if (step->pace != NULL) {
        s->phase = 1;
        return step_simple(s, EVL_ACTION_PACE);
    }
    evl_action action = step_simple(s, EVL_ACTION_WRITE);
    action.is_more = step_is_more_of_answer(s);
    action.bytes = step->bytes;
    action.length = step->length;
    return action;
}

void session_written(evl_session *s) {
    step_advance(s);
}

/* A socket that is gone is set in no way. */
evl_action run_inspect(evl_session *s, const evl_input *in) {
    if (s->phase == 1)
        return step_done(s);
    if (is_gone(s))
        return step_fail(s, EVL_FAILURE_NO_CONNECTION);
    if (in->rst)
        return step_fail(s, EVL_FAILURE_CLIENT_RESET);
    s->phase = 1;
    return step_simple(s, EVL_ACTION_INSPECT);
}

/* HALF_CLOSE, CLOSE, RESET: the action first, the step done when it has been carried out. */
evl_action run_end(evl_session *s, const evl_step *step, evl_action_kind kind) {
    if (s->phase == 1 || is_gone(s)) {
        if (kind != EVL_ACTION_HALF_CLOSE && !is_gone(s))
            s->left = EVL_LEAVE_SELF;
        return step_done(s);
    }
    s->phase = 1;
    evl_action action = step_simple(s, kind);
    action.discard = (step->flags & EVL_STEP_DISCARD) != 0;
    return action;
}

/* Asks, and plays the steps it is answered with in its place. A reset ends the wait at once. */
evl_action run_ask(evl_session *s, const evl_input *in) {
    if (s->phase == ANSWERED) {
        if (s->room->pending == NULL)
            return step_done(s);
        s->room->answer = s->room->pending;
        s->room->pending = NULL;
        s->room->answer_position = 0;
        step_enter(s);
        return step_simple(s, EVL_ACTION_GO_ON);
    }
    if (in->rst && !step_takes_reset_next(s))
        return step_fail(s, EVL_FAILURE_CLIENT_RESET);
    evl_action_kind kind = s->phase == 0 ? EVL_ACTION_ASK : EVL_ACTION_WAIT_ANSWER;
    s->phase = ASKED;
    return step_simple(s, kind);
}
