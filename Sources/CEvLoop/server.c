/* The boundary: calls from any thread become jobs; a server lives from open to its CLOSED notice.
 */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void run_open(evl_job *job);
static void run_close(evl_job *job);
static void connection_moved(evl_host *host, evl_connection *connection);
static void connection_ended(evl_host *host, evl_connection *connection);
static void connection_asked(evl_host *host, evl_connection *connection, uint32_t step);

/* --- opening --- */

static evl_server *server_create(const evl_server_config *config, evl_loop *loop) {
    evl_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->config = *config;
    server->programs = calloc(config->program_count + 1, sizeof *server->programs);
    if (server->programs == NULL) {
        free(server);
        return NULL;
    }
    for (uint32_t i = 0; i < config->program_count; i++)
        server->programs[i] = evl_program_retain(config->programs[i]);
    server->config.programs = server->programs;
    server->listener = server->reserved = -1;
    server->awaited = NOBODY;
    server->host = (evl_host){
        .loop = loop,
        .step_ns = config->step_ns,
        .after_script_ns = config->after_script_ns,
        .max_buffered = config->max_buffered,
        .record_bytes = config->record_bytes,
        .is_tcp = config->address.family != EVL_UNIX,
        .moved = connection_moved,
        .ended = connection_ended,
        .asked = connection_asked,
    };
    server->open_job.run = run_open;
    server->close_job.run = run_close;
    server->retry.ring = accept_retry;
    server->review.run = review_due;
    ev_timer_init(&server->await, await_fired, 0, 0);
    atomic_init(&server->settled, false);
    return server;
}

static void server_free(evl_server *server) {
    for (uint32_t i = 0; i < server->record_count; i++)
        connection_free(server->records[i]);
    for (uint32_t i = 0; i < server->config.program_count; i++)
        evl_program_release(server->programs[i]);
    while (server->unclaimed != NULL) {
        evl_program *next = server->unclaimed->next;
        evl_program_release(server->unclaimed);
        server->unclaimed = next;
    }
    free(server->records);
    free(server->programs);
    free(server);
}

evl_status evl_server_open(const evl_server_config *config, evl_notify_fn notify, void *context,
                           evl_server **out, evl_address *address, int *error) {
    if (config->every && config->program_count != 1)
        return EVL_INVALID;
    evl_loop *loop = loop_shared(error);
    if (loop == NULL)
        return EVL_SYSTEM;
    evl_server *server = server_create(config, loop);
    if (server == NULL)
        return EVL_NO_MEMORY;
    evl_status status = socket_listen(&config->address, &server->listener, &server->address, error);
    if (status != EVL_OK) {
        server_free(server);
        return status;
    }
    server->file = socket_find_file(&server->address);
    server->notify = notify;
    server->context = context;
    server->opened_ns = server->await_since_ns = evl_clock_ns();
    ev_io_init(&server->accept, accept_ready, server->listener, EV_READ);
    ev_set_priority(&server->accept, 1);
    *address = server->address;
    *out = server;
    loop_submit(loop, &server->open_job);
    return EVL_OK;
}

static void run_open(evl_job *job) {
    evl_server *server = (evl_server *)(void *)((char *)job - offsetof(evl_server, open_job));
    accept_watch(server);
    await_arm(server);
}

/* --- closing --- */

void evl_server_close(evl_server *server) {
    loop_submit(server->host.loop, &server->close_job);
}

static void run_close(evl_job *job) {
    evl_server *server = (evl_server *)(void *)((char *)job - offsetof(evl_server, close_job));
    evl_loop *loop = server->host.loop;
    server->stopped = true;
    if (!server->finished)
        server_shut(server, false);
    while (server->joins != NULL) {
        pending_join *join = server->joins;
        server->joins = join->next;
        free(join); /* the CLOSED notice answers them all */
    }
    loop_defer_cancel(loop, &server->review);
    socket_close(server->reserved);
    socket_unlink(&server->address, server->file);
    server_notify(server, EVL_NOTICE_CLOSED, 0);
    server_free(server);
}

