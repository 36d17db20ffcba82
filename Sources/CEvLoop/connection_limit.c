/* Limits: one timer a connection, left running and looked at only when it rings.
 *
 * A limit that rings makes one last non-blocking read. If the loop itself was late by more than a
 * tenth of the limit, the limit is extended once by as much: a busy machine must not fail a correct
 * client. */
#include "connection.h"

static evl_connection *connection_of(ev_timer *watcher) {
    return (evl_connection *)(void *)((char *)watcher - offsetof(evl_connection, limit));
}

typedef struct wait_limit {
    uint64_t limit_ns; /* EVL_LIMIT_NONE: none */
    uint64_t since_ns;
} wait_limit;

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static wait_limit limit_of(const evl_connection *c, uint64_t explicit_ns, uint64_t began_ns,
                           uint64_t progress_ns) {
    if (explicit_ns != EVL_LIMIT_DEFAULT)
        return (wait_limit){explicit_ns, began_ns};
    return (wait_limit){c->host->step_ns, later(began_ns, progress_ns)};
}

/* When the current step's turn came: not before what was sent earlier had been taken. */
static uint64_t turn_of(const evl_connection *c) {
    return c->outbox == NULL ? c->step_began_ns : later(c->step_began_ns, c->outbox->wrote_ns);
}

static wait_limit limit_after_script(const evl_connection *c) {
    const evl_host *host = c->host;
    if (!host->finishing)
        return (wait_limit){host->after_script_ns, turn_of(c)};
    uint64_t limit = host->after_script_ns < host->step_ns ? host->after_script_ns : host->step_ns;
    return (wait_limit){limit, later(turn_of(c), host->finishing_ns)};
}

/* What the connection waits for right now, and until when. */
static wait_limit current_limit(const evl_connection *c) {
    static const wait_limit none = {EVL_LIMIT_NONE, 0};
    if (io_is_pending(c)) {
        const evl_outbox_part *part = &c->outbox->parts[c->outbox->first];
        /* What the client sends meanwhile is no progress of what it does not read. */
        return limit_of(c, part->limit_ns, part->began_ns, c->outbox->wrote_ns);
    }
    const evl_step *step = session_step(&c->session);
    if (step == NULL)
        return none;
    if (session_is_resting(&c->session))
        return (step->flags & EVL_STEP_MAY_STAY) != 0 ? none : limit_after_script(c);
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_DELAY:
    case EVL_STEP_EXPECT_SILENCE:
        return none;
    case EVL_STEP_STALL:
        return step->limit_ns == EVL_LIMIT_DEFAULT ? none
                                                   : limit_of(c, step->limit_ns, turn_of(c), 0);
    case EVL_STEP_EXPECT_DISCONNECT:
        if ((step->flags & EVL_STEP_MAY_STAY) != 0)
            return none;
        if ((step->flags & EVL_STEP_IMPLICIT) != 0)
            return limit_after_script(c);
        return limit_of(c, step->limit_ns, turn_of(c), 0);
    case EVL_STEP_DISCONNECT: /* bytes that come instead of the end are no progress towards it */
        return limit_of(c, step->limit_ns, turn_of(c), 0);
    case EVL_STEP_SEND: /* likewise: what the client says is no progress of what it does not read */
        return limit_of(c, step->limit_ns, turn_of(c),
                        step->pace == NULL ? c->progress_ns : pace_progress(c));
    case EVL_STEP_EXPECT_CONNECT:
    case EVL_STEP_EXPECT_BYTES:
    case EVL_STEP_EXPECT_FRAME:
    case EVL_STEP_RECEIVE_EXACTLY:
    case EVL_STEP_RECEIVE_AT_LEAST:
    case EVL_STEP_RECEIVE_UNTIL:
    case EVL_STEP_EXPECT_EOF:
    case EVL_STEP_HALF_CLOSE:
    case EVL_STEP_CLOSE:
    case EVL_STEP_RESET:
    case EVL_STEP_ASK:
    case EVL_STEP_REPEAT:
    case EVL_STEP_JUMP:
    case EVL_STEP_PIECE:
    case EVL_STEP_CHOICE:
    case EVL_STEP_STOP_READING:
    case EVL_STEP_RESUME_READING:
    case EVL_STEP_EXPECT_BACKPRESSURE:
    case EVL_STEP_EXPECT_NO_DELAY:
        return limit_of(c, step->limit_ns, turn_of(c), c->progress_ns);
    }
    return none;
}

