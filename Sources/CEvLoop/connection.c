/* A connection's life: opened, given steps and answers, ended exactly once, viewed. The pump that
 * plays its script is in connection_pump.c. */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

/* What is kept of unjudged input, with evidence and for counters only. */
enum {
    EXCERPT_BYTES = 4096,
    SMALL_EXCERPT_BYTES = 256
};

/* --- life --- */

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
    c->deferred = CONNECTION_NOTHING_DEFERRED;
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

void connection_answer(evl_connection *c, const evl_answer *answer) {
    if (c->ended || !session_is_asking(&c->session) || answer->question != c->questions) {
        evl_program_release(answer->program); /* a second answer, or a late one */
        return;
    }
    evl_program_release(c->answer);
    c->answer = answer->program;
    if (answer->failure != EVL_FAILURE_NONE)
        connection_fail(c, session_fail(&c->session, answer->failure));
    else if (!session_may_take(&c->session, answer->option))
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_ANSWER));
    else
        session_answer(&c->session, answer->program, answer->option);
    connection_pump(c, NULL, 0);
}

void connection_finishing(evl_connection *c) {
    c->session.live = false;
    if (c->deferred == EVL_ACTION_JUDGE_LEAVE)
        c->deferred =
            CONNECTION_NOTHING_DEFERRED; /* the session asks again, if it still wants to know */
    if (!c->ended)
        connection_pump(c, NULL, 0);
}

void connection_abort(evl_connection *c) {
    if (c->ended)
        return;
    c->ended = true;
    connection_conclude(c);
}

void connection_drop(evl_connection *c) {
    c->dropped = !c->ended;
    connection_abort(c);
}

void connection_refuse(evl_connection *c, bool is_failure, uint32_t waiting_step) {
    c->ended = true;
    if (is_failure) {
        c->failure = (evl_failure){.kind = EVL_FAILURE_UNSCRIPTED, .step = waiting_step};
        c->failed_ns = loop_stamp(c->host->loop);
    }
    connection_conclude(c);
}

void connection_free(evl_connection *c) {
    if (c == NULL)
        return;
    c->host->loop->record_bytes -= record_size(&c->record);
    record_free(&c->record);
    buffer_free(&c->backlog);
    c->host->loop->record_bytes -= c->keep.bytes;
    keep_free(&c->keep);
    free(c);
}

bool connection_is_idle(const evl_connection *c) {
    if (c->ended)
        return true;
    bool judging = c->deferred == EVL_ACTION_JUDGE_LEAVE; /* the written steps are done by then */
    if (io_is_pending(c) || (c->deferred != CONNECTION_NOTHING_DEFERRED && !judging))
        return false;
    const evl_step *step = session_step(&c->session);
    if (step == NULL || session_is_resting(&c->session))
        return true;
    bool leaves = step->kind == EVL_STEP_EXPECT_DISCONNECT || step->kind == EVL_STEP_DISCONNECT;
    return leaves && (step->flags & (EVL_STEP_IMPLICIT | EVL_STEP_MAY_STAY)) != 0;
}

void connection_note(evl_connection *c, evl_event_kind kind, uint32_t step, uint64_t consumed) {
    bool kept = c->host->counters_only ? c->failure.kind != EVL_FAILURE_NONE
                                       : c->host->record_bytes > 0 || kind != EVL_EVENT_STEP_DONE;
    if (!kept && c->host->watched == 0)
        return;
    evl_event event = {.time_ns = c->host->loop->now_ns,
                       .consumed = consumed,
                       .sent = c->sent_total,
                       .kind = kind,
                       .step = step};
    if (kept)
        record_event(&c->record, &event);
    if (c->host->watched != 0)
        c->host->noted(c->host, c, &event);
}

/* Marks the connection failed; the pump that is under way, or called next, ends it. */
void connection_fail(evl_connection *c, evl_failure failure) {
    if (c->failure.kind == EVL_FAILURE_NONE) {
        c->failure = failure;
        c->failed_ns = loop_stamp(c->host->loop);
    }
    c->ended = true;
}
/* --- the end --- */

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
    c->answer = c->session.answer = c->session.pending = NULL;
    c->session.program = NULL;
}

static void trim_excerpt(evl_connection *c) {
    c->unjudged = buffer_length(&c->backlog);
    size_t kept = c->host->record_bytes > 0 ? EXCERPT_BYTES : SMALL_EXCERPT_BYTES;
    buffer_trim(&c->backlog, c->failure.kind == EVL_FAILURE_NONE ? 0 : kept);
}

/* What was received by name belongs to the evidence now, and to its bound. */
static void bound_kept(evl_connection *c) {
    evl_loop *loop = c->host->loop;
    if (c->keep.bytes > LOOP_RECORD_BYTES || loop->record_bytes > LOOP_RECORD_BYTES - c->keep.bytes)
        keep_free(&c->keep);
    loop->record_bytes += c->keep.bytes;
}

static uint32_t innermost_round(const evl_session *s) {
    uint32_t round = 0;
    for (int depth = 0; depth < EVL_MAX_NESTING; depth++)
        round = s->rounds[depth] > 0 ? s->rounds[depth] : round;
    return round;
}

/* Ends it, exactly once: evidence first, then the socket, then the programs, then the server. */
void connection_conclude(evl_connection *c) {
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
    bound_kept(c);
    c->closed_ns = loop->now_ns;
    connection_note(c, EVL_EVENT_CLOSED, c->final_step, c->consumed_total);
    release_programs(c);
    c->host->ended(c->host, c);
}

/* --- the record --- */

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
        .dropped = c->dropped,
        .dialled = c->host->dials,
        .peer = c->peer,
        .local = c->local,
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
        .unwritten = c->unwritten,
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
        .kept = c->keep.entries,
        .kept_count = c->keep.count,
    };
}