/* --- the other calls --- */

typedef struct request {
    evl_job job;
    evl_server *server;
    evl_program *program;
    pending_join *join;
    uint32_t number;
} request;

static evl_status submit(evl_server *server, void (*run)(evl_job *), request values) {
    request *made = malloc(sizeof *made);
    if (made == NULL) {
        free(values.join);
        evl_program_release(values.program);
        return EVL_NO_MEMORY;
    }
    *made = values;
    made->job.run = run;
    made->server = server;
    loop_submit(server->host.loop, &made->job);
    return EVL_OK;
}

static evl_connection *find_active(evl_server *server, uint32_t number) {
    evl_connection *c = server->first_active;
    while (c != NULL && (c->script == NOBODY || (number != 0 && c->number != number)))
        c = c->next;
    return c;
}

/* Appends to the one connection's program, or to what it will play. */
static void append_steps(evl_server *server, evl_program *program) {
    evl_connection *c = find_active(server, 0);
    if (c != NULL) {
        connection_append(c, program);
    } else if (server->scripted > 0) {
        evl_program_release(program); /* the connection has ended: these stay "not run" */
    } else {
        bool was_empty = server->unclaimed == NULL;
        *(was_empty ? &server->unclaimed : &server->last_unclaimed->next) = program;
        server->last_unclaimed = program;
        if (was_empty)
            server->await_since_ns = server->host.loop->now_ns;
    }
}

static void run_enqueue(evl_job *job) {
    request *r = (request *)(void *)job;
    append_steps(r->server, r->program);
    server_review(r->server);
    free(r);
}

evl_status evl_server_enqueue(evl_server *server, evl_program *program) {
    if (!server_is_live(server) || !program_claim(program))
        return EVL_INVALID;
    return submit(server, run_enqueue, (request){.program = evl_program_retain(program)});
}

static void run_join(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_server *server = r->server;
    pending_join **end = &server->joins;
    while (*end != NULL)
        end = &(*end)->next;
    *end = r->join;
    if (server->finished) {
        server->joins = r->join->next;
        server_notify(server, EVL_NOTICE_JOINED, r->join->token);
        free(r->join);
    } else {
        accept_all(server);
        if (server_is_pool(server))
            r->join->up_to = server->accepted > 0 ? server->accepted : 1;
        server_review(server);
    }
    free(r);
}

evl_status evl_server_join(evl_server *server, uint64_t token) {
    pending_join *join = calloc(1, sizeof *join);
    if (join == NULL)
        return EVL_NO_MEMORY;
    join->token = token;
    join->up_to = UINT32_MAX;
    return submit(server, run_join, (request){.join = join});
}

static void run_finish(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_server *server = r->server;
    evl_program *last = r->program;
    free(r);
    if (server->finished) {
        evl_program_release(last);
        server_notify(server, EVL_NOTICE_FINISHED, 0);
        return;
    }
    if (last != NULL)
        accept_all(server); /* first: whoever has connected by now plays what `last` ends */
    server->last_admissions = socket_pending_count(server->listener);
    server->finish_asked = true;
    server->host.finishing = true;
    server->host.finishing_ns = server->host.loop->now_ns;
    if (last != NULL && (server->scripted > 0 || server->unclaimed != NULL))
        append_steps(server, last);
    else
        evl_program_release(last);
    evl_connection *c = server->first_active;
    while (c != NULL) {
        evl_connection *next = c->next;
        if (c->script != NOBODY)
            connection_finishing(c);
        c = next;
    }
    server_review(server);
}

evl_status evl_server_finish(evl_server *server, evl_program *last) {
    if (last != NULL && (!server_is_live(server) || !program_claim(last)))
        return EVL_INVALID;
    if (last != NULL)
        evl_program_retain(last);
    return submit(server, run_finish, (request){.program = last});
}

static void run_stop(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_server *server = r->server;
    free(r);
    server->stopped = true;
    server_review(server);
}

evl_status evl_server_stop(evl_server *server) {
    return submit(server, run_stop, (request){0});
}

