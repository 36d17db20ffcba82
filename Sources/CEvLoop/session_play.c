/* Plays a run of steps at a time: those that are done at once are noted and left behind, so that a
 * connection that gets many messages in one read pays once for all of them. */
#include <string.h>

#include "session_steps.h"

/* The step is done: what it consumed is used, what it sends is `bytes`. */
static void note_done(evl_session *s, const evl_input *in, const evl_step *step, evl_played *played,
                      const uint8_t *bytes, size_t length) {
    evl_done *done = &played->done[played->count++];
    done->step = s->program->base + s->position;
    done->is_more = false;
    done->continues = false;
    done->used = in->used;
    done->bytes = bytes;
    done->length = length;
    done->limit_ns = step->limit_ns;
    played->writes += bytes != NULL ? 1 : 0;
}

/* Nothing of it has been played yet; and it is no answer's. */
static bool is_fresh(const evl_session *s) {
    return s->phase == 0 && s->offset == 0 && s->header.count == 0 && s->room->answer == NULL;
}

static bool is_there(const evl_input *in, size_t header, const evl_step *step) {
    return available(in) - header >= step->length &&
           memcmp(here(in) + header, step->bytes, step->length) == 0;
}

/* A plain length and the very payload, in one piece. */
static bool frame_is_there(const evl_input *in, const evl_step *step) {
    const evl_framing *framing = &step->framing;
    return available(in) >= framing->width &&
           frame_decode(here(in), framing->width, framing->byte_order) == step->length &&
           is_there(in, framing->width, step);
}

static void pass(evl_session *s, evl_input *in, const evl_step *step, size_t header,
                 evl_played *played) {
    in->used += header + step->length;
    note_done(s, in, step, played, NULL, 0);
    s->position++; /* all else of a fresh step is as it was when it became current */
}

static void go_round(evl_session *s, const evl_step *step) {
    uint32_t *rounds = &s->room->rounds[step->depth];
    bool again = step_counts_round(step, rounds);
    s->position = again ? step->target : s->position + 1;
}

/* The steps that most scripts are made of, when nothing is in their way. False: it is. */
static bool play_plainly(evl_session *s, evl_input *in, const evl_step *step, evl_played *played) {
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_EXPECT_BYTES:
        if (!is_fresh(s) || !is_there(in, 0, step))
            return false;
        pass(s, in, step, 0, played);
        return true;
    case EVL_STEP_EXPECT_FRAME:
        if (!is_fresh(s) || !frame_is_there(in, step))
            return false;
        pass(s, in, step, step->framing.width, played);
        return true;
    case EVL_STEP_SEND:
        if (!is_fresh(s) || in->rst || is_gone(s) || step->pace != NULL)
            return false;
        note_done(s, in, step, played, step->bytes, step->length);
        s->position++;
        return true;
    case EVL_STEP_JUMP:
        if (!is_fresh(s))
            return false;
        s->position = step->target;
        return true;
    case EVL_STEP_REPEAT:
        if (!is_fresh(s))
            return false;
        go_round(s, step);
        return true;
    case EVL_STEP_EXPECT_CONNECT:
    case EVL_STEP_RECEIVE_EXACTLY:
    case EVL_STEP_RECEIVE_AT_LEAST:
    case EVL_STEP_RECEIVE_UNTIL:
    case EVL_STEP_EXPECT_SILENCE:
    case EVL_STEP_EXPECT_EOF:
    case EVL_STEP_EXPECT_DISCONNECT:
    case EVL_STEP_DELAY:
    case EVL_STEP_HALF_CLOSE:
    case EVL_STEP_DISCONNECT:
    case EVL_STEP_CLOSE:
    case EVL_STEP_RESET:
    case EVL_STEP_ASK:
    case EVL_STEP_PIECE:
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

/* Notes what is done at once. False: the action is one to carry out. */
static bool absorb(evl_session *s, const evl_input *in, const evl_step *step,
                   const evl_action *action, evl_played *played) {
    bool writes = action->kind == EVL_ACTION_WRITE;
    if (!writes && (action->kind != EVL_ACTION_STEP_DONE || action->bytes != NULL))
        return false;
    note_done(s, in, step, played, action->bytes, action->length);
    played->done[played->count - 1].step = action->step;
    played->done[played->count - 1].is_more = action->is_more;
    if (writes)
        session_written(s);
    return true;
}

/* The current step; and whether it goes on with the clock of the one that was noted last. */
static const evl_step *turn_to(evl_session *s, evl_played *played) {
    const evl_step *step = step_current(s);
    if (played->count > 0)
        played->done[played->count - 1].continues =
            step != NULL && (step->flags & EVL_STEP_CONTINUES) != 0;
    return step;
}

evl_action session_play(evl_session *s, evl_input *in, evl_played *played) {
    played->count = played->writes = 0;
    for (int move = 0; move < MOVES_AT_ONCE; move++) {
        const evl_step *step = turn_to(s, played);
        if (step == NULL)
            return step_simple(s, s->live ? EVL_ACTION_WAIT_STEPS : EVL_ACTION_END);
        if (played->count == played->most || played->writes == played->most_writes)
            break;
        if (play_plainly(s, in, step, played))
            continue;
        evl_action action = step_run(s, in, step);
        if (action.kind != EVL_ACTION_GO_ON && !absorb(s, in, step, &action, played))
            return action;
    }
    turn_to(s, played);
    return step_simple(s, EVL_ACTION_GO_ON);
}
