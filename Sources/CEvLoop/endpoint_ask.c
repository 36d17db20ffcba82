/* Questions of connections and their answers.
 *
 * A connection that asks is noted -> Swift is told -> its answer comes as a job -> the connection
 * is found by its number, and goes on. Many may ask at a time: they are found in a table that is
 * made with the first question. */
#include <stdlib.h>

#include "endpoint.h"

enum {
    BUCKETS = 1024
};

static evl_connection **bucket(const evl_endpoint *endpoint, uint32_t number) {
    return &endpoint->asking[number % BUCKETS];
}

static bool note(evl_endpoint *endpoint, evl_connection *c) {
    if (endpoint->asking == NULL)
        endpoint->asking = calloc(BUCKETS, sizeof(evl_connection *));
    if (endpoint->asking == NULL)
        return false;
    evl_connection **place = bucket(endpoint, c->number);
    c->asking->next = *place;
    *place = c;
    return true;
}

static void forget(evl_endpoint *endpoint, const evl_connection *c) {
    evl_connection **place = bucket(endpoint, c->number);
    while (*place != NULL && *place != c)
        place = &(*place)->asking->next;
    if (*place != NULL)
        *place = c->asking->next;
}

void ask_ended(evl_endpoint *endpoint, const evl_connection *c) {
    if (c->asking == NULL || endpoint->asking == NULL)
        return;
    forget(endpoint, c);
    evl_notice notice = {.kind = EVL_NOTICE_ASKER_ENDED, .number = c->number, .endpoint = endpoint};
    endpoint->notify(endpoint->context, &notice);
}

static evl_connection *find(const evl_endpoint *endpoint, uint32_t number) {
    if (endpoint->asking == NULL)
        return NULL;
    evl_connection *c = *bucket(endpoint, number);
    while (c != NULL && c->number != number)
        c = c->asking->next;
    return c;
}

bool ask_question(evl_host *host, evl_connection *connection, uint32_t step, const uint8_t *payload,
                  size_t length) {
    evl_endpoint *endpoint = (evl_endpoint *)(void *)host;
    if (!note(endpoint, connection))
        return false;
    const evl_keep *keep = connection->keep;
    evl_notice notice = {.kind = EVL_NOTICE_QUESTION,
                         .number = connection->number,
                         .script = connection->script,
                         .step = step,
                         .question = connection->asking->questions,
                         .taken = session_taken(&connection->session),
                         .payload = payload,
                         .payload_length = length,
                         .kept = keep == NULL ? NULL : keep->entries,
                         .kept_count = keep == NULL ? 0 : keep->count,
                         .endpoint = endpoint};
    endpoint->notify(endpoint->context, &notice);
    return true;
}

/* --- answers --- */

typedef struct answer_job {
    evl_job job;
    evl_endpoint *endpoint;
    uint32_t number;
    evl_answer answer; /* its program's reference is owned */
} answer_job;

static void run_answer(evl_job *job) {
    answer_job *made = (answer_job *)(void *)job;
    evl_connection *c = find(made->endpoint, made->number);
    if (c == NULL) {
        evl_program_release(made->answer.program); /* it has ended meanwhile */
    } else if (made->answer.question != c->asking->questions) {
        evl_program_release(made->answer.program); /* that question has been answered */
    } else {
        forget(made->endpoint, c);
        connection_answer(c, &made->answer);
    }
    free(made);
}

evl_status evl_endpoint_answer(evl_endpoint *endpoint, uint32_t number, const evl_answer *answer) {
    if (answer->program != NULL && !program_can_answer(answer->program))
        return EVL_INVALID;
    answer_job *made = malloc(sizeof *made);
    if (made == NULL)
        return EVL_NO_MEMORY;
    *made = (answer_job){
        .job.run = run_answer, .endpoint = endpoint, .number = number, .answer = *answer};
    if (answer->program != NULL)
        evl_program_retain(answer->program);
    loop_submit(endpoint->host.loop, &made->job);
    return EVL_OK;
}