static void run_answer(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_connection *c = r->number != 0 ? find_active(r->server, r->number) : NULL;
    if (c != NULL)
        connection_answer(c, r->program);
    else
        evl_program_release(r->program); /* it has ended meanwhile */
    free(r);
}

evl_status evl_server_answer(evl_server *server, uint32_t number, evl_program *answer) {
    if (answer != NULL && !program_can_answer(answer))
        return EVL_INVALID;
    if (answer != NULL)
        evl_program_retain(answer);
    return submit(server, run_answer, (request){.program = answer, .number = number});
}

bool evl_server_is_settled(evl_server *server) {
    /* In this order: the loop clears the flag before it takes a connection from the queue. */
    if (socket_has_pending(server->listener))
        return false;
    return atomic_load_explicit(&server->settled, memory_order_acquire);
}

/* --- what connections tell --- */

/* Reviews on the loop's next turn: a connection may not be freed under its own call. */
static void review_later(evl_server *server) {
    loop_defer(server->host.loop, &server->review);
}

static void connection_moved(evl_host *host, evl_connection *connection) {
    (void)connection;
    review_later((evl_server *)(void *)host);
}

static void connection_asked(evl_host *host, evl_connection *connection, uint32_t step) {
    evl_server *server = (evl_server *)(void *)host;
    evl_notice notice = {
        .kind = EVL_NOTICE_QUESTION, .number = connection->number, .step = step, .server = server};
    server->notify(server->context, &notice);
}

static bool keep_record(evl_server *server, evl_connection *c) {
    bool failed = c->failure.kind != EVL_FAILURE_NONE;
    uint32_t failures = server->record_count - server->good_records;
    if (failed ? failures >= KEPT_FAILED_RECORDS : server->good_records >= KEPT_GOOD_RECORDS)
        return false;
    if (server->record_count == server->record_capacity) {
        uint32_t capacity = server->record_capacity == 0 ? 1 : server->record_capacity * 2;
        evl_connection **records = realloc(server->records, capacity * sizeof(*records));
        if (records == NULL)
            return false;
        server->records = records;
        server->record_capacity = capacity;
    }
    server->records[server->record_count++] = c;
    server->good_records += failed ? 0 : 1;
    return true;
}

static void connection_ended(evl_host *host, evl_connection *c) {
    evl_server *server = (evl_server *)(void *)host;
    *(c->prev != NULL ? &c->prev->next : &server->first_active) = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    server->active--;
    server->received_total += c->received_total;
    server->sent_total += c->sent_total;
    server->completed += c->script_done ? 1 : 0;
    server->failed |= c->failure.kind != EVL_FAILURE_NONE;
    if (!keep_record(server, c)) {
        *(c->failure.kind == EVL_FAILURE_NONE ? &server->records_dropped
                                              : &server->failures_dropped) += 1;
        connection_free(c);
    }
    review_later(server);
}

/* --- reports --- */

void evl_server_look(const evl_server *server, evl_server_view *view) {
    *view = (evl_server_view){
        .accepted = server->accepted,
        .scripted = server->scripted,
        .completed = server->completed,
        .record_count = server->record_count + server->active,
        .records_dropped = server->records_dropped,
        .failures_dropped = server->failures_dropped,
        .reset_after_failure = server->refused,
        .unscripted = server->unscripted,
        .awaited = server->awaited,
        .awaited_ns = server->awaited_ns,
        .accept_pauses = server->accept_pauses,
        .accept_error = server->accept_error,
        .failed = server->failed,
        .opened_ns = server->opened_ns,
        .now_ns = server->host.loop->now_ns,
        .received_total = server->received_total,
        .sent_total = server->sent_total,
    };
}

void evl_server_connection(const evl_server *server, uint32_t index, evl_connection_view *view) {
    if (index < server->record_count) {
        connection_view(server->records[index], view);
        return;
    }
    const evl_connection *c = server->first_active;
    for (uint32_t i = server->record_count; i < index && c != NULL; i++)
        c = c->next;
    if (c != NULL)
        connection_view(c, view);
}
