#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "load.h"
#include "net.h"
#include "program.h"

int load_dial(const load *load) {
    int fd = net_dial(load->port);
    struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

_Noreturn void load_lost(const char *when) {
    int error = errno;
    char text[160];
    if (error == EAGAIN || error == ETIMEDOUT) {
        snprintf(text, sizeof text, "%s: the peer did nothing for %d s", when, PATIENCE_S);
        net_fail(text, 0);
    }
    if (error == 0) {
        snprintf(text, sizeof text, "%s: the peer closed the connection", when);
        net_fail(text, 0);
    }
    net_fail(when, error);
}

_Noreturn void load_wrong(const uint8_t *got, const uint8_t *wanted, size_t count) {
    size_t i = 0;
    while (i + 1 < count && got[i] == wanted[i]) {
        i++;
    }
    char text[160];
    snprintf(text, sizeof text, "wrong byte: byte %zu of %zu is 0x%02x, not 0x%02x", i, count,
             got[i], wanted[i]);
    net_fail(text, 0);
}

void load_check(const uint8_t *got, const uint8_t *wanted, size_t count) {
    if (memcmp(got, wanted, count) != 0) {
        load_wrong(got, wanted, count);
    }
}

static void parse_sources(load *load, const char *list) {
    char *copy = strdup(list);
    for (char *next = strtok(copy, ","); next != NULL; next = strtok(NULL, ",")) {
        if (load->source_count == MOST_SOURCES ||
            inet_pton(AF_INET, next, &load->sources[load->source_count]) != 1) {
            net_fail("--sources: up to 64 IPv4 addresses, separated by commas", 0);
        }
        load->source_count++;
    }
    free(copy);
}

static load parse(int argc, char **argv) {
    load load = {.argc = argc, .argv = argv};
    load.port = (uint16_t)program_number(argc, argv, "--port", 0);
    load.connections = (size_t)program_number(argc, argv, "--connections", 1);
    load.count = (size_t)program_number(argc, argv, "--count", 10000);
    load.frames = (size_t)program_number(argc, argv, "--frames", 32);
    load.bytes = (uint64_t)program_number(argc, argv, "--bytes", 1 << 30);
    load.spoiled = program_number(argc, argv, "--spoil", -1);
    parse_sources(&load, program_text(argc, argv, "--sources", ""));
    if (load.port == 0 || load.connections == 0 || load.count == 0 || load.frames == 0) {
        net_fail("usage: loadgen JOB --port N [--connections N] [--count N] [--frames N] "
                 "[--bytes N] [--sources A,B] [--latencies FILE] [--spoil BYTE]",
                 0);
    }
    return load;
}

int main(int argc, char **argv) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody reads what it finds any more */
    net_raise_descriptors();
    load load = parse(argc, argv);
    const char *job = argv[1];
    if (strcmp(job, "roundtrip") == 0 || strcmp(job, "framed") == 0) {
        return run_round_trips(&load, strcmp(job, "framed") == 0);
    }
    if (strcmp(job, "pipelined") == 0) {
        return run_pipelined(&load);
    }
    if (strcmp(job, "stream") == 0) {
        return run_stream(&load);
    }
    if (strcmp(job, "churn") == 0) {
        return run_churn(&load);
    }
    if (strcmp(job, "open") == 0) {
        return run_open(&load);
    }
    program_unsupported();
}
