/* Plays a run of steps at a time: those that are done at once are noted and left behind, so that a
 * connection that gets many messages in one read pays once for all of them. */
#include <string.h>

#include "session_steps.h"

/* The step is done: what it consumed is used, what it sends is `bytes`. */
static void note_done(evl_session *s, const evl_input *in, const evl_step *step, evl_played *played,
                      const uint8_t *bytes, size_t length) {
    evl_done *done = &played->done[played->count++];
    done->step = session_index(s);
    done->is_more = false;
    done->used = in->used;
    done->bytes = bytes;
    done->length = length;
    done->limit_ns = step->limit_ns;
    played->writes += bytes != NULL ? 1 : 0;
}

static bool is_fresh(const evl_session *s) {
    return s->phase == 0 && s->offset == 0 && s->header.count == 0 && s->room->answer == NULL;
}

/* Whether all that the step expects is there, and right. */
static bool passes(const evl_input *in, const evl_step *step) {
    size_t width = 0;
    if (step->kind == EVL_STEP_EXPECT_FRAME) {
        width = step->framing.width;
        if (available(in) < width ||
            frame_decode(here(in), step->framing.width, step->framing.byte_order) != step->length)
            return false;
    } else if (step->kind != EVL_STEP_EXPECT_BYTES) {
        return false;
    }
    return available(in) - width >= step->length &&
           memcmp(here(in) + width, step->bytes, step->length) == 0;
}

static bool sends(const evl_session *s, const evl_input *in, const evl_step *step) {
    return step->kind == EVL_STEP_SEND && !in->rst && !is_gone(s);
}

/* The steps that most scripts are made of, when nothing is in their way. */
static bool play_plainly(evl_session *s, evl_input *in, const evl_step *step, evl_played *played) {
    if (!is_fresh(s))
        return false;
    if (passes(in, step)) {
        in->used += step->length;
        in->used += step->kind == EVL_STEP_EXPECT_FRAME ? step->framing.width : 0;
        note_done(s, in, step, played, NULL, 0);
    } else if (sends(s, in, step)) {
        note_done(s, in, step, played, step->bytes, step->length);
    } else {
        return false;
    }
    s->position++; /* all else of it is as it was when it became current */
    return true;
}

/* Notes what is done at once. False: the action is one to carry out. */
static bool absorb(evl_session *s, const evl_input *in, const evl_step *step,
                   const evl_action *action, evl_played *played) {
    bool writes = action->kind == EVL_ACTION_WRITE;
    if (!writes && (action->kind != EVL_ACTION_STEP_DONE || action->bytes != NULL))
        return false;
    note_done(s, in, step, played, action->bytes, action->length);
    evl_done *done = &played->done[played->count - 1];
    done->step = action->step;
    done->is_more = writes ? step_is_more(s) : action->is_more;
    if (writes)
        session_written(s);
    return true;
}

static void note_clock(const evl_session *s, evl_played *played) {
    const evl_step *next = session_step(s);
    played->done[played->count - 1].continues =
        next != NULL && (next->flags & EVL_STEP_CONTINUES) != 0;
}

evl_action session_play(evl_session *s, evl_input *in, evl_played *played) {
    played->count = played->writes = 0;
    for (int move = 0; move < MOVES_AT_ONCE && played->count < PLAYED_AT_ONCE; move++) {
        const evl_step *step = step_current(s);
        if (step == NULL || played->writes == played->most_writes)
            break;
        if (!play_plainly(s, in, step, played)) {
            evl_action action = step_run(s, in, step);
            if (action.kind == EVL_ACTION_GO_ON)
                continue;
            if (!absorb(s, in, step, &action, played))
                return action;
        }
        note_clock(s, played);
    }
    if (step_current(s) == NULL)
        return step_simple(s, s->live ? EVL_ACTION_WAIT_STEPS : EVL_ACTION_END);
    return step_simple(s, EVL_ACTION_GO_ON);
}
