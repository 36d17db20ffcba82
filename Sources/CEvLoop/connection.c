/* The pump: asks the session for the next action and carries it out, until it has to wait. */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

enum {
    EXCERPT_BYTES = 4096,
    TURNS_AT_ONCE = 4096, /* actions a connection may carry out before others get their turn */
    NOTHING_DEFERRED = EVL_ACTION_STEP_DONE
};

typedef struct pump_state {
    evl_input input;
    bool fresh; /* the input stands in the loop's read buffer, not in the backlog */
    write_batch batch;
} pump_state;

static bool carry_out(evl_connection *c, pump_state *pump, const evl_action *action);
static bool carry_out_deferred(evl_connection *c);
static void keep_rest(evl_connection *c, pump_state *pump);
static void release_played(evl_connection *c);
static void rest(evl_connection *c);
static void conclude(evl_connection *c);

/* --- life --------------------------------------------------------------------------------------
 */

evl_connection *connection_open(evl_host *host, int fd, const char *peer, uint32_t number,
                                uint32_t script, evl_program *program, bool live) {
    evl_connection *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->host = host;
    c->fd = fd;
    c->number = number;
    c->script = script;
    c->chain = program;
    c->deferred = NOTHING_DEFERRED;
    c->accepted_ns = c->step_began_ns = c->progress_ns = host->loop->now_ns;
    memcpy(c->peer, peer, sizeof c->peer);
    session_start(&c->session, program, live);
    ev_io_init(&c->io, io_callback, fd, EV_READ);
    ev_set_priority(&c->io, 1); /* bytes that wait outrank a limit that rings */
    ev_timer_init(&c->limit, limit_fired, 0, 0);
    c->alarm.ring = leave_alarm;
    connection_note(c, EVL_EVENT_CONNECTED, 0, 0);
    return c;
}

void connection_begin(evl_connection *c) {
    connection_pump(c, NULL, 0);
}

void connection_append(evl_connection *c, evl_program *program) {
    bool idle = connection_is_idle(c);
    if (c->chain == NULL) {
        c->chain = c->session.program = program;
    } else {
        evl_program *last = c->chain;
        while (last->next != NULL)
            last = last->next;
        last->next = program;
    }
    if (idle)
        c->step_began_ns = c->progress_ns = c->host->loop->now_ns;
    if (!c->ended)
        connection_pump(c, NULL, 0);
}

void connection_answer(evl_connection *c, evl_program *answer) {
    if (c->ended || !session_is_asking(&c->session)) {
        evl_program_release(answer); /* a second answer, or a late one */
        return;
    }
    if (answer == NULL) {
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_ANSWER));
    } else {
        c->answer = answer;
        session_answer(&c->session, answer);
    }
    connection_pump(c, NULL, 0);
}

void connection_finishing(evl_connection *c) {
    c->session.live = false;
    if (!c->ended)
        connection_pump(c, NULL, 0);
}

void connection_abort(evl_connection *c) {
    if (c->ended)
        return;
    c->ended = true;
    conclude(c);
}

void connection_refuse(evl_connection *c, bool is_failure, uint32_t waiting_step) {
    c->ended = true;
    if (is_failure) {
        c->failure = (evl_failure){.kind = EVL_FAILURE_UNSCRIPTED, .step = waiting_step};
        c->failed_ns = loop_stamp(c->host->loop);
    }
    conclude(c);
}

void connection_free(evl_connection *c) {
    if (c == NULL)
        return;
    c->host->loop->record_bytes -= record_size(&c->record);
    record_free(&c->record);
    buffer_free(&c->backlog);
    free(c);
}

bool connection_is_idle(const evl_connection *c) {
    if (c->ended)
        return true;
    if (io_is_pending(c) || c->deferred != NOTHING_DEFERRED)
        return false;
    const evl_step *step = session_step(&c->session);
    return step == NULL || (step->kind == EVL_STEP_EXPECT_DISCONNECT &&
                            (step->flags & (EVL_STEP_IMPLICIT | EVL_STEP_MAY_STAY)) != 0);
}

void connection_note(evl_connection *c, evl_event_kind kind, uint32_t step, uint64_t consumed) {
    if (c->host->record_bytes == 0 && kind == EVL_EVENT_STEP_DONE)
        return;
    evl_event event = {.time_ns = c->host->loop->now_ns,
                       .consumed = consumed,
                       .sent = c->sent_total,
                       .kind = kind,
                       .step = step};
    record_event(&c->record, &event);
}

/* Marks the connection failed; the pump that is under way, or called next, ends it. */
void connection_fail(evl_connection *c, evl_failure failure) {
    if (c->failure.kind == EVL_FAILURE_NONE) {
        c->failure = failure;
        c->failed_ns = loop_stamp(c->host->loop);
    }
    c->ended = true;
}

/* --- the pump ----------------------------------------------------------------------------------
 */

