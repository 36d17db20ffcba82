#include "exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

enum {
    EVENTS = 256
};

typedef struct slot {
    int fd;
    size_t index;
    size_t got;
    uint64_t began;
} slot;

typedef struct exchange_run {
    const load *load;
    exchange_bytes bytes;
    int epoll;
    size_t begun, done, count;
    uint32_t *latencies;
    int *fds;
} exchange_run;

exchange_bytes exchange_prepare(const load *load) {
    exchange_bytes bytes = {.address = net_address(load->port)};
    wire_payload(bytes.request, sizeof bytes.request);
    wire_payload(bytes.reply, sizeof bytes.reply);
    if (load->spoiled >= 0) {
        bytes.request[(size_t)load->spoiled % sizeof bytes.request] ^= 1;
    }
    return bytes;
}

static void bind_source(const load *load, int fd, size_t index) {
    /* The port is then chosen by connect(), which knows the whole address pair: see ip(7),
     * IP_BIND_ADDRESS_NO_PORT. */
    int on = 1;
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr = load->sources[index % load->source_count];
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&from, sizeof from) < 0) {
        load_lost("binding the source address");
    }
}

int exchange_begin(const load *load, const exchange_bytes *bytes, size_t index) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        load_lost("opening a socket");
    }
    if (load->source_count > 0) {
        bind_source(load, fd, index);
    }
    if (connect(fd, (const struct sockaddr *)&bytes->address, sizeof bytes->address) < 0) {
        load_lost("connecting");
    }
    /* One message needs no TCP_NODELAY, and each call here is the client's share of the
     * measurement. */
    if (!net_send_all(fd, bytes->request, sizeof bytes->request)) {
        load_lost("sending the message");
    }
    return fd;
}

static void begin(exchange_run *run, slot *slot) {
    slot->began = net_now_ns();
    slot->index = run->begun++;
    slot->got = 0;
    slot->fd = exchange_begin(run->load, &run->bytes, slot->index);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = slot};
    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, slot->fd, &event) < 0) {
        net_fail("epoll_ctl", errno);
    }
}

static void finish(exchange_run *run, slot *slot) {
    run->latencies[slot->index] = (uint32_t)(net_now_ns() - slot->began);
    run->done++;
    if (run->fds == NULL) {
        close(slot->fd);
    } else {
        run->fds[slot->index] = slot->fd;
        /* It stays open, and would wake us with the peer's end of the stream. */
        epoll_ctl(run->epoll, EPOLL_CTL_DEL, slot->fd, NULL);
    }
    if (run->begun < run->count) {
        begin(run, slot);
    }
}

static void read_reply(exchange_run *run, slot *slot) {
    uint8_t reply[WIRE_PAYLOAD + 1]; /* one more, to see a byte too many */
    size_t room = sizeof reply - slot->got;
    ssize_t count = recv(slot->fd, reply, room, MSG_DONTWAIT);
    if (count <= 0) {
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        errno = count == 0 ? 0 : errno;
        load_lost("waiting for a reply");
    }
    if ((size_t)count == room) {
        net_fail("the reply has more bytes than it must", 0);
    }
    load_check(reply, run->bytes.reply + slot->got, (size_t)count);
    slot->got += (size_t)count;
    if (slot->got == WIRE_PAYLOAD) {
        finish(run, slot);
    }
}

static void pump(exchange_run *run) {
    struct epoll_event events[EVENTS];
    while (run->done < run->count) {
        int count = epoll_wait(run->epoll, events, EVENTS, PATIENCE_S * 1000);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            errno = count == 0 ? ETIMEDOUT : errno;
            load_lost("waiting for replies");
        }
        for (int i = 0; i < count; i++) {
            read_reply(run, events[i].data.ptr);
        }
    }
}

void exchange_many(const load *load, size_t count, size_t at_once, uint32_t *latencies, int *fds) {
    exchange_run run = {.load = load, .bytes = exchange_prepare(load), .count = count};
    run.latencies = latencies;
    run.fds = fds;
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    at_once = at_once < count ? at_once : count;
    slot *slots = calloc(at_once, sizeof *slots);
    for (size_t i = 0; i < at_once; i++) {
        begin(&run, &slots[i]);
    }
    pump(&run);
    free(slots);
    close(run.epoll);
}
