/* Messages in, messages out, on one loop or on several that share the port: the same work as
 * peer-epoll's, with a watcher for each connection. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "peer.h"
#include "program.h"
#include "wire.h"

enum {
    MOST_LOOPS = 8,
};

static const double DRAIN_S = 5; /* how long clients may take to close once standard input ended */

/* One loop and what it serves. */
typedef struct server {
    struct ev_loop *loop;
    ev_io listening;
    ev_async asked_to_end;
    ev_timer drained;
    size_t repeated; /* bytes in `replies` */
    uint8_t *replies;
    wire_reader reader;
    program_tally tally;
    bool ending;
    pthread_t thread;
} server;

typedef struct guest {
    ev_io io;
    uint32_t owed; /* bytes of replies that have yet to be written */
    uint32_t done; /* bytes of replies written, within the repetition */
    wire_partial partial;
} guest;

static server servers[MOST_LOOPS];
static size_t server_count;

static void leave_when_done(server *server) {
    if (server->ending && server->tally.open == 0) {
        ev_break(server->loop, EVBREAK_ALL);
    }
}

static void end_guest(server *server, guest *guest, bool well) {
    server->tally.failures += !well;
    server->tally.open--;
    ev_io_stop(server->loop, &guest->io);
    close(guest->io.fd);
    free(guest);
    leave_when_done(server);
}

static void wait_for(server *server, guest *guest, int events) {
    if ((guest->io.events & (EV_READ | EV_WRITE)) == events) {
        return;
    }
    ev_io_stop(server->loop, &guest->io);
    ev_io_set(&guest->io, guest->io.fd, events);
    ev_io_start(server->loop, &guest->io);
}

static void write_replies(server *server, guest *guest) {
    while (guest->owed > 0) {
        size_t count = server->repeated - guest->done;
        if (count > guest->owed) {
            count = guest->owed;
        }
        ssize_t sent = send(guest->io.fd, server->replies + guest->done, count, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EAGAIN) {
                break;
            }
            end_guest(server, guest, false);
            return;
        }
        guest->owed -= (uint32_t)sent;
        guest->done = (uint32_t)((guest->done + (size_t)sent) % server->repeated);
    }
    wait_for(server, guest, guest->owed > 0 ? EV_WRITE : EV_READ);
}

static void read_messages(server *server, guest *guest) {
    uint8_t *room = wire_reader_room(&server->reader, &guest->partial);
    ssize_t count = recv(guest->io.fd, room, WIRE_READ, 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) {
            end_guest(server, guest, count == 0 && guest->partial.count == 0);
        }
        return;
    }
    server->tally.bytes += (uint64_t)count;
    long whole = wire_reader_take(&server->reader, &guest->partial, (size_t)count);
    if (whole < 0) {
        end_guest(server, guest, false);
        return;
    }
    guest->owed += (uint32_t)((size_t)whole * server->reader.message);
    write_replies(server, guest);
}

static void on_guest(struct ev_loop *loop, ev_io *io, int events) {
    server *server = ev_userdata(loop);
    if (events & EV_WRITE) {
        write_replies(server, (guest *)io);
    } else {
        read_messages(server, (guest *)io);
    }
}

static void on_listening(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    server *server = ev_userdata(loop);
    for (int fd = net_accept(io->fd); fd >= 0; fd = net_accept(io->fd)) {
        guest *guest = calloc(1, sizeof *guest);
        if (guest == NULL) {
            abort();
        }
        server->tally.connections++;
        server->tally.open++;
        ev_io_init(&guest->io, on_guest, fd, EV_READ);
        ev_io_start(loop, &guest->io);
    }
}

static void on_drained(struct ev_loop *loop, ev_timer *timer, int events) {
    (void)timer;
    (void)events;
    server *server = ev_userdata(loop);
    server->tally.failures +=
        server->tally.open; /* clients that stayed although they were to close */
    ev_break(loop, EVBREAK_ALL);
}

static void on_asked_to_end(struct ev_loop *loop, ev_async *async, int events) {
    (void)async;
    (void)events;
    server *server = ev_userdata(loop);
    server->ending = true;
    ev_timer_start(loop, &server->drained);
    leave_when_done(server);
}

static program_tally sum(void) {
    program_tally all = {0};
    for (size_t i = 0; i < server_count; i++) {
        all.connections += servers[i].tally.connections;
        all.bytes += servers[i].tally.bytes;
        all.failures += servers[i].tally.failures;
        all.open += servers[i].tally.open;
    }
    all.heap_before = servers[0].tally.heap_before;
    return all;
}

/* Standard input belongs to the first loop. */
static void on_order(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    program_tally all = sum();
    switch (program_read_order()) {
    case PROGRAM_NOTHING:
        break;
    case PROGRAM_IDLE:
        program_tell_memory(&all);
        break;
    case PROGRAM_END:
        ev_io_stop(loop, io);
        for (size_t i = 0; i < server_count; i++) {
            ev_async_send(servers[i].loop, &servers[i].asked_to_end);
        }
        break;
    }
}

static void open_server(server *server, uint16_t port, bool framed, long spoiled) {
    wire_reader_begin(&server->reader, framed);
    server->replies = wire_repeat(framed, spoiled);
    server->repeated = WIRE_AT_ONCE * server->reader.message;
    server->loop = make_loop();
    ev_set_userdata(server->loop, server);
    ev_io_init(&server->listening, on_listening, net_listen(port, true, NET_BACKLOG), EV_READ);
    ev_io_start(server->loop, &server->listening);
    ev_async_init(&server->asked_to_end, on_asked_to_end);
    ev_async_start(server->loop, &server->asked_to_end);
    ev_timer_init(&server->drained, on_drained, DRAIN_S, 0);
}

static void *run(void *argument) {
    ev_run(((server *)argument)->loop, 0);
    return NULL;
}

int serve_messages(int argc, char **argv, bool framed) {
    server_count = (size_t)program_number(argc, argv, "--threads", 1);
    if (server_count < 1 || server_count > MOST_LOOPS) {
        net_fail("--threads is 1 to 8", 0);
    }
    uint16_t port = 0;
    for (size_t i = 0; i < server_count; i++) {
        open_server(&servers[i], port, framed, program_number(argc, argv, "--spoil", -1));
        port = net_port(servers[i].listening.fd);
    }
    ev_io order;
    ev_io_init(&order, on_order, STDIN_FILENO, EV_READ);
    ev_io_start(servers[0].loop, &order);
    servers[0].tally.heap_before = program_heap();
    for (size_t i = 1; i < server_count; i++) {
        if (pthread_create(&servers[i].thread, NULL, run, &servers[i]) != 0) {
            net_fail("pthread_create", 0);
        }
    }
    program_ready(port);
    run(&servers[0]);
    for (size_t i = 1; i < server_count; i++) {
        pthread_join(servers[i].thread, NULL);
    }
    program_tally all = sum();
    return program_finish(&all);
}