static void take_input(evl_connection *c, pump_state *pump, const uint8_t *bytes, size_t length) {
    static const uint8_t nothing[1];
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
    if (c->ended || io_is_pending(c) || c->deferred != NOTHING_DEFERRED)
        return;
    c->yielded = true;
    loop_alarm_set(c->host->loop, &c->alarm, loop_stamp(c->host->loop));
}

static void resume(evl_connection *c) {
    if (c->yielded)
        loop_alarm_cancel(c->host->loop, &c->alarm);
    c->yielded = false;
}

/* Feeds fresh bytes (or none) and plays as many steps as they allow; all replies go out in one
 * write. May end, and so free, the connection: callers return at once. */
void connection_pump(evl_connection *c, const uint8_t *fresh, size_t length) {
    pump_state pump;
    resume(c);
    take_input(c, &pump, fresh, length);
    for (int turn = 0; !c->ended && !io_is_pending(c); turn++) {
        if (c->deferred != NOTHING_DEFERRED) {
            if (!carry_out_deferred(c))
                break;
            continue;
        }
        if (turn >= TURNS_AT_ONCE) {
            io_flush(c, &pump.batch);
            yield(c);
            break;
        }
        pump.input.time_up = c->time_up;
        evl_action action = session_next(&c->session, &pump.input);
        if (!carry_out(c, &pump, &action))
            break;
    }
    keep_rest(c, &pump);
    if (c->ended)
        conclude(c);
    else
        rest(c);
}

static void defer(evl_connection *c, const evl_action *action) {
    c->deferred = (uint8_t)action->kind;
    c->deferred_discard = action->discard;
    c->look_after_ns = 0;
    loop_alarm_cancel(c->host->loop, &c->alarm);
}

static void step_done(evl_connection *c, const pump_state *pump, uint32_t step) {
    connection_note(c, EVL_EVENT_STEP_DONE, step, c->consumed_total + pump->input.used);
    c->step_began_ns = c->host->loop->now_ns;
    c->time_up = false;
    c->limit_passed = false;
    c->lag_ns = 0;
    c->look_after_ns = 0;
    if (c->alarm.armed)
        loop_alarm_cancel(c->host->loop, &c->alarm);
}

static void start_time(evl_connection *c, uint64_t time_ns) {
    uint64_t now = loop_stamp(c->host->loop);
    uint64_t at = time_ns < UINT64_MAX - now ? now + time_ns : UINT64_MAX;
    loop_alarm_set(c->host->loop, &c->alarm, at);
}

static uint64_t limit_of_current_step(const evl_connection *c) {
    const evl_step *step = session_step(&c->session);
    return step != NULL ? step->limit_ns : EVL_LIMIT_DEFAULT;
}

/* True: go on asking the session. False: it waits, or the connection has ended. */
static bool carry_out(evl_connection *c, pump_state *pump, const evl_action *action) {
    switch (action->kind) {
    case EVL_ACTION_STEP_DONE:
        step_done(c, pump, action->step);
        return true;
    case EVL_ACTION_WRITE:
        io_batch(c, &pump->batch, action, limit_of_current_step(c));
        return pump->batch.count < BATCH_PARTS || io_flush(c, &pump->batch);
    case EVL_ACTION_HALF_CLOSE:
    case EVL_ACTION_CLOSE:
    case EVL_ACTION_RESET:
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
        connection_fail(c, action->failure);
        io_flush(c, &pump->batch); /* the replies up to the failing step still go out */
        return false;
    }
    return false;
}

