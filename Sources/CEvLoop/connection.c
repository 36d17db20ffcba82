/* A connection's life: opened, given steps and answers, ended exactly once, viewed. The pump that
 * plays its script is in connection_pump.c. */
#include "connection.h"

#include <stdlib.h>

/* What is kept of unjudged input, with evidence and for counters only. */
enum {
    EXCERPT_BYTES = 4096,
    SMALL_EXCERPT_BYTES = 256
};

/* Shared by all that find no memory to say more. */
static evl_trouble out_of_memory;

/* --- life --- */

/* The connection, and right behind it the room for its session, if it needs one. */
typedef struct roomy_connection {
    evl_connection connection;
    evl_session_room room;
    evl_program *last; /* live: of the chain, while there is one */
} roomy_connection;

static evl_program *last_of(evl_program *chain) {
    while (chain != NULL && chain->next != NULL)
        chain = chain->next;
    return chain;
}

static evl_connection *allocate(evl_program *program, bool live) {
    bool roomy = live || program_needs_room(program);
    evl_connection *c = calloc(1, roomy ? sizeof(roomy_connection) : sizeof *c);
    if (c == NULL)
        return NULL;
    roomy_connection *whole = (roomy_connection *)(void *)c;
    if (roomy)
        whole->last = last_of(program);
    session_start(&c->session, program, live, roomy ? &whole->room : NULL);
    return c;
}

evl_connection *connection_open(evl_host *host, int fd, const socket_end *peer, uint32_t number,
                                uint32_t script, evl_program *program, bool live) {
    evl_connection *c = allocate(program, live);
    if (c == NULL)
        return NULL;
    c->host = host;
    c->number = number;
    c->script = script;
    c->chain = program;
    c->deferred = CONNECTION_NOTHING_DEFERRED;
    c->accepted_ns = c->step_began_ns = c->progress_ns = host->loop->now_ns;
    if (peer != NULL)
        c->end = *peer;
    ev_io_init(&c->io, io_callback, fd, EV_READ);
    ev_set_priority(&c->io, 1); /* bytes that wait outrank a limit that rings */
    ev_timer_init(&c->limit, limit_fired, 0, 0);
    c->alarm.ring = leave_alarm;
    if (host->measures && program_is_measured(program) && !gauge_make(c, program)) {
        free(c);
        return NULL;
    }
    evidence_begin(c);
    connection_note(c, EVL_EVENT_CONNECTED, 0, 0);
    return c;
}

void connection_begin(evl_connection *c) {
    size_t length = c->host->dials ? 0 : io_read(c);
    connection_pump(c, c->host->loop->read_buffer, length);
}

void connection_append(evl_connection *c, evl_program *program) {
    if (!c->session.live) {
        evl_program_release(program); /* the server is being finished: these stay "not run" */
        return;
    }
    roomy_connection *whole = (roomy_connection *)(void *)c; /* as all live ones are */
    bool idle = connection_is_idle(c);
    if (c->chain == NULL)
        c->chain = c->session.program = program;
    else
        whole->last->next = program;
    whole->last = program;
    if (program->measured && !c->ended && !gauge_make(c, program))
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
    if (idle)
        c->step_began_ns = c->progress_ns = c->host->loop->now_ns;
    if (!c->ended)
        connection_pump(c, NULL, 0);
}

