/* One connection, one message out, one back; the time of each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"
#include "net.h"
#include "program.h"
#include "wire.h"

enum {
    WARM_UP = 1000
};

static void exchange(int fd, const uint8_t *request, const uint8_t *reply, size_t size) {
    uint8_t got[WIRE_FRAME];
    if (!net_send_all(fd, request, size)) {
        load_lost("sending a message");
    }
    if (!net_receive_all(fd, got, size)) {
        load_lost("waiting for a reply");
    }
    load_check(got, reply, size);
}

int run_round_trips(const load *load, bool framed) {
    size_t size = framed ? WIRE_FRAME : WIRE_PAYLOAD;
    uint8_t *request = wire_repeat(framed, load->spoiled);
    uint8_t *reply = wire_repeat(framed, -1);
    uint32_t *latencies = calloc(load->count, sizeof *latencies);
    int fd = load_dial(load);
    for (size_t i = 0; i < WARM_UP; i++) {
        exchange(fd, request, reply, size);
    }
    uint64_t started = net_now_ns();
    uint64_t before = started;
    for (size_t i = 0; i < load->count; i++) {
        exchange(fd, request, reply, size);
        uint64_t now = net_now_ns(); /* the end of one is the beginning of the next */
        latencies[i] = (uint32_t)(now - before);
        before = now;
    }
    double seconds = (double)(before - started) / 1e9;
    close(fd);
    program_write_latencies(load->argc, load->argv, latencies, load->count);
    printf("{\"count\":%zu,\"seconds\":%.6f,\"per_s\":%.1f}\n", load->count, seconds,
           (double)load->count / seconds);
    free(latencies);
    free(request);
    free(reply);
    return 0;
}
