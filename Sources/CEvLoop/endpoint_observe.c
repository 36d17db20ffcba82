/* Showing what goes on: snapshots, and bytes and events as they come.
 *
 * An observer is told from the first byte: on the loop thread, between two reads, it gets what was
 * recorded so far, and from then on what arrives. Nothing comes twice and nothing is left out. */
#include <stdlib.h>

#include "endpoint.h"

static void tell(const evl_endpoint *endpoint, evl_notice notice) {
    notice.endpoint = endpoint;
    endpoint->notify(endpoint->context, &notice);
}

evl_status inquire(evl_endpoint *endpoint, void (*run)(evl_job *job), evl_inquiry values) {
    evl_inquiry *made = malloc(sizeof *made);
    if (made == NULL)
        return EVL_NO_MEMORY;
    *made = values;
    made->job.run = run;
    made->endpoint = endpoint;
    loop_submit(endpoint->host.loop, &made->job);
    return EVL_OK;
}

/* --- snapshots --- */

/* How many turns of the loop a snapshot may take. */
enum {
    LEAST_TURNS = 16,
    CONNECTIONS_A_TURN = 16
};

/* Goes round the loop until a turn has brought no byte: one turn reads from a part of the sockets
 * only, when many are ready. Who sends without a pause is not waited for. */
static void run_look(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    evl_loop *loop = endpoint->host.loop;
    if (inquiry->reads != loop->reads && inquiry->number > 0) {
        inquiry->reads = loop->reads;
        inquiry->number--;
        loop_submit(loop, job);
        return;
    }
    endpoint->looks--;
    tell(endpoint, (evl_notice){.kind = EVL_NOTICE_SNAPSHOT, .token = inquiry->token});
    free(inquiry);
}

/* Lets in who has knocked. Reading outranks jobs, so one turn later what they sent has been read.
 */
static void run_snapshot(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    accept_queue(endpoint);
    endpoint_review(endpoint);
    endpoint->looks++;
    inquiry->reads = endpoint->host.loop->reads;
    inquiry->number = LEAST_TURNS + endpoint->active / CONNECTIONS_A_TURN;
    job->run = run_look;
    loop_submit(endpoint->host.loop, job);
}

evl_status evl_endpoint_snapshot(evl_endpoint *endpoint, uint64_t token) {
    return inquire(endpoint, run_snapshot, (evl_inquiry){.token = token});
}

static void run_glance(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    tell(inquiry->endpoint, (evl_notice){.kind = EVL_NOTICE_SNAPSHOT, .token = inquiry->token});
    free(inquiry);
}

evl_status evl_endpoint_glance(evl_endpoint *endpoint, uint64_t token) {
    return inquire(endpoint, run_glance, (evl_inquiry){.token = token});
}

void evl_connection_look(const evl_connection *connection, evl_connection_view *view) {
    connection_view(connection, view);
}

const evl_connection *evl_endpoint_next_open(const evl_endpoint *endpoint,
                                             const evl_connection *after) {
    return after == NULL ? endpoint->first_active : after->next;
}

/* --- what connections tell while somebody observes --- */

void observe_heard(evl_host *host, const evl_connection *c, const uint8_t *bytes, size_t length) {
    tell((evl_endpoint *)(void *)host, (evl_notice){.kind = EVL_NOTICE_BYTES,
                                                    .number = c->number,
                                                    .bytes = bytes,
                                                    .length = length,
                                                    .position = c->received_total - length,
                                                    .total = c->received_total});
}

static void tell_end(const evl_endpoint *endpoint, uint32_t number, uint64_t token) {
    tell(endpoint, (evl_notice){.kind = EVL_NOTICE_INPUT_ENDED, .number = number, .token = token});
}

void observe_noted(evl_host *host, const evl_connection *c, const evl_event *event) {
    const evl_endpoint *endpoint = (evl_endpoint *)(void *)host;
    if ((host->watched & EVL_WATCH_EVENTS) != 0)
        tell(endpoint,
             (evl_notice){
                 .kind = EVL_NOTICE_EVENT, .number = c->number, .event = event, .connection = c});
    if ((host->watched & EVL_WATCH_BYTES) == 0)
        return;
    if (event->kind == EVL_EVENT_CONNECTED)
        observe_heard(host, c, NULL, 0); /* it has come, and said nothing yet */
    bool is_end = event->kind == EVL_EVENT_FIN || event->kind == EVL_EVENT_RST ||
                  event->kind == EVL_EVENT_CLOSED;
    if (is_end)
        tell_end(endpoint, c->number, 0);
}

void observe_turned_away(evl_endpoint *endpoint, uint32_t number) {
    if ((endpoint->host.watched & EVL_WATCH_BYTES) != 0)
        tell_end(endpoint, number, 0);
}

/* Tells once that no more can come of the script. Who observes later is told when it begins. */
void observe_failure(evl_endpoint *endpoint) {
    if (endpoint->told_failure || !endpoint_is_given_up(endpoint))
        return;
    endpoint->told_failure = true;
    if ((endpoint->host.watched & EVL_WATCH_BYTES) != 0)
        tell(endpoint, (evl_notice){.kind = EVL_NOTICE_GIVEN_UP});
}

/* --- observers --- */

/* Of a stream that was not kept whole its beginning: the total says that more had come. */
static void replay(const evl_inquiry *inquiry, const evl_connection *c) {
    if (inquiry->number != 0 && c->number != inquiry->number)
        return;
    evl_connection_view view;
    connection_view(c, &view);
    tell(inquiry->endpoint, (evl_notice){.kind = EVL_NOTICE_BYTES,
                                         .token = inquiry->token,
                                         .number = c->number,
                                         .bytes = view.received.head,
                                         .length = view.received.head_length,
                                         .total = c->received_total});
    if (c->ended || c->got_fin || c->got_rst)
        tell_end(inquiry->endpoint, c->number, inquiry->token);
}

static void run_observe(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    endpoint->observers++;
    endpoint->host.watched |= EVL_WATCH_BYTES;
    for (uint32_t i = 0; i < endpoint->record_count; i++)
        replay(inquiry, endpoint->records[i]);
    for (const evl_connection *c = endpoint->first_active; c != NULL; c = c->next)
        replay(inquiry, c);
    tell(endpoint, (evl_notice){.kind = EVL_NOTICE_REPLAYED,
                                .token = inquiry->token,
                                .number = endpoint->accepted});
    if (endpoint->told_failure)
        tell(endpoint, (evl_notice){.kind = EVL_NOTICE_GIVEN_UP, .token = inquiry->token});
    free(inquiry);
}

evl_status evl_endpoint_observe(evl_endpoint *endpoint, uint32_t number, uint64_t token) {
    return inquire(endpoint, run_observe, (evl_inquiry){.number = number, .token = token});
}

static void run_unobserve(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    endpoint->observers--;
    if (endpoint->observers == 0 && (endpoint->config.watched & EVL_WATCH_BYTES) == 0)
        endpoint->host.watched &= (uint8_t)~EVL_WATCH_BYTES;
    free(inquiry);
}

evl_status evl_endpoint_unobserve(evl_endpoint *endpoint) {
    return inquire(endpoint, run_unobserve, (evl_inquiry){0});
}
