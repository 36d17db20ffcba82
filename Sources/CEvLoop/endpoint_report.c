/* What an endpoint keeps of its connections, and shows of itself. */
#include <stdlib.h>

#include "endpoint.h"

bool report_keep(evl_endpoint *endpoint, evl_connection *c) {
    bool failed = connection_failure(c) != EVL_FAILURE_NONE;
    if (endpoint->config.counters_only && !failed && c->script_done && !gauge_has_doubts(c))
        return false;
    /* One that was stopped in the middle says that not all was played: it must not be crowded out.
     */
    bool good = !failed && (c->script_done || c->script == NOBODY);
    uint32_t others = endpoint->record_count - endpoint->good_records;
    if (good ? endpoint->good_records >= KEPT_GOOD_RECORDS : others >= KEPT_FAILED_RECORDS)
        return false;
    if (endpoint->record_count == endpoint->record_capacity) {
        uint32_t capacity = endpoint->record_capacity == 0 ? 1 : endpoint->record_capacity * 2;
        evl_connection **records = realloc(endpoint->records, capacity * sizeof(*records));
        if (records == NULL)
            return false;
        endpoint->records = records;
        endpoint->record_capacity = capacity;
    }
    endpoint->records[endpoint->record_count++] = c;
    endpoint->good_records += good ? 1 : 0;
    return true;
}

void evl_endpoint_look(const evl_endpoint *endpoint, evl_endpoint_view *view) {
    *view = (evl_endpoint_view){
        .accepted = endpoint->accepted,
        .scripted = endpoint->scripted,
        .active = endpoint->active,
        .completed = endpoint->completed,
        .record_count = endpoint->record_count + endpoint->active,
        .records_dropped = endpoint->records_dropped,
        .failures_dropped = endpoint->failures_dropped,
        .failed_count =
            endpoint->record_count - endpoint->good_records + endpoint->failures_dropped,
        .reset_after_failure = endpoint->refused,
        .unscripted = endpoint->unscripted,
        .awaited = endpoint->awaited,
        .awaited_ns = endpoint->awaited_ns,
        .awaited_fault = endpoint->awaited_fault,
        .fault = endpoint->fault,
        .reset_accepted = endpoint->reset_accepted,
        .reset_unaccepted = endpoint->reset_unaccepted,
        .unreached = endpoint->unreached,
        .unreached_ns = endpoint->unreached_ns,
        .connect_attempts = endpoint->attempts,
        .connect_error = endpoint->connect_error,
        .accept_pauses = endpoint->accept_pauses,
        .accept_error = endpoint->accept_error,
        .failed = endpoint->failed,
        .opened_ns = endpoint->opened_ns,
        .now_ns = endpoint->host.loop->now_ns,
        .received_total = endpoint->received_total,
        .sent_total = endpoint->sent_total,
    };
}

bool evl_endpoint_step(const evl_endpoint *endpoint, uint32_t index, evl_step_view *view) {
    const evl_statistics *statistics = endpoint->host.statistics;
    return statistics != NULL && statistics_view(statistics, index, view);
}

void evl_endpoint_connection(const evl_endpoint *endpoint, uint32_t index,
                             evl_connection_view *view) {
    if (index < endpoint->record_count) {
        connection_view(endpoint->records[index], view);
        return;
    }
    const evl_connection *c = endpoint->first_active;
    for (uint32_t i = endpoint->record_count; i < index && c != NULL; i++)
        c = c->next;
    if (c != NULL)
        connection_view(c, view);
}