void connection_answer(evl_connection *c, const evl_answer *answer) {
    if (c->ended || !session_is_asking(&c->session) || c->asking == NULL ||
        answer->question != c->asking->questions) {
        evl_program_release(answer->program); /* a second answer, or a late one */
        return;
    }
    evl_program_release(c->asking->answer);
    c->asking->answer = answer->program;
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

void connection_drop(evl_connection *c, bool by_fault) {
    c->dropped = !c->ended;
    c->dropped_by_fault = by_fault;
    connection_abort(c);
}

void connection_refuse(evl_connection *c, bool is_failure, uint32_t waiting_step) {
    c->ended = true;
    if (is_failure) {
        connection_fail(c, (evl_failure){.kind = EVL_FAILURE_UNSCRIPTED, .step = waiting_step});
    }
    connection_conclude(c);
}

void connection_free(evl_connection *c) {
    if (c == NULL)
        return;
    evidence_free(c);
    buffer_free(&c->backlog);
    if (c->trouble != &out_of_memory)
        free(c->trouble);
    free(c->pacer);
    free(c->breakage);
    free(c->gauge);
    free(c->asking);
    free(c);
}

bool connection_is_idle(const evl_connection *c) {
    if (c->ended)
        return true;
    bool judging = c->deferred == EVL_ACTION_JUDGE_LEAVE; /* the written steps are done by then */
    if (io_is_pending(c) ||
        (c->deferred != CONNECTION_NOTHING_DEFERRED && !judging && !hold_is_idle(c)))
        return false;
    const evl_step *step = session_step(&c->session);
    if (step == NULL || session_is_resting(&c->session))
        return true;
    bool leaves = step->kind == EVL_STEP_EXPECT_DISCONNECT || step->kind == EVL_STEP_DISCONNECT ||
                  step->kind == EVL_STEP_STALL;
    return leaves && (step->flags & (EVL_STEP_IMPLICIT | EVL_STEP_MAY_STAY)) != 0;
}

void connection_note_event(evl_connection *c, evl_event_kind kind, uint32_t step,
                           uint64_t consumed) {
    bool kept = c->host->counters_only ? connection_failure(c) != EVL_FAILURE_NONE
                                       : c->host->record_bytes > 0 || kind != EVL_EVENT_STEP_DONE;
    if (!kept && c->host->watched == 0)
        return;
    evl_event event = {.time_ns = c->host->loop->now_ns,
                       .consumed = consumed,
                       .sent = c->sent_total,
                       .kind = kind,
                       .step = step};
    evl_record *record = kept ? evidence_record(c) : NULL;
    if (record != NULL)
        record_event(record, &event);
    if (c->host->watched != 0)
        c->host->noted(c->host, c, &event);
}

evl_trouble *connection_trouble(evl_connection *c) {
    if (c->trouble == NULL)
        c->trouble = calloc(1, sizeof *c->trouble);
    if (c->trouble == NULL) {
        out_of_memory = (evl_trouble){.failure.kind = EVL_FAILURE_NO_MEMORY};
        c->trouble = &out_of_memory;
    }
    return c->trouble;
}

uint64_t connection_unwritten(const evl_connection *c) {
    return c->trouble == NULL || c->trouble == &out_of_memory ? 0 : c->trouble->unwritten;
}

/* Marks the connection failed; the pump that is under way, or called next, ends it. */
void connection_fail(evl_connection *c, evl_failure failure) {
    evl_trouble *trouble = connection_trouble(c);
    if (trouble->failure.kind == EVL_FAILURE_NONE) {
        trouble->failure = failure;
        trouble->failed_ns = loop_stamp(c->host->loop);
    }
    c->ended = true;
}

/* --- the end --- */

/* Reads what else is there, so that the failure can show it. */
static void gather_evidence(evl_connection *c) {
    if (connection_failure(c) == EVL_FAILURE_LIMIT)
        queues_look(c);
    leave_look(c);
    size_t length = io_read(c);
    buffer_append_capped(&c->backlog, c->host->loop->read_buffer, length, c->host->max_buffered);
    if (connection_failure(c) == EVL_FAILURE_WRITE) {
        if (!c->got_rst)
            connection_note(c, EVL_EVENT_RST, session_index(&c->session), c->consumed_total);
        c->got_rst = true;
        session_left(&c->session, EVL_LEAVE_RST);
    }
}

static void release_programs(evl_connection *c) {
    if (c->asking != NULL) {
        evl_program_release(c->asking->answer);
        c->asking->answer = NULL;
    }
    while (c->chain != NULL) {
        evl_program *next = c->chain->next;
        evl_program_release(c->chain);
        c->chain = next;
    }
    session_end(&c->session);
}

static void trim_excerpt(evl_connection *c) {
    if (buffer_length(&c->backlog) > 0)
        connection_trouble(c)->unjudged = buffer_length(&c->backlog);
    size_t kept = c->host->record_bytes > 0 ? EXCERPT_BYTES : SMALL_EXCERPT_BYTES;
    buffer_trim(&c->backlog, connection_failure(c) == EVL_FAILURE_NONE ? 0 : kept);
}

/* What was received by name belongs to the evidence now, and to its bound. */
static void bound_kept(evl_connection *c) {
    evl_loop *loop = c->host->loop;
    if (c->keep == NULL)
        return;
    if (c->keep->bytes > LOOP_RECORD_BYTES ||
        loop->record_bytes > LOOP_RECORD_BYTES - c->keep->bytes) {
        keep_free(c->keep);
        c->keep_lost = true;
    }
    loop->record_bytes += c->keep->bytes;
}

/* Without evidence of what went well there is some of what did not: the connection, and the end
 * that failed it just now. */
static void begin_record(evl_connection *c) {
    evl_failure_kind kind = connection_failure(c);
    bool fin = kind == EVL_FAILURE_CLIENT_CLOSED || kind == EVL_FAILURE_LEFT_CLEANLY;
    bool rst = kind == EVL_FAILURE_CLIENT_RESET || kind == EVL_FAILURE_LEFT_BY_RESET;
    evl_event connected = {.time_ns = c->accepted_ns, .kind = EVL_EVENT_CONNECTED};
    evl_event end = {.time_ns = c->host->loop->now_ns,
                     .consumed = c->consumed_total,
                     .sent = c->sent_total,
                     .kind = fin ? EVL_EVENT_FIN : EVL_EVENT_RST,
                     .step = c->trouble->failure.step};
    evl_record *record = evidence_record(c);
    if (record == NULL)
        return;
    record_event(record, &connected);
    if (fin || rst)
        record_event(record, &end);
}

static void note_failure(evl_connection *c) {
    if (c->record == NULL)
        begin_record(c);
    connection_note(c, EVL_EVENT_FAILED, c->trouble->failure.step, c->consumed_total);
}

/* Ends it, exactly once: evidence first, then the socket, then the programs, then the server. */
void connection_conclude(evl_connection *c) {
    evl_loop *loop = c->host->loop;
    evl_failure_kind failure = connection_failure(c);
    bool failed = failure != EVL_FAILURE_NONE;
    uint32_t step = session_index(&c->session), round = session_round(&c->session);
    if (failure == EVL_FAILURE_LATENCY || failure == EVL_FAILURE_SEGMENTS)
        step = c->trouble->failure.step; /* it was done, and the session is behind it */
    c->stage = (evl_stage){.ended = {.step = step, .round = round}};
    if (failed)
        note_failure(c);
    if (failed && connection_failure(c) != EVL_FAILURE_UNSCRIPTED)
        gather_evidence(c);
    c->script_done = !failed && c->script != UINT32_MAX && session_step(&c->session) == NULL;
    if (c->script_done)
        io_close(c);
    else
        io_reset(c);
    c->stage.ended.closed_ns = loop->now_ns;
    ev_timer_stop(loop->ev, &c->limit);
    loop_alarm_cancel(loop, &c->alarm);
    pace_stop(c);
    gauge_stop(c);
    trim_excerpt(c);
    bound_kept(c);
    io_free(c);
    connection_note(c, EVL_EVENT_CLOSED, step, c->consumed_total);
    release_programs(c);
    c->host->ended(c->host, c);
}

/* --- the record --- */

static void view_life(const evl_connection *c, evl_connection_view *view) {
    const evl_session *session = &c->session;
    view->open = !c->ended;
    view->script_done = c->script_done;
    view->step = c->ended ? c->stage.ended.step : session_index(session);
    view->round = c->ended ? c->stage.ended.round : session_round(session);
    view->leave = session->left;
    view->got_fin = c->got_fin;
    view->got_rst = c->got_rst;
    view->half_closed = c->half_closed;
    view->dropped = c->dropped;
    view->dropped_by_fault = c->dropped_by_fault;
    view->accepted_ns = c->accepted_ns;
    view->closed_ns = c->ended ? c->stage.ended.closed_ns : 0;
    view->step_began_ns = c->step_began_ns;
    view->progress_ns = c->progress_ns;
    view->last_bytes_ns = c->last_bytes_ns;
    view->received_total = c->received_total;
    view->sent_total = c->sent_total;
    view->consumed_total = c->consumed_total;
    view->sample = c->sample;
    view->lockstep = c->pacer == NULL ? EVL_LOCKSTEP_NONE : c->pacer->lockstep;
}

static void view_trouble(const evl_connection *c, evl_connection_view *view) {
    size_t backlog = buffer_length(&c->backlog);
    const evl_trouble *trouble = c->trouble;
    view->excerpt = c->backlog.bytes == NULL ? NULL : c->backlog.bytes + c->backlog.start;
    view->excerpt_length = backlog < EXCERPT_BYTES ? backlog : EXCERPT_BYTES;
    view->unjudged = backlog;
    if (trouble == NULL)
        return;
    view->failed_ns = trouble->failed_ns;
    view->limit_ns = trouble->limit_ns;
    view->lag_ns = trouble->lag_ns;
    view->unwritten = trouble->unwritten;
    view->unsent = trouble->unsent;
    view->queues = trouble->queues;
    view->failure = trouble->failure;
    view->unjudged = c->ended ? trouble->unjudged : backlog;
}

void connection_view(const evl_connection *c, evl_connection_view *view) {
    bool dialled = c->host->dials;
    *view = (evl_connection_view){.number = c->number,
                                  .script = c->script,
                                  .dialled = dialled,
                                  .peer = dialled ? c->host->address : c->end,
                                  .local = connection_local(c)};
    view_life(c, view);
    view_trouble(c, view);
    evidence_view(c, view);
    if (c->gauge != NULL)
        gauge_view(c, view);
}
