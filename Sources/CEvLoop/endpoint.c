/* The boundary: calls from any thread become jobs; an endpoint lives from open to its CLOSED
 * notice.
 */
#include "endpoint.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void run_open(evl_job *job);
static void run_close(evl_job *job);
static void run_fetch(evl_job *job);
static void connection_moved(evl_host *host, evl_connection *connection);
static void connection_ended(evl_host *host, evl_connection *connection);

/* --- opening --- */

static bool prepare_statistics(evl_endpoint *endpoint) {
    const evl_endpoint_config *config = &endpoint->config;
    uint32_t *counts = calloc(config->program_count + 1, sizeof *counts);
    if (counts == NULL)
        return false;
    for (uint32_t i = 0; i < config->program_count; i++)
        counts[i] = config->programs[i]->count;
    endpoint->host.statistics = statistics_create(counts, config->program_count);
    free(counts);
    return endpoint->host.statistics != NULL;
}

static evl_endpoint *endpoint_create(const evl_endpoint_config *config, evl_loop *loop) {
    evl_endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (endpoint == NULL)
        return NULL;
    endpoint->config = *config;
    endpoint->programs = calloc(config->program_count + 1, sizeof *endpoint->programs);
    if (endpoint->programs == NULL) {
        free(endpoint);
        return NULL;
    }
    if (config->statistics && !prepare_statistics(endpoint)) {
        free(endpoint->programs);
        free(endpoint);
        return NULL;
    }
    bool measures = false;
    for (uint32_t i = 0; i < config->program_count; i++) {
        endpoint->programs[i] = evl_program_retain(config->programs[i]);
        measures |= program_is_measured(endpoint->programs[i]);
    }
    endpoint->config.programs = endpoint->programs;
    endpoint->config.sources = NULL; /* dial_prepare copies them */
    endpoint->listener = endpoint->reserved = -1;
    endpoint->awaited = endpoint->unreached = NOBODY;
    endpoint->host = (evl_host){
        .loop = loop,
        .step_ns = config->step_ns,
        .after_script_ns = config->after_script_ns,
        .max_buffered = config->max_buffered,
        .record_bytes = config->record_bytes,
        .is_tcp = config->address.family != EVL_UNIX,
        .measures = measures,
        .dials = config->dials,
        .counters_only = config->counters_only,
        .statistics = endpoint->host.statistics,
        .moved = connection_moved,
        .ended = connection_ended,
        .asked = ask_question,
        .lockstep = config->lockstep,
        .watched = config->watched,
        .heard = observe_heard,
        .noted = observe_noted,
    };
    endpoint->open_job.run = run_open;
    endpoint->close_job.run = run_close;
    endpoint->fetch_job.run = run_fetch;
    endpoint->retry.ring = config->dials ? dial_retry : accept_retry;
    endpoint->review.run = review_due;
    ev_timer_init(&endpoint->await, config->dials ? dial_fired : await_fired, 0, 0);
    atomic_init(&endpoint->settled, false);
    return endpoint;
}

static void endpoint_free(evl_endpoint *endpoint) {
    for (uint32_t i = 0; i < endpoint->record_count; i++)
        connection_free(endpoint->records[i]);
    for (uint32_t i = 0; i < endpoint->config.program_count; i++)
        evl_program_release(endpoint->programs[i]);
    while (endpoint->unclaimed != NULL) {
        evl_program *next = endpoint->unclaimed->next;
        evl_program_release(endpoint->unclaimed);
        endpoint->unclaimed = next;
    }
    statistics_free(endpoint->host.statistics);
    knocks_free(endpoint->knocks);
    free(endpoint->records);
    free(endpoint->asking);
    free(endpoint->programs);
    free(endpoint->sources);
    free(endpoint);
}

void endpoint_note_address(evl_endpoint *endpoint) {
    evl_host *host = &endpoint->host;
    socket_address_end(&endpoint->address, &host->address);
    host->is_specific = socket_is_specific(&host->address);
}

evl_status evl_endpoint_open(const evl_endpoint_config *config, evl_notify_fn notify, void *context,
                             evl_endpoint **out, evl_address *address, int *error) {
    if (config->every && config->program_count != 1)
        return EVL_INVALID;
    if (config->dials && config->every && (config->required == 0 || config->at_once == 0))
        return EVL_INVALID;
    if (config->dials && config->fault.kind != EVL_CONNECT_SERVED)
        return EVL_INVALID;
    evl_loop *loop = loop_shared(error);
    if (loop == NULL)
        return EVL_SYSTEM;
    evl_endpoint *endpoint = endpoint_create(config, loop);
    if (endpoint == NULL)
        return EVL_NO_MEMORY;
    evl_status status =
        config->dials ? dial_prepare(endpoint, config->sources) : door_prepare(endpoint, error);
    if (status != EVL_OK) {
        endpoint_free(endpoint);
        return status;
    }
    endpoint->notify = notify;
    endpoint->context = context;
    endpoint->opened_ns = endpoint->await_since_ns = evl_clock_ns();
    *address = endpoint->address;
    *out = endpoint;
    loop_submit(loop, &endpoint->open_job);
    return EVL_OK;
}

