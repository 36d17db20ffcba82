/* Many connections; to each a batch of frames in one write, then all its replies, then the next
 * batch. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"
#include "net.h"
#include "program.h"
#include "wire.h"

enum {
    EVENTS = 256
};

typedef struct lane {
    int fd;
    size_t left; /* batches to begin, this one left out */
    size_t got;  /* bytes of the replies to this batch */
    uint64_t began;
} lane;

typedef struct pipe_run {
    const load *load;
    size_t batch; /* bytes */
    uint8_t *request;
    uint8_t *reply;
    uint8_t *buffer;
    uint32_t *latencies;
    size_t done, batches; /* batches */
} pipe_run;

static void begin_batch(pipe_run *run, lane *lane) {
    lane->got = 0;
    lane->began = net_now_ns();
    /* Blocking: a batch is small, and there is nothing to read before it is out. */
    if (!net_send_all(lane->fd, run->request, run->batch)) {
        load_lost("sending a batch");
    }
}

/* Returns whether the lane has a batch under way still. */
static void read_replies(pipe_run *run, lane *lane) {
    ssize_t count = recv(lane->fd, run->buffer, run->batch - lane->got, MSG_DONTWAIT);
    if (count <= 0) {
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        errno = count == 0 ? 0 : errno;
        load_lost("waiting for a batch's replies");
    }
    load_check(run->buffer, run->reply + lane->got, (size_t)count);
    lane->got += (size_t)count;
    if (lane->got < run->batch) {
        return;
    }
    run->latencies[run->done++] = (uint32_t)(net_now_ns() - lane->began);
    if (lane->left > 0) {
        lane->left--;
        begin_batch(run, lane);
    }
}

static void pump(pipe_run *run, int epoll) {
    struct epoll_event events[EVENTS];
    while (run->done < run->batches) {
        int count = epoll_wait(epoll, events, EVENTS, PATIENCE_S * 1000);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            errno = count == 0 ? ETIMEDOUT : errno;
            load_lost("waiting for replies");
        }
        for (int i = 0; i < count; i++) {
            read_replies(run, events[i].data.ptr);
        }
    }
}

static void connect_lanes(const load *load, int epoll, lane *lanes, size_t batches_each) {
    for (size_t i = 0; i < load->connections; i++) {
        lanes[i].fd = load_dial(load);
        lanes[i].left = batches_each - 1;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &lanes[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, lanes[i].fd, &event) < 0) {
            net_fail("epoll_ctl", errno);
        }
    }
}

int run_pipelined(const load *load) {
    if (load->frames > WIRE_AT_ONCE) {
        net_fail("--frames is 1024 at most", 0);
    }
    size_t each = load->count / (load->connections * load->frames);
    each = each > 0 ? each : 1;
    pipe_run run = {.load = load, .batch = load->frames * WIRE_FRAME};
    run.batches = each * load->connections;
    run.request = wire_repeat(true, load->spoiled);
    run.reply = wire_repeat(true, -1);
    run.buffer = malloc(run.batch);
    run.latencies = calloc(run.batches, sizeof *run.latencies);
    lane *lanes = calloc(load->connections, sizeof *lanes);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    connect_lanes(load, epoll, lanes, each);
    uint64_t started = net_now_ns();
    for (size_t i = 0; i < load->connections; i++) {
        begin_batch(&run, &lanes[i]);
    }
    pump(&run, epoll);
    double seconds = (double)(net_now_ns() - started) / 1e9;
    for (size_t i = 0; i < load->connections; i++) {
        close(lanes[i].fd);
    }
    size_t frames = run.batches * load->frames;
    program_write_latencies(load->argc, load->argv, run.latencies, run.batches);
    printf("{\"count\":%zu,\"seconds\":%.6f,\"per_s\":%.1f}\n", frames, seconds,
           (double)frames / seconds);
    free(lanes);
    free(run.latencies);
    free(run.buffer);
    free(run.request);
    free(run.reply);
    return 0;
}
