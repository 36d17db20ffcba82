/* What is kept of a connection, in its own bounds and in those of all connections together. */
#include <stdlib.h>

#include "connection.h"

/* How much memory for evidence the process has left. */
static size_t room(const evl_loop *loop) {
    return loop->record_bytes < LOOP_RECORD_BYTES ? LOOP_RECORD_BYTES - loop->record_bytes : 0;
}

evl_record *evidence_record(evl_connection *c) {
    if (c->record == NULL)
        c->record = calloc(1, sizeof *c->record);
    return c->record;
}

/* An end of a server that listens on all addresses is known by the connection's socket alone. */
void evidence_begin(evl_connection *c) {
    const evl_host *host = c->host;
    if (host->dials || host->is_specific || !host->is_tcp || !evidence_keeps_bytes(c))
        return;
    evl_record *record = evidence_record(c);
    if (record != NULL && !socket_local_end(c->io.fd, &record->local))
        record->local = (evl_end){0};
}

static void note_traffic(evl_connection *c, evl_record *record, bool is_read) {
    evl_loop *loop = c->host->loop;
    evl_traffic traffic = {
        .time_ns = loop->now_ns, .received = c->received_total, .sent = record->taken};
    loop->record_bytes += record_traffic(record, &traffic, is_read, room(loop));
}

static void append(const evl_host *host, evl_ends *ends, uint64_t total, const uint8_t *bytes,
                   size_t length) {
    evl_loop *loop = host->loop;
    loop->record_bytes +=
        ends_append(ends, total - length, bytes, length, host->record_bytes, room(loop));
}

void evidence_received(evl_connection *c, const uint8_t *bytes, size_t length) {
    evl_record *record = evidence_record(c);
    if (record == NULL)
        return;
    append(c->host, &record->received, c->received_total, bytes, length);
    note_traffic(c, record, true);
}

void evidence_sent(evl_connection *c, const uint8_t *bytes, size_t length) {
    evl_record *record = evidence_record(c);
    if (record != NULL)
        append(c->host, &record->sent, c->sent_total, bytes, length);
}

void evidence_wrote(evl_connection *c, uint64_t unwritten) {
    evl_record *record = evidence_record(c);
    if (record == NULL)
        return;
    record->taken = c->sent_total - unwritten;
    note_traffic(c, record, false);
}

/* --- shown --- */

evl_end connection_local(const evl_connection *c) {
    const socket_end *ours = connection_ours(c);
    if (ours != NULL)
        return *ours;
    if (!c->host->is_tcp)
        return c->host->address;
    return c->record != NULL ? c->record->local : (evl_end){0};
}

static void view_record(const evl_connection *c, const evl_record *record,
                        evl_connection_view *view) {
    size_t most = c->host->record_bytes;
    const evl_trail *events = &record->events, *traffic = &record->traffic;
    view->events = events->entries;
    view->events_head = events->count < RECORD_HEAD ? events->count : RECORD_HEAD;
    view->event_count = events->count;
    view->events_cut = events->cut;
    view->traffic = traffic->entries;
    view->traffic_head = traffic->count < RECORD_HEAD ? traffic->count : RECORD_HEAD;
    view->traffic_count = traffic->count;
    view->traffic_cut = traffic->cut;
    view->received = ends_view(&record->received, c->received_total, most);
    view->sent = ends_view(&record->sent, c->sent_total, most);
}

void evidence_view(const evl_connection *c, evl_connection_view *view) {
    if (c->breakage != NULL) {
        view->faults = c->breakage->faults;
        view->fault_count =
            c->breakage->count < EVL_FAULTS_KEPT ? c->breakage->count : EVL_FAULTS_KEPT;
        view->faults_cut = c->breakage->count - view->fault_count;
    }
    view->kept_lost = c->keep_lost;
    if (c->keep != NULL) {
        view->kept = c->keep->entries;
        view->kept_count = c->keep->count;
    }
    if (c->record != NULL)
        view_record(c, c->record, view);
}

void evidence_free(evl_connection *c) {
    evl_loop *loop = c->host->loop;
    if (c->record != NULL) {
        loop->record_bytes -= record_size(c->record);
        record_free(c->record);
    }
    if (c->keep != NULL) {
        loop->record_bytes -= c->keep->bytes;
        keep_free(c->keep);
    }
    free(c->record);
    free(c->keep);
}
