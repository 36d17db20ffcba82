/* Steps during which nothing is read: the connection carries them out, and says when they are over.
 */
#include "session_steps.h"

/* The client has left, or the endpoint is being finished: what it sent is thrown away. */
static evl_action end_stall(evl_session *s, evl_input *in, const evl_step *step) {
    if ((step->flags & EVL_STEP_MAY_STAY) != 0 && in->finishing && !is_gone(s) && !in->rst &&
        !in->fin) {
        consume(s, in, available(in));
        s->left = EVL_LEAVE_SELF; /* it is closed with the script's end */
        return step_done(s);
    }
    return run_expect_disconnect(s, in, step);
}

evl_action run_hold(evl_session *s, evl_input *in, const evl_step *step) {
    bool for_good = step->kind == EVL_STEP_STALL && step->number == 0;
    if (s->phase == 0 && !is_gone(s) && !in->rst) {
        s->phase = 1;
        return step_simple(s, EVL_ACTION_HOLD);
    }
    if (for_good)
        return end_stall(s, in, step);
    if (step->kind == EVL_STEP_EXPECT_BACKPRESSURE && s->phase == 0)
        return step_starved(s, in);
    return step_done(s);
}
