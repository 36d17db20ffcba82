/* Reading into the loop's shared buffer; writing at once, and waiting for room only after EAGAIN.
 */
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "probe.h"

static evl_connection *connection_of(ev_io *watcher) {
    return (evl_connection *)(void *)((char *)watcher - offsetof(evl_connection, io));
}

void io_callback(struct ev_loop *ev, ev_io *watcher, int events) {
    (void)ev;
    evl_connection *c = connection_of(watcher);
    if ((events & EV_WRITE) != 0 && !io_flush_outbox(c)) {
        connection_pump(c, NULL, 0); /* the write failed: it ends here */
        return;
    }
    size_t length = (events & EV_READ) != 0 ? io_read(c) : 0;
    connection_pump(c, c->host->loop->read_buffer, length);
}

/* --- reading --- */

static void note_bytes(evl_connection *c, const uint8_t *bytes, size_t length) {
    evl_loop *loop = c->host->loop;
    c->received_total += length;
    loop->reads++;
    c->progress_ns = c->last_bytes_ns = loop->now_ns;
    if (evidence_keeps_bytes(c))
        evidence_received(c, bytes, length);
    if ((c->host->watched & EVL_WATCH_BYTES) != 0)
        c->host->heard(c->host, c, bytes, length);
}

static size_t note_reset(evl_connection *c) {
    c->got_rst = true;
    connection_note(c, EVL_EVENT_RST, session_index(&c->session), c->consumed_total);
    return 0;
}

static socket_result read_bytes(evl_connection *c, uint8_t *bytes, size_t *length, int *error) {
    return c->gauge == NULL ? socket_read(c->io.fd, bytes, LOOP_READ_BYTES, length, error)
                            : gauge_read(c, bytes, LOOP_READ_BYTES, length, error);
}

/* One non-blocking read into the loop's buffer; answers how many bytes are there. */
size_t io_read(evl_connection *c) {
    if (c->io.fd < 0 || c->got_fin || c->got_rst || connection_is_deaf(c))
        return 0;
    uint8_t *bytes = c->host->loop->read_buffer;
    size_t length = 0;
    int error = 0;
    switch (read_bytes(c, bytes, &length, &error)) {
    case SOCKET_OK:
        note_bytes(c, bytes, length);
        return length;
    case SOCKET_LATER:
        return 0;
    case SOCKET_END:
        /* The failed write has swallowed the reset: what reads as an end is none. */
        if (connection_failure(c) == EVL_FAILURE_WRITE)
            return 0;
        if (c->reset_taken)
            return note_reset(c);
        c->got_fin = true;
        connection_note(c, EVL_EVENT_FIN, session_index(&c->session), c->consumed_total);
        return 0;
    case SOCKET_RESET:
    case SOCKET_FULL:
    case SOCKET_ERROR: /* what the client sent before it has been read: recv(2) gives that first */
        return note_reset(c);
    }
    return 0;
}

/* --- writing --- */

void io_batch(evl_connection *c, write_batch *batch, const evl_done *done) {
    /* sendmsg(2) does not write through the pointer; iovec merely has no const. */
    batch->parts[batch->count] =
        (struct iovec){.iov_base = (void *)(uintptr_t)done->bytes, .iov_len = done->length};
    batch->steps[batch->count] = done->step;
    batch->limits[batch->count] = done->limit_ns;
    batch->count++;
    c->sent_total += done->length;
    if (evidence_keeps_bytes(c))
        evidence_sent(c, done->bytes, done->length);
}

static bool outbox_add(evl_connection *c, evl_outbox_part part) {
    if (c->outbox == NULL)
        c->outbox = calloc(1, sizeof *c->outbox);
    evl_outbox *outbox = c->outbox;
    if (outbox == NULL)
        return false;
    if (outbox->first + outbox->count == outbox->capacity) {
        uint32_t capacity = outbox->capacity == 0 ? 4 : outbox->capacity * 2;
        evl_outbox_part *parts = realloc(outbox->parts, capacity * sizeof *parts);
        if (parts == NULL)
            return false;
        outbox->parts = parts;
        outbox->capacity = capacity;
    }
    outbox->parts[outbox->first + outbox->count++] = part;
    return true;
}

/* Keeps its memory: who did not take all at once will do so again. */
static void outbox_clear(evl_connection *c) {
    if (c->outbox != NULL)
        c->outbox->first = c->outbox->count = 0;
}

static uint64_t outbox_bytes(const evl_outbox *outbox) {
    uint64_t total = 0;
    if (outbox == NULL)
        return 0;
    for (uint32_t i = 0; i < outbox->count; i++)
        total += outbox->parts[outbox->first + i].length;
    return total;
}

static uint64_t batch_bytes(const write_batch *batch) {
    uint64_t total = 0;
    for (int i = 0; i < batch->count; i++)
        total += batch->parts[i].iov_len;
    return total;
}

static bool write_failed(evl_connection *c, int error, uint32_t step, uint64_t unwritten) {
    /* The client is gone. Its last words are still there to read, and belong to the evidence. */
    evl_failure failure = session_fail(&c->session, EVL_FAILURE_WRITE);
    failure.step = step;
    failure.offset = 0;
    failure.error = error;
    outbox_clear(c);
    connection_fail(c, failure);
    c->trouble->unwritten = unwritten;
    return false;
}