static void run_open(evl_job *job) {
    evl_endpoint *endpoint =
        (evl_endpoint *)(void *)((char *)job - offsetof(evl_endpoint, open_job));
    accept_watch(endpoint);
    await_arm(endpoint);
    if (endpoint->config.dials)
        endpoint_review(endpoint);
}

/* --- closing --- */

void evl_endpoint_close(evl_endpoint *endpoint) {
    loop_submit(endpoint->host.loop, &endpoint->close_job);
}

static void run_close(evl_job *job) {
    evl_endpoint *endpoint =
        (evl_endpoint *)(void *)((char *)job - offsetof(evl_endpoint, close_job));
    evl_loop *loop = endpoint->host.loop;
    if (endpoint->looks > 0) { /* their second half is in the queue: once more behind it */
        loop_submit(loop, job);
        return;
    }
    endpoint->stopped = true;
    if (!endpoint->finished)
        endpoint_shut(endpoint, false);
    while (endpoint->joins != NULL) {
        pending_join *join = endpoint->joins;
        endpoint->joins = join->next;
        free(join); /* the CLOSED notice answers them all */
    }
    loop_defer_cancel(loop, &endpoint->review);
    socket_close(endpoint->reserved);
    socket_unlink(&endpoint->address, endpoint->file);
    endpoint_notify(endpoint, EVL_NOTICE_CLOSED, 0);
    endpoint_free(endpoint);
}

/* --- the other calls --- */

typedef struct request {
    evl_job job;
    evl_endpoint *endpoint;
    evl_program *program;
    pending_join *join;
    uint32_t number;
    evl_answer answer; /* its program is `program` */
} request;

static evl_status submit(evl_endpoint *endpoint, void (*run)(evl_job *), request values) {
    request *made = malloc(sizeof *made);
    if (made == NULL) {
        free(values.join);
        evl_program_release(values.program);
        return EVL_NO_MEMORY;
    }
    *made = values;
    made->job.run = run;
    made->endpoint = endpoint;
    loop_submit(endpoint->host.loop, &made->job);
    return EVL_OK;
}

/* A live server's one connection, while it is open. */
static evl_connection *find_scripted(evl_endpoint *endpoint) {
    evl_connection *c = endpoint->first_active;
    while (c != NULL && c->script == NOBODY)
        c = c->next;
    return c;
}

/* Appends to the one connection's program, or to what it will play. */
static void append_steps(evl_endpoint *endpoint, evl_program *program) {
    endpoint->host.measures |= program->measured;
    if (program->measured && endpoint->host.statistics == NULL)
        endpoint->host.statistics = statistics_create(NULL, 0); /* NULL: it is not counted */
    evl_connection *c = find_scripted(endpoint);
    if (c != NULL) {
        connection_append(c, program);
    } else if (endpoint->scripted > 0) {
        evl_program_release(program); /* the connection has ended: these stay "not run" */
    } else {
        bool was_empty = endpoint->unclaimed == NULL;
        *(was_empty ? &endpoint->unclaimed : &endpoint->last_unclaimed->next) = program;
        endpoint->last_unclaimed = program;
        if (was_empty)
            endpoint->await_since_ns = endpoint->host.loop->now_ns;
    }
}

static void run_enqueue(evl_job *job) {
    request *r = (request *)(void *)job;
    append_steps(r->endpoint, r->program);
    endpoint_review(r->endpoint);
    free(r);
}

evl_status evl_endpoint_enqueue(evl_endpoint *endpoint, evl_program *program) {
    if (!endpoint_is_live(endpoint) || !program_claim(program))
        return EVL_INVALID;
    return submit(endpoint, run_enqueue, (request){.program = evl_program_retain(program)});
}

/* Without memory for what comes next, nothing can go on. */
static void lose_steps(evl_endpoint *endpoint) {
    evl_connection *c = find_scripted(endpoint);
    if (c != NULL) {
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
        connection_pump(c, NULL, 0);
    } else if (endpoint->scripted == 0) {
        endpoint->awaited = 0;
        endpoint->failed = true;
    }
}

static void run_fetch(evl_job *job) {
    evl_endpoint *endpoint =
        (evl_endpoint *)(void *)((char *)job - offsetof(evl_endpoint, fetch_job));
    evl_fetch fetch = {0};
    evl_notice notice = {.kind = EVL_NOTICE_FETCH, .endpoint = endpoint, .fetch = &fetch};
    endpoint->notify(endpoint->context, &notice);
    if (fetch.program != NULL && program_claim(fetch.program))
        append_steps(endpoint, fetch.program);
    if (fetch.no_memory)
        lose_steps(endpoint);
    endpoint_review(endpoint);
}

