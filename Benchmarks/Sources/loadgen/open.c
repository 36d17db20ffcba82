/* Many connections, one exchange on each, all left open until standard input says that they have
 * been looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exchange.h"
#include "load.h"
#include "net.h"
#include "program.h"

enum {
    IN_FLIGHT = 64
};

int run_open(const load *load) {
    size_t count = load->connections;
    uint32_t *latencies = calloc(count, sizeof *latencies);
    int *fds = calloc(count, sizeof *fds);
    uint64_t started = net_now_ns();
    exchange_many(load, count, IN_FLIGHT, latencies, fds);
    double seconds = (double)(net_now_ns() - started) / 1e9;
    program_write_latencies(load->argc, load->argv, latencies, count);
    printf("{\"count\":%zu,\"seconds\":%.6f,\"per_s\":%.1f}\n", count, seconds,
           (double)count / seconds);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) < 0) {
    }
    for (size_t i = 0; i < count; i++) {
        close(fds[i]);
    }
    free(fds);
    free(latencies);
    return 0;
}
