/* The pump: asks the session for the next action and carries it out, until it has to wait. */
#include <stdlib.h>

#include "connection.h"

/* Actions a connection may carry out before others get their turn. */
enum {
    TURNS_AT_ONCE = 4096
};

typedef struct pump_state {
    evl_input input;
    bool fresh; /* the input stands in the loop's read buffer, not in the backlog */
    write_batch batch;
    evl_played played;
} pump_state;

static bool account(evl_connection *c, pump_state *pump);
static bool carry_out(evl_connection *c, pump_state *pump, const evl_action *action);
static bool carry_out_deferred(evl_connection *c, const pump_state *pump);
static void keep_rest(evl_connection *c, pump_state *pump);
static void release_played(evl_connection *c);
static void rest(evl_connection *c);

static void take_input(evl_connection *c, pump_state *pump, uint8_t *bytes, size_t length) {
    static uint8_t nothing[1];
    pump->fresh = buffer_length(&c->backlog) == 0;
    if (pump->fresh) {
        pump->input = (evl_input){.bytes = length > 0 ? bytes : nothing, .length = length};
    } else {
        if (buffer_append(&c->backlog, bytes, length) != EVL_OK)
            connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
        pump->input = (evl_input){.bytes = c->backlog.bytes + c->backlog.start,
                                  .length = buffer_length(&c->backlog)};
    }
    pump->input.fin = c->got_fin;
    pump->input.rst = c->got_rst;
    pump->input.finishing = c->host->finishing;
    pump->batch.count = 0;
}

/* A script can keep the loop busy for seconds (a long repeat of sends): others get their turn. */
static void yield(evl_connection *c) {
    if (c->ended || io_is_pending(c) || c->deferred != CONNECTION_NOTHING_DEFERRED)
        return;
    c->yielded = true;
    c->waits_for_quiet = false;
    loop_alarm_set(c->host->loop, &c->alarm, loop_stamp(c->host->loop));
}

static void resume(evl_connection *c) {
    if (c->yielded)
        loop_alarm_cancel(c->host->loop, &c->alarm);
    c->yielded = false;
}

static evl_action play(evl_connection *c, pump_state *pump) {
    pump->played.count = 0;
    pump->played.most_writes = BATCH_PARTS - pump->batch.count;
    /* What is measured is judged before anything is played behind it. */
    pump->played.most = c->gauge == NULL ? PLAYED_AT_ONCE : 1;
    return c->half_closed ? session_next(&c->session, &pump->input)
                          : session_play(&c->session, &pump->input, &pump->played);
}

/* Feeds fresh bytes (or none) and plays as many steps as they allow; all replies go out in one
 * write. May end, and so free, the connection: callers return at once. */
void connection_pump(evl_connection *c, uint8_t *fresh, size_t length) {
    pump_state pump;
    resume(c);
    /* How long a client rests between two requests is no part of the next one's time. */
    if (length > 0 && session_is_resting(&c->session))
        c->step_began_ns = c->host->loop->now_ns;
    take_input(c, &pump, fresh, length);
    int turns = 0;
    while (!c->ended && !io_is_pending(c)) {
        if (c->deferred != CONNECTION_NOTHING_DEFERRED) {
            if (!carry_out_deferred(c, &pump))
                break;
            continue;
        }
        if (turns >= TURNS_AT_ONCE) {
            io_flush(c, &pump.batch);
            yield(c);
            break;
        }
        pump.input.time_up = c->time_up;
        evl_action action = play(c, &pump);
        turns += pump.played.count + 1;
        if (!account(c, &pump) || !carry_out(c, &pump, &action))
            break;
    }
    keep_rest(c, &pump);
    if (c->ended)
        connection_conclude(c);
    else
        rest(c);
}

static void free_alarm(evl_connection *c) {
    c->waits_for_quiet = false;
    loop_alarm_cancel(c->host->loop, &c->alarm);
}

static void defer(evl_connection *c, const evl_action *action) {
    c->deferred = (uint8_t)action->kind;
    c->deferred_discard = action->discard;
    c->stage.open.look_after_ns = 0;
    free_alarm(c);
}

static bool keep_payload(evl_connection *c, const evl_action *action) {
    if (c->keep == NULL)
        c->keep = calloc(1, sizeof *c->keep);
    return c->keep != NULL &&
           keep_store(c->keep, action->step, action->bytes, action->length) == EVL_OK;
}

static void step_done(evl_connection *c, uint32_t step, size_t used) {
    connection_note(c, EVL_EVENT_STEP_DONE, step, c->consumed_total + used);
}