void evl_endpoint_fetch(evl_endpoint *endpoint) {
    assert(endpoint_is_live(endpoint));
    loop_submit(endpoint->host.loop, &endpoint->fetch_job);
}

static void run_join(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_endpoint *endpoint = r->endpoint;
    pending_join **end = &endpoint->joins;
    while (*end != NULL)
        end = &(*end)->next;
    *end = r->join;
    if (endpoint->finished) {
        endpoint->joins = r->join->next;
        endpoint_notify(endpoint, EVL_NOTICE_JOINED, r->join->token);
        free(r->join);
    } else {
        accept_queue(endpoint);
        if (endpoint_is_pool(endpoint))
            r->join->up_to = endpoint->accepted > 0 ? endpoint->accepted : 1;
        endpoint_review(endpoint);
    }
    free(r);
}

evl_status evl_endpoint_join(evl_endpoint *endpoint, uint64_t token) {
    pending_join *join = calloc(1, sizeof *join);
    if (join == NULL)
        return EVL_NO_MEMORY;
    join->token = token;
    join->up_to = UINT32_MAX;
    return submit(endpoint, run_join, (request){.join = join});
}

static void run_finish(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_endpoint *endpoint = r->endpoint;
    evl_program *last = r->program;
    free(r);
    if (endpoint->finished) {
        evl_program_release(last);
        endpoint_notify(endpoint, EVL_NOTICE_FINISHED, 0);
        return;
    }
    if (last != NULL)
        accept_queue(endpoint);     /* first: whoever has connected by now plays what `last` ends */
    if (endpoint_is_pool(endpoint)) /* nobody else asks */
        endpoint->last_admissions = socket_most_pending(endpoint->listener);
    endpoint->finish_asked = true;
    endpoint->host.finishing = true;
    endpoint->host.finishing_ns = endpoint->host.loop->now_ns;
    if (last != NULL && (endpoint->scripted > 0 || endpoint->unclaimed != NULL))
        append_steps(endpoint, last);
    else
        evl_program_release(last);
    evl_connection *c = endpoint->first_active;
    while (c != NULL) {
        evl_connection *next = c->next;
        if (c->script != NOBODY)
            connection_finishing(c);
        c = next;
    }
    endpoint_review(endpoint);
}

evl_status evl_endpoint_finish(evl_endpoint *endpoint, evl_program *last) {
    if (last != NULL && (!endpoint_is_live(endpoint) || !program_claim(last)))
        return EVL_INVALID;
    if (last != NULL)
        evl_program_retain(last);
    return submit(endpoint, run_finish, (request){.program = last});
}

static void run_stop(evl_job *job) {
    request *r = (request *)(void *)job;
    evl_endpoint *endpoint = r->endpoint;
    free(r);
    endpoint->stopped = true;
    endpoint_review(endpoint);
}

evl_status evl_endpoint_stop(evl_endpoint *endpoint) {
    return submit(endpoint, run_stop, (request){0});
}

bool evl_endpoint_is_settled(evl_endpoint *endpoint) {
    if (!atomic_load_explicit(&endpoint->settled, memory_order_acquire))
        return false;
    /* In this order: the loop clears the flag before it takes a connection from the queue. */
    if (socket_has_pending(endpoint->listener))
        return false;
    return atomic_load_explicit(&endpoint->settled, memory_order_acquire);
}

/* --- what connections tell --- */

/* Reviews on the loop's next turn: a connection may not be freed under its own call. */
static void review_later(evl_endpoint *endpoint) {
    loop_defer(endpoint->host.loop, &endpoint->review);
}

static void connection_moved(evl_host *host, evl_connection *connection) {
    evl_endpoint *endpoint = (evl_endpoint *)(void *)host;
    if (connection->idle)
        endpoint->busy--;
    else
        endpoint->busy++;
    review_later(endpoint);
}

static void connection_ended(evl_host *host, evl_connection *c) {
    evl_endpoint *endpoint = (evl_endpoint *)(void *)host;
    *(c->prev != NULL ? &c->prev->next : &endpoint->first_active) = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    endpoint->active--;
    endpoint->host.crowded = endpoint->active > CROWD;
    if (c->script != NOBODY) {
        endpoint->served--;
        endpoint->busy -= c->idle ? 0 : 1;
    }
    ask_ended(endpoint, c);
    endpoint->received_total += c->received_total;
    endpoint->sent_total += c->sent_total - connection_unwritten(c);
    endpoint->completed += c->script_done ? 1 : 0;
    endpoint->failed |= connection_failure(c) != EVL_FAILURE_NONE;
    statistics_ended(host->statistics, c->script, c->trouble == NULL ? NULL : &c->trouble->failure);
    if (!report_keep(endpoint, c)) {
        *(connection_failure(c) == EVL_FAILURE_NONE ? &endpoint->records_dropped
                                                    : &endpoint->failures_dropped) += 1;
        connection_free(c);
    }
    review_later(endpoint);
}
