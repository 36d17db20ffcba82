/* Connect, exchange, close, one after the other or some at once. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "exchange.h"
#include "load.h"
#include "net.h"
#include "program.h"

/* One at a time needs no epoll. */
static void one_by_one(const load *load, size_t count, uint32_t *latencies) {
    exchange_bytes bytes = exchange_prepare(load);
    struct timeval patience = {.tv_sec = PATIENCE_S};
    uint64_t before = net_now_ns();
    for (size_t i = 0; i < count; i++) {
        uint8_t reply[WIRE_PAYLOAD];
        int fd = exchange_begin(load, &bytes, i);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (!net_receive_all(fd, reply, sizeof reply)) {
            load_lost("waiting for a reply");
        }
        load_check(reply, bytes.reply, sizeof reply);
        close(fd);
        uint64_t now = net_now_ns();
        latencies[i] = (uint32_t)(now - before);
        before = now;
    }
}

int run_churn(const load *load) {
    uint32_t *latencies = calloc(load->count, sizeof *latencies);
    uint64_t started = net_now_ns();
    if (load->connections == 1) {
        one_by_one(load, load->count, latencies);
    } else {
        exchange_many(load, load->count, load->connections, latencies, NULL);
    }
    double seconds = (double)(net_now_ns() - started) / 1e9;
    program_write_latencies(load->argc, load->argv, latencies, load->count);
    printf("{\"count\":%zu,\"seconds\":%.6f,\"per_s\":%.1f}\n", load->count, seconds,
           (double)load->count / seconds);
    free(latencies);
    return 0;
}