static uint64_t deadline_of(const evl_connection *c, wait_limit wait) {
    /* Extended once: as long again from then as the loop was away. */
    uint64_t from = wait.since_ns + (c->trouble != NULL ? 2 * c->trouble->lag_ns : 0);
    return wait.limit_ns < UINT64_MAX - from ? from + wait.limit_ns : UINT64_MAX;
}

static void ring_at(evl_connection *c, uint64_t deadline_ns) {
    evl_loop *loop = c->host->loop;
    uint64_t now = loop->now_ns;
    double after = deadline_ns > now ? (double)(deadline_ns - now) / 1e9 : 0;
    ev_timer_stop(loop->ev, &c->limit);
    ev_timer_set(&c->limit, after, 0);
    ev_timer_start(loop->ev, &c->limit);
    c->stage.open.rings_at_ns = deadline_ns;
}

/* A timer that would ring too early is left alone: it costs nothing until it rings. */
void limit_arm(evl_connection *c) {
    uint64_t deadline = deadline_of(c, current_limit(c));
    if (deadline == UINT64_MAX)
        return;
    /* It has rung, but reading outranked it: starting it anew would put it off for as long as the
     * client has something to say on each turn. */
    if (ev_is_pending(&c->limit))
        return;
    if (!ev_is_active(&c->limit) || deadline < c->stage.open.rings_at_ns)
        ring_at(c, deadline);
}

static void fail_by_limit(evl_connection *c, uint64_t limit_ns) {
    evl_failure failure = session_fail(&c->session, EVL_FAILURE_LIMIT);
    if (io_is_pending(c)) {
        failure.step = c->outbox->parts[c->outbox->first].step;
        failure.offset = 0;
    }
    if (c->deferred == EVL_ACTION_PACE && c->pacer != NULL && c->pacer->begun)
        failure.offset = c->pacer->offset;
    connection_fail(c, failure);
    c->trouble->limit_ns = limit_ns;
    connection_pump(c, NULL, 0);
}

/* True: something was there, and the connection has been pumped (it may be gone). If that changed
 * nothing, limit_arm starts the timer anew, it rings at once, and no more is read: a client that
 * floods must not outrun its limit for ever. */
static bool last_read(evl_connection *c) {
    uint64_t seen = c->received_total;
    bool had_end = c->got_fin || c->got_rst;
    size_t length = io_read(c);
    if (c->received_total == seen && (c->got_fin || c->got_rst) == had_end)
        return false;
    c->limit_passed = true;
    connection_pump(c, c->host->loop->read_buffer, length);
    return true;
}

void limit_fired(struct ev_loop *ev, ev_timer *watcher, int events) {
    (void)ev, (void)events;
    evl_connection *c = connection_of(watcher);
    evl_loop *loop = c->host->loop;
    uint64_t now = loop_stamp(loop);
    wait_limit wait = current_limit(c);
    uint64_t deadline = deadline_of(c, wait);
    if (deadline == UINT64_MAX)
        return;
    if (now < deadline) {
        c->limit_passed = false;
        ring_at(c, deadline);
        return;
    }
    uint64_t late = now - deadline;
    if (!c->limit_passed && last_read(c))
        return;
    bool extended = c->trouble != NULL && c->trouble->lag_ns > 0;
    if (!extended && late > wait.limit_ns / 10) {
        c->limit_passed = false;
        connection_trouble(c)->lag_ns = late;
        ring_at(c, now + late);
        return;
    }
    fail_by_limit(c, wait.limit_ns);
}
