/* A stream of large frames, each compared where it lies in the read buffer, piece by piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "peer.h"
#include "program.h"
#include "wire.h"

typedef struct stream {
    ev_io listening;
    ev_io order;
    ev_io client;
    uint8_t frame[WIRE_CHUNK_FRAME]; /* what each must be, its length included */
    uint8_t buffer[WIRE_READ];
    uint64_t wanted;
    uint64_t got;
    program_tally tally;
} stream;

static void end_client(struct ev_loop *loop, stream *stream, bool well) {
    stream->tally.failures += !well;
    stream->tally.bytes += stream->got;
    ev_io_stop(loop, &stream->client);
    close(stream->client.fd);
    ev_io_start(loop, &stream->listening);
}

/* Compares `count` bytes that came after `got` others. */
static bool are_right(const stream *stream, size_t count) {
    const uint8_t *next = stream->buffer;
    size_t at = stream->got % WIRE_CHUNK_FRAME;
    while (count > 0) {
        size_t part = WIRE_CHUNK_FRAME - at < count ? WIRE_CHUNK_FRAME - at : count;
        if (memcmp(next, stream->frame + at, part) != 0) {
            return false;
        }
        next += part;
        count -= part;
        at = 0;
    }
    return true;
}

static void on_client(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    stream *stream = ev_userdata(loop);
    ssize_t count = recv(io->fd, stream->buffer, sizeof stream->buffer, 0);
    if (count < 0 && errno == EAGAIN) {
        return;
    }
    if (count <= 0) {
        end_client(loop, stream, count == 0 && stream->got == stream->wanted);
        return;
    }
    if (!are_right(stream, (size_t)count) || stream->got + (uint64_t)count > stream->wanted) {
        end_client(loop, stream, false);
        return;
    }
    stream->got += (uint64_t)count;
    if (stream->got == stream->wanted) {
        net_send_all(io->fd, "", 1);
    }
}

static void on_listening(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    stream *stream = ev_userdata(loop);
    int fd = net_accept(io->fd);
    if (fd >= 0) {
        stream->tally.connections++;
        stream->got = 0;
        ev_io_stop(loop, io); /* one at a time */
        ev_io_init(&stream->client, on_client, fd, EV_READ);
        ev_io_start(loop, &stream->client);
    }
}

static void on_order(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    stream *stream = ev_userdata(loop);
    if (program_read_order() == PROGRAM_END) {
        ev_io_stop(loop, io);
        /* The client closed before; whether that was seen depends on the order of the events. */
        if (ev_is_active(&stream->client)) {
            on_client(loop, &stream->client, EV_READ);
        }
        ev_break(loop, EVBREAK_ALL);
    }
}

int serve_stream(int argc, char **argv) {
    stream *stream = calloc(1, sizeof *stream);
    wire_frame(stream->frame, WIRE_CHUNK);
    uint64_t payload = (uint64_t)program_number(argc, argv, "--bytes", 1 << 30);
    stream->wanted = payload / WIRE_CHUNK * WIRE_CHUNK_FRAME;
    struct ev_loop *loop = make_loop();
    ev_set_userdata(loop, stream);
    ev_io_init(&stream->listening, on_listening, net_listen(0, false, NET_BACKLOG), EV_READ);
    ev_io_start(loop, &stream->listening);
    ev_io_init(&stream->order, on_order, STDIN_FILENO, EV_READ);
    ev_io_start(loop, &stream->order);
    program_ready(net_port(stream->listening.fd));
    ev_run(loop, 0);
    int code = program_finish(&stream->tally);
    free(stream);
    return code;
}
