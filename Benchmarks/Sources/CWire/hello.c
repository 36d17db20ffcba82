#include "hello.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "program.h"

enum {
    MOST_AT_ONCE = 64
};

typedef struct runner {
    hello_fn test;
    void *context;
    uint32_t *latencies;
    size_t warm_up;
    size_t count;
    size_t failures;
} runner;

bool hello_ask(uint16_t port) {
    char answer[HELLO_BYTES];
    int fd = net_dial(port);
    bool well = net_send_all(fd, HELLO_QUESTION, HELLO_BYTES) &&
                net_receive_all(fd, answer, HELLO_BYTES) &&
                memcmp(answer, HELLO_ANSWER, HELLO_BYTES) == 0;
    close(fd);
    return well;
}

static void *run(void *argument) {
    runner *runner = argument;
    for (size_t i = 0; i < runner->warm_up; i++) {
        runner->failures += !runner->test(runner->context);
    }
    uint64_t before = net_now_ns();
    for (size_t i = 0; i < runner->count; i++) {
        runner->failures += !runner->test(runner->context);
        uint64_t now = net_now_ns();
        runner->latencies[i] = (uint32_t)(now - before);
        before = now;
    }
    return NULL;
}

int hello_run(int argc, char **argv, hello_fn test, void *context) {
    size_t count = (size_t)program_number(argc, argv, "--count", 20000);
    size_t at_once = (size_t)program_number(argc, argv, "--at-once", 1);
    if (at_once < 1 || at_once > MOST_AT_ONCE || count < at_once) {
        net_fail("--at-once is 1 to 64, and --count no less", 0);
    }
    size_t share = count / at_once;
    uint32_t *latencies = calloc(count, sizeof *latencies);
    runner runners[MOST_AT_ONCE];
    pthread_t threads[MOST_AT_ONCE];
    uint64_t started = net_now_ns();
    for (size_t i = 0; i < at_once; i++) {
        runners[i] = (runner){test, context, latencies + i * share, share / 10, share, 0};
        /* Alone it runs here: a second thread would be one more to switch from. */
        if (at_once > 1 && pthread_create(&threads[i], NULL, run, &runners[i]) != 0) {
            net_fail("pthread_create", 0);
        }
    }
    size_t failures = 0;
    for (size_t i = 0; i < at_once; i++) {
        if (at_once > 1) {
            pthread_join(threads[i], NULL);
        } else {
            run(&runners[i]);
        }
        failures += runners[i].failures;
    }
    double seconds = (double)(net_now_ns() - started) / 1e9;
    size_t ran = at_once * share;
    program_write_latencies(argc, argv, latencies, ran);
    free(latencies);
    printf("{\"count\":%zu,\"seconds\":%.6f,\"us_each\":%.3f,\"failures\":%zu}\n", ran, seconds,
           seconds * 1e6 / (double)(ran + at_once * (share / 10)), failures);
    return failures > 0;
}
