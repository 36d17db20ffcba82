/* Messages in, messages out: one read per wake-up, the messages compared where they lie, one write
 * for all replies.
 *
 * Every reply is the same, so a connection's replies are an endless repetition of one message: what
 * has yet to be written is a count of bytes and a place in that repetition. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "peer.h"
#include "program.h"
#include "wire.h"

enum {
    EVENTS = 256,
    DRAIN_MS = 5000, /* how long the clients may take to close once standard input has ended */
};

typedef struct guest {
    int fd;
    bool stuck;    /* waits until it can write; does not read meanwhile */
    uint32_t owed; /* bytes of replies that have yet to be written */
    uint32_t done; /* bytes of replies written, within the repetition */
    wire_partial partial;
} guest;

typedef struct server {
    int epoll;
    int listener;
    size_t repeated; /* bytes in `replies` */
    uint8_t *replies;
    wire_reader reader;
    program_tally tally;
    bool ended;
} server;

static void watch(server *server, int operation, int fd, uint32_t events, void *with) {
    struct epoll_event event = {.events = events, .data.ptr = with};
    if (epoll_ctl(server->epoll, operation, fd, &event) < 0) {
        net_fail("epoll_ctl", errno);
    }
}

static void accept_all(server *server) {
    for (;;) {
        int fd = net_accept(server->listener);
        if (fd < 0) {
            return;
        }
        guest *guest = calloc(1, sizeof *guest);
        if (guest == NULL) {
            abort();
        }
        guest->fd = fd;
        server->tally.connections++;
        server->tally.open++;
        watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, guest);
    }
}

static void end_guest(server *server, guest *guest, bool well) {
    server->tally.failures += !well;
    server->tally.open--;
    close(guest->fd);
    free(guest);
}

/* Returns false when the connection is gone. */
static bool write_replies(server *server, guest *guest) {
    while (guest->owed > 0) {
        size_t count = server->repeated - guest->done;
        if (count > guest->owed) {
            count = guest->owed;
        }
        ssize_t sent = send(guest->fd, server->replies + guest->done, count, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EAGAIN) {
                break;
            }
            end_guest(server, guest, false);
            return false;
        }
        guest->owed -= (uint32_t)sent;
        guest->done = (uint32_t)((guest->done + (size_t)sent) % server->repeated);
    }
    if (guest->stuck != (guest->owed > 0)) {
        guest->stuck = guest->owed > 0;
        watch(server, EPOLL_CTL_MOD, guest->fd, guest->stuck ? EPOLLOUT : EPOLLIN, guest);
    }
    return true;
}

static void read_messages(server *server, guest *guest) {
    uint8_t *room = wire_reader_room(&server->reader, &guest->partial);
    ssize_t count = recv(guest->fd, room, WIRE_READ, 0);
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

static void obey(server *server) {
    switch (program_read_order()) {
    case PROGRAM_NOTHING:
        break;
    case PROGRAM_IDLE:
        program_tell_memory(&server->tally);
        break;
    case PROGRAM_END:
        server->ended = true;
        watch(server, EPOLL_CTL_DEL, STDIN_FILENO, 0, NULL);
        break;
    }
}

static void handle(server *server, const struct epoll_event *event) {
    if (event->data.ptr == &server->listener) {
        accept_all(server);
    } else if (event->data.ptr == &server->ended) {
        obey(server);
    } else if (((guest *)event->data.ptr)->stuck) {
        write_replies(server, event->data.ptr);
    } else {
        read_messages(server, event->data.ptr);
    }
}

static void run(server *server) {
    struct epoll_event events[EVENTS];
    while (!server->ended || server->tally.open > 0) {
        int count = epoll_wait(server->epoll, events, EVENTS, server->ended ? DRAIN_MS : -1);
        if (count < 0 && errno != EINTR) {
            net_fail("epoll_wait", errno);
        }
        if (count == 0) { /* clients that stay although they were to close */
            server->tally.failures += server->tally.open;
            return;
        }
        for (int i = 0; i < count; i++) {
            handle(server, &events[i]);
        }
    }
}

int serve_messages(int argc, char **argv, bool framed) {
    static server server; /* static, because the reader's buffer is large */
    wire_reader_begin(&server.reader, framed);
    server.replies = wire_repeat(framed, program_number(argc, argv, "--spoil", -1));
    server.repeated = WIRE_AT_ONCE * server.reader.message;
    server.listener = net_listen(0, false, NET_BACKLOG);
    server.epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(&server, EPOLL_CTL_ADD, server.listener, EPOLLIN, &server.listener);
    watch(&server, EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &server.ended);
    program_ready(net_port(server.listener));
    server.tally.heap_before = program_heap();
    run(&server);
    return program_finish(&server.tally);
}