/* A step is over; `continues`: the next one is part of it, and its clock goes on. */
static void turn_over(evl_connection *c, uint32_t step, bool is_more, bool continues) {
    uint64_t now = c->host->loop->now_ns;
    if (continues)
        return;
    if (!is_more)
        statistics_step(c->host->statistics, c->script, step, now, c->step_began_ns);
    c->step_began_ns = now;
}

/* The same of a connection that is measured. False: that has failed the step. */
static bool gauge(evl_connection *c, const pump_state *pump, const evl_done *done) {
    uint64_t now = c->host->loop->now_ns;
    uint64_t took = now > c->step_began_ns ? now - c->step_began_ns : 0;
    if (!gauge_step_done(c, done, &pump->input, &took))
        return false;
    c->step_began_ns = done->continues ? c->step_began_ns : now - took;
    return true;
}

static void next_step(evl_connection *c) {
    c->time_up = false;
    c->limit_passed = false;
    if (c->trouble != NULL)
        c->trouble->lag_ns = 0;
    c->stage.open.look_after_ns = 0;
    if (alarm_is_set(&c->alarm) && !c->waits_for_quiet)
        loop_alarm_cancel(c->host->loop, &c->alarm);
}

/* Carries out a run of steps. False: one can't be. */
static bool account(evl_connection *c, pump_state *pump) {
    const evl_played *played = &pump->played;
    for (int i = 0; i < played->count; i++) {
        const evl_done *done = &played->done[i];
        if (c->gauge != NULL && !gauge(c, pump, done)) {
            io_flush(c, &pump->batch);
            return false;
        }
        if (done->bytes != NULL)
            io_batch(c, &pump->batch, done);
        step_done(c, done->step, done->used);
        turn_over(c, done->step, done->is_more, done->continues);
    }
    if (played->count > 0)
        next_step(c);
    return pump->batch.count < BATCH_PARTS || io_flush(c, &pump->batch);
}

/* A step whose payload is kept. */
static void kept_step_done(evl_connection *c, const pump_state *pump, const evl_action *action) {
    const evl_step *next = session_step(&c->session);
    bool continues = next != NULL && (next->flags & EVL_STEP_CONTINUES) != 0;
    const evl_done done = {.step = action->step,
                           .is_more = action->is_more,
                           .continues = continues,
                           .used = pump->input.used};
    if (c->gauge != NULL && !gauge(c, pump, &done))
        return;
    step_done(c, action->step, pump->input.used);
    if (action->bytes != NULL && !keep_payload(c, action)) {
        evl_failure failure = session_fail(&c->session, EVL_FAILURE_NO_MEMORY);
        failure.step = action->step;
        connection_fail(c, failure);
    }
    turn_over(c, action->step, action->is_more, continues);
    next_step(c);
}

static void start_time(evl_connection *c, uint64_t time_ns) {
    c->waits_for_quiet = false;
    uint64_t now = loop_stamp(c->host->loop);
    uint64_t at = time_ns < UINT64_MAX - now ? now + time_ns : UINT64_MAX;
    loop_alarm_set(c->host->loop, &c->alarm, at);
}

/* True: go on asking the session. False: it waits, or the connection has ended. */
static bool carry_out(evl_connection *c, pump_state *pump, const evl_action *action) {
    c->hungry = action->kind == EVL_ACTION_WAIT_INPUT;
    c->deaf &= !c->hungry;
    switch (action->kind) {
    case EVL_ACTION_STEP_DONE:
        kept_step_done(c, pump, action);
        if (c->ended) /* the replies up to it still go out */
            io_flush(c, &pump->batch);
        return !c->ended;
    case EVL_ACTION_WRITE:
        /* Ours has ended, by an earlier reply: the kernel would say it as of the client. */
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_CONNECTION));
        return false;
    case EVL_ACTION_PACE:
        if (c->half_closed) {
            connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_CONNECTION));
            return false;
        }
        defer(c, action);
        return io_flush(c, &pump->batch);
    case EVL_ACTION_HALF_CLOSE:
    case EVL_ACTION_CLOSE:
    case EVL_ACTION_RESET:
    case EVL_ACTION_INSPECT:
    case EVL_ACTION_HOLD:
    case EVL_ACTION_JUDGE_LEAVE:
    case EVL_ACTION_START_TIME:
    case EVL_ACTION_ASK:
    case EVL_ACTION_END:
        defer(c, action);
        return io_flush(c, &pump->batch);
    case EVL_ACTION_WAIT_INPUT:
    case EVL_ACTION_WAIT_TIME:
    case EVL_ACTION_WAIT_ANSWER:
    case EVL_ACTION_WAIT_STEPS:
        io_flush(c, &pump->batch);
        return false;
    case EVL_ACTION_FAIL:
        connection_fail(c, session_failure(&c->session, action));
        io_flush(c, &pump->batch); /* the replies up to the failing step still go out */
        return false;
    case EVL_ACTION_GO_ON:
        return true;
    }
    return false;
}

