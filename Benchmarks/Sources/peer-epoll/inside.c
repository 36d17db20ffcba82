/* The limit of many connections inside one process: one thread that opens them all, asks on each
 * and answers on each, and keeps them open. Prints what it took. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "peer.h"
#include "program.h"
#include "wire.h"

enum {
    EVENTS = 256,
    IN_FLIGHT = 64, /* connections that wait for their answer at one time */
    PATIENCE_MS = 10000,
};

typedef enum role {
    LISTENER,
    SERVER,
    CLIENT,
} role;

/* The same size as the other peers' connection, so that the memory can be compared. */
typedef struct end {
    int fd;
    role role;
    wire_partial partial;
} end;

typedef struct inside {
    int epoll;
    end listener;
    end **all;
    size_t ends, wanted, dialled, answered, failures;
    wire_reader reader;
    uint8_t message[WIRE_PAYLOAD];
    struct sockaddr_in address;
} inside;

static end *add(inside *inside, int fd, role role) {
    end *end = calloc(1, sizeof *end);
    if (end == NULL) {
        abort();
    }
    end->fd = fd;
    end->role = role;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = end};
    if (epoll_ctl(inside->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        net_fail("epoll_ctl", errno);
    }
    inside->all[inside->ends++] = end;
    return end;
}

static void dial(inside *inside) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&inside->address, sizeof inside->address) < 0) {
        net_fail("connect", errno);
    }
    net_no_delay(fd);
    inside->dialled++;
    add(inside, fd, CLIENT);
    inside->failures += !net_send_all(fd, inside->message, sizeof inside->message);
}

static void handle(inside *inside, end *end) {
    if (end->role == LISTENER) {
        for (int fd = net_accept(end->fd); fd >= 0; fd = net_accept(end->fd)) {
            add(inside, fd, SERVER);
        }
        return;
    }
    uint8_t *room = wire_reader_room(&inside->reader, &end->partial);
    ssize_t count = recv(end->fd, room, WIRE_READ, MSG_DONTWAIT);
    long whole = count > 0 ? wire_reader_take(&inside->reader, &end->partial, (size_t)count) : -1;
    if (whole < 0) {
        net_fail("a connection ended, or brought a wrong byte", 0);
    }
    if (whole > 0 && end->role == SERVER) {
        inside->failures += !net_send_all(end->fd, inside->message, sizeof inside->message);
    } else if (whole > 0) {
        inside->answered++;
    }
}

static void run(inside *inside) {
    struct epoll_event events[EVENTS];
    while (inside->answered < inside->wanted) {
        while (inside->dialled < inside->wanted && inside->dialled - inside->answered < IN_FLIGHT) {
            dial(inside);
        }
        int count = epoll_wait(inside->epoll, events, EVENTS, PATIENCE_MS);
        if (count <= 0 && errno != EINTR) {
            net_fail("epoll_wait", count < 0 ? errno : ETIMEDOUT);
        }
        for (int i = 0; i < count; i++) {
            handle(inside, events[i].data.ptr);
        }
    }
}

int open_inside(int argc, char **argv) {
    static inside inside;
    inside.wanted = (size_t)program_number(argc, argv, "--connections", 9900);
    inside.all = calloc(2 * inside.wanted + 1, sizeof *inside.all);
    wire_reader_begin(&inside.reader, false);
    wire_payload(inside.message, sizeof inside.message);
    inside.epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = net_listen(0, false, NET_BACKLOG);
    inside.address = net_address(net_port(listener));
    add(&inside, listener, LISTENER);
    size_t heap = program_heap();
    uint64_t started = net_now_ns();
    run(&inside);
    double seconds = (double)(net_now_ns() - started) / 1e9;
    double each = (double)(program_heap() - heap) / (double)inside.wanted;
    for (size_t i = 0; i < inside.ends; i++) {
        close(inside.all[i]->fd);
        free(inside.all[i]);
    }
    free(inside.all);
    printf("{\"connections\":%zu,\"seconds\":%.6f,\"failures\":%zu,\"user_bytes\":%.1f}\n",
           inside.answered, seconds, inside.failures, each);
    return inside.failures > 0;
}