/* What had to wait until all was written. True: done, go on. False: looks again later. */
static bool carry_out_deferred(evl_connection *c) {
    switch ((evl_action_kind)c->deferred) {
    case EVL_ACTION_HALF_CLOSE:
        socket_half_close(c->fd);
        c->half_closed = true;
        break;
    case EVL_ACTION_CLOSE:
        io_close(c);
        break;
    case EVL_ACTION_RESET:
        if (!leave_reset(c))
            return false;
        break;
    case EVL_ACTION_JUDGE_LEAVE:
        if (!leave_judge(c))
            return false;
        break;
    case EVL_ACTION_START_TIME:
        start_time(c, session_step(&c->session)->number);
        break;
    case EVL_ACTION_ASK:
        c->host->asked(c->host, c, session_index(&c->session));
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
        break;
    }
    c->deferred = NOTHING_DEFERRED;
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

/* --- between pumps -----------------------------------------------------------------------------
 */

static bool waits_for_leave(const evl_connection *c) {
    if (c->deferred != NOTHING_DEFERRED || io_is_pending(c))
        return false;
    const evl_step *step = session_step(&c->session);
    if (step == NULL)
        return c->session.live; /* between two enqueues a client may leave as well */
    return step->kind == EVL_STEP_EXPECT_DISCONNECT || step->kind == EVL_STEP_DISCONNECT;
}

static void rest(evl_connection *c) {
    release_played(c);
    if (waits_for_leave(c))
        leave_look_later(c);
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
    if (c->answer != NULL && c->session.answer == NULL) {
        evl_program_release(c->answer);
        c->answer = NULL;
    }
    while (c->chain != NULL && session_has_left(&c->session, c->chain)) {
        evl_program *next = c->chain->next;
        evl_program_release(c->chain);
        c->chain = next;
    }
}

/* --- the end -----------------------------------------------------------------------------------
 */

/* Reads what else is there, so that the failure can show it. */
static void gather_evidence(evl_connection *c) {
    leave_look(c);
    size_t length = io_read(c);
    buffer_append_capped(&c->backlog, c->host->loop->read_buffer, length, c->host->max_buffered);
    if (c->failure.kind == EVL_FAILURE_WRITE) {
        if (!c->got_rst)
            connection_note(c, EVL_EVENT_RST, session_index(&c->session), c->consumed_total);
        c->got_rst = true;
        session_left(&c->session, EVL_LEAVE_RST);
    }
}

static void release_programs(evl_connection *c) {
    evl_program_release(c->answer);
    while (c->chain != NULL) {
        evl_program *next = c->chain->next;
        evl_program_release(c->chain);
        c->chain = next;
    }
    c->answer = c->session.answer = NULL;
    c->session.program = NULL;
}

static void trim_excerpt(evl_connection *c) {
    c->unjudged = buffer_length(&c->backlog);
    if (c->failure.kind == EVL_FAILURE_NONE && c->unjudged == 0)
        buffer_free(&c->backlog);
}

static uint32_t innermost_round(const evl_session *s) {
    uint32_t round = 0;
    for (int depth = 0; depth < EVL_MAX_NESTING; depth++)
        round = s->rounds[depth] > 0 ? s->rounds[depth] : round;
    return round;
}

/* Ends it, exactly once: evidence first, then the socket, then the programs, then the server. */
static void conclude(evl_connection *c) {
    evl_loop *loop = c->host->loop;
    bool failed = c->failure.kind != EVL_FAILURE_NONE;
    if (failed)
        connection_note(c, EVL_EVENT_FAILED, c->failure.step, c->consumed_total);
    if (failed && c->failure.kind != EVL_FAILURE_UNSCRIPTED)
        gather_evidence(c);
    c->script_done = !failed && c->script != UINT32_MAX && session_step(&c->session) == NULL;
    c->final_step = session_index(&c->session);
    c->final_round = innermost_round(&c->session);
    if (c->script_done)
        io_close(c);
    else
        io_reset(c);
    ev_timer_stop(loop->ev, &c->limit);
    loop_alarm_cancel(loop, &c->alarm);
    trim_excerpt(c);
    c->closed_ns = loop->now_ns;
    connection_note(c, EVL_EVENT_CLOSED, c->final_step, c->consumed_total);
    release_programs(c);
    c->host->ended(c->host, c);
}

/* --- the record --------------------------------------------------------------------------------
 */

void connection_view(const evl_connection *c, evl_connection_view *view) {
    size_t backlog = buffer_length(&c->backlog);
    const evl_record *record = &c->record;
    *view = (evl_connection_view){
        .number = c->number,
        .script = c->script,
        .open = !c->ended,
        .script_done = c->script_done,
        .step = c->ended ? c->final_step : session_index(&c->session),
        .round = c->ended ? c->final_round : innermost_round(&c->session),
        .leave = c->session.left,
        .got_fin = c->got_fin,
        .got_rst = c->got_rst,
        .half_closed = c->half_closed,
        .peer = c->peer,
        .accepted_ns = c->accepted_ns,
        .closed_ns = c->closed_ns,
        .step_began_ns = c->step_began_ns,
        .progress_ns = c->progress_ns,
        .last_bytes_ns = c->last_bytes_ns,
        .failed_ns = c->failed_ns,
        .limit_ns = c->limit_ns,
        .lag_ns = c->lag_ns,
        .received_total = c->received_total,
        .sent_total = c->sent_total,
        .consumed_total = c->consumed_total,
        .unsent = c->unsent,
        .sample = c->sample,
        .failure = c->failure,
        .excerpt = c->backlog.bytes == NULL ? NULL : c->backlog.bytes + c->backlog.start,
        .excerpt_length = backlog < EXCERPT_BYTES ? backlog : EXCERPT_BYTES,
        .unjudged = c->ended ? c->unjudged : backlog,
        .events = record->events,
        .events_head = record->count < RECORD_HEAD ? record->count : RECORD_HEAD,
        .event_count = record->count,
        .events_cut = record->cut,
        .received = record->received.bytes,
        .received_kept = buffer_length(&record->received),
        .sent = record->sent.bytes,
        .sent_kept = buffer_length(&record->sent),
    };
}