static bool keep_unwritten(evl_connection *c, const write_batch *batch, size_t written) {
    uint64_t now = c->host->loop->now_ns;
    for (int i = 0; i < batch->count; i++) {
        size_t length = batch->parts[i].iov_len;
        size_t gone = written < length ? written : length;
        written -= gone;
        if (gone == length)
            continue;
        evl_outbox_part part = {.bytes = (const uint8_t *)batch->parts[i].iov_base + gone,
                                .length = length - gone,
                                .step = batch->steps[i],
                                .limit_ns = batch->limits[i],
                                .began_ns = now};
        if (!outbox_add(c, part)) {
            connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
            return false;
        }
    }
    return true;
}

/* Copying short replies is cheaper than telling the kernel of each. */
static socket_result write_parts(evl_connection *c, write_batch *batch, size_t *written,
                                 int *error) {
    uint8_t *gathered = c->host->loop->write_buffer;
    size_t length = 0;
    int part = batch->count > 1 ? 0 : 1;
    while (part < batch->count && batch->parts[part].iov_len <= LOOP_WRITE_BYTES - length) {
        memcpy(gathered + length, batch->parts[part].iov_base, batch->parts[part].iov_len);
        length += batch->parts[part++].iov_len;
    }
    if (batch->count == 1 || part < batch->count)
        return socket_write(c->io.fd, batch->parts, batch->count, written, error);
    struct iovec all = {.iov_base = gathered, .iov_len = length};
    return socket_write(c->io.fd, &all, 1, written, error);
}

/* Writes the batch; what the kernel does not take goes to the outbox. False: the write failed. */
bool io_flush(evl_connection *c, write_batch *batch) {
    if (batch->count == 0)
        return true;
    size_t written = 0;
    int error = 0;
    socket_result result = write_parts(c, batch, &written, &error);
    if (evidence_keeps_bytes(c) && written > 0)
        evidence_wrote(c, batch_bytes(batch) - written);
    bool fine = result == SOCKET_OK || result == SOCKET_LATER
                    ? keep_unwritten(c, batch, written)
                    : write_failed(c, error, batch->steps[0], batch_bytes(batch));
    batch->count = 0;
    return fine;
}

static void outbox_consume(evl_outbox *outbox, size_t written, uint64_t now_ns) {
    while (written > 0) {
        evl_outbox_part *part = &outbox->parts[outbox->first];
        size_t gone = written < part->length ? written : part->length;
        part->bytes += gone;
        part->length -= gone;
        written -= gone;
        if (part->length == 0) {
            outbox->first++;
            outbox->count--;
            if (outbox->count > 0) /* only now is the next one's turn, and its limit runs */
                outbox->parts[outbox->first].began_ns = now_ns;
        }
    }
}

/* Writes what was left over. False: the write failed. */
bool io_flush_outbox(evl_connection *c) {
    evl_outbox *outbox = c->outbox;
    while (io_is_pending(c)) {
        struct iovec parts[BATCH_PARTS];
        int count = 0;
        while (count < BATCH_PARTS && (uint32_t)count < outbox->count) {
            const evl_outbox_part *part = &outbox->parts[outbox->first + (uint32_t)count];
            parts[count++] =
                (struct iovec){.iov_base = (void *)(uintptr_t)part->bytes, .iov_len = part->length};
        }
        size_t written = 0;
        int error = 0;
        socket_result result = socket_write(c->io.fd, parts, count, &written, &error);
        if (result == SOCKET_LATER)
            return true;
        if (result != SOCKET_OK)
            return write_failed(c, error, outbox->parts[outbox->first].step, outbox_bytes(outbox));
        outbox->wrote_ns = c->host->loop->now_ns;
        outbox_consume(outbox, written, outbox->wrote_ns);
        if (evidence_keeps_bytes(c))
            evidence_wrote(c, outbox_bytes(outbox));
    }
    outbox_clear(c);
    return true;
}

/* --- watching --- */

/* Makes the watcher wait for just what is wanted now. */
void io_watch(evl_connection *c) {
    /* What the step still needs is read beyond that, but not from one that takes no replies. */
    bool hungry = c->hungry && !io_is_pending(c);
    bool full = buffer_length(&c->backlog) >= c->host->max_buffered && !hungry;
    bool reads = c->io.fd >= 0 && !c->got_fin && !c->got_rst && !full && !connection_is_deaf(c);
    bool writes = c->io.fd >= 0 && io_is_pending(c);
    int wanted = (reads ? EV_READ : 0) | (writes ? EV_WRITE : 0);
    int watched = ev_is_active(&c->io) ? c->io.events & (EV_READ | EV_WRITE) : 0;
    if (wanted == watched)
        return;
    struct ev_loop *ev = c->host->loop->ev;
    ev_io_stop(ev, &c->io);
    if (wanted == 0)
        return;
    ev_io_set(&c->io, c->io.fd, wanted);
    ev_io_start(ev, &c->io);
}

static void forget_socket(evl_connection *c) {
    if (c->breakage != NULL)
        fault_last_look(c);
    ev_io_stop(c->host->loop->ev, &c->io);
    c->io.fd = -1;
    outbox_clear(c);
}

void io_close(evl_connection *c) {
    if (c->io.fd < 0)
        return;
    int fd = c->io.fd;
    forget_socket(c);
    socket_close(fd);
}

void io_reset(evl_connection *c) {
    if (c->io.fd < 0)
        return;
    uint64_t left = outbox_bytes(c->outbox), unsent = probe_unacknowledged(c->io.fd) + left;
    if (unsent > 0) {
        connection_trouble(c)->unwritten += left;
        c->trouble->unsent = unsent;
    }
    int fd = c->io.fd;
    forget_socket(c);
    socket_reset(fd);
}

void io_free(evl_connection *c) {
    if (c->outbox != NULL)
        free(c->outbox->parts);
    free(c->outbox);
    c->outbox = NULL;
}