static void ask(evl_connection *c, const evl_input *input) {
    size_t length = 0;
    const uint8_t *payload = session_payload(&c->session, input, &length);
    if (c->asking == NULL)
        c->asking = calloc(1, sizeof *c->asking);
    if (c->asking != NULL)
        c->asking->questions++;
    if (c->asking == NULL ||
        !c->host->asked(c->host, c, session_index(&c->session), payload, length))
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
}

/* What had to wait until all was written. True: done, go on. False: looks again later. */
static bool carry_out_deferred(evl_connection *c, const pump_state *pump) {
    switch ((evl_action_kind)c->deferred) {
    case EVL_ACTION_PACE:
        if (!pace_go_on(c))
            return false;
        break;
    case EVL_ACTION_HALF_CLOSE:
        fault_half_close(c, c->consumed_total + pump->input.used);
        break;
    case EVL_ACTION_INSPECT:
        gauge_inspect(c);
        break;
    case EVL_ACTION_CLOSE:
        if (!fault_close(c))
            return false;
        break;
    case EVL_ACTION_RESET:
        if (!leave_reset(c))
            return false;
        break;
    case EVL_ACTION_HOLD:
        if (!hold_goes_on(c))
            break;
        return false;
    case EVL_ACTION_JUDGE_LEAVE:
        if (!leave_judge(c))
            return false;
        break;
    case EVL_ACTION_START_TIME:
        start_time(c, session_step(&c->session)->number);
        break;
    case EVL_ACTION_ASK:
        ask(c, &pump->input);
        break;
    case EVL_ACTION_END:
        c->ended = true;
        break;
    case EVL_ACTION_STEP_DONE:
    case EVL_ACTION_WRITE:
    case EVL_ACTION_WAIT_INPUT:
    case EVL_ACTION_WAIT_TIME:
    case EVL_ACTION_WAIT_ANSWER:
    case EVL_ACTION_WAIT_STEPS:
    case EVL_ACTION_FAIL:
    case EVL_ACTION_GO_ON:
        break;
    }
    c->deferred = CONNECTION_NOTHING_DEFERRED;
    return true;
}

static void keep_rest(evl_connection *c, pump_state *pump) {
    const evl_input *input = &pump->input;
    c->consumed_total += input->used;
    if (!pump->fresh) {
        buffer_consume(&c->backlog, input->used);
        return;
    }
    size_t left = input->length - input->used;
    if (buffer_append(&c->backlog, input->bytes + input->used, left) == EVL_OK)
        return;
    if (!c->ended)
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
}

/* --- between pumps --- */

/* Whether it waits for nothing else: `may_go_on` if the client has other things to do as well. */
static bool waits_for_leave(const evl_connection *c, bool *may_go_on) {
    *may_go_on = false;
    if (c->deferred != CONNECTION_NOTHING_DEFERRED || io_is_pending(c))
        return false;
    const evl_step *step = session_step(&c->session);
    if (step == NULL)
        return c->session.live; /* between two enqueues a client may leave as well */
    *may_go_on = session_is_resting(&c->session);
    return *may_go_on || step->kind == EVL_STEP_EXPECT_DISCONNECT ||
           step->kind == EVL_STEP_DISCONNECT;
}

static void rest(evl_connection *c) {
    if (c->gauge != NULL)
        gauge_rest(c);
    release_played(c);
    bool may_go_on;
    if (waits_for_leave(c, &may_go_on))
        leave_look_later(c, !may_go_on && c->host->record_bytes > 0 && !c->host->crowded);
    io_watch(c);
    limit_arm(c);
    bool idle = connection_is_idle(c);
    if (idle != c->idle) {
        c->idle = idle;
        c->host->moved(c->host, c);
    }
}

/* Lets go of programs the session has left, once nothing of them waits to be written. */
static void release_played(evl_connection *c) {
    if (io_is_pending(c))
        return;
    if (c->asking != NULL && c->asking->answer != NULL && !session_holds_answer(&c->session)) {
        evl_program_release(c->asking->answer);
        c->asking->answer = NULL;
    }
    while (c->chain != NULL && session_has_left(&c->session, c->chain)) {
        evl_program *next = c->chain->next;
        evl_program_release(c->chain);
        c->chain = next;
    }
}
