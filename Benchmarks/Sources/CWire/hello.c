#include "hello.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "program.h"

enum {
    MOST_AT_ONCE = 64,
    WARM_UP = 50, /* tests on each thread: what is made lazily is made then */
};

typedef struct runner {
    hello_fn test;
    void *context;
    uint32_t *latencies;
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
    uint64_t before = net_now_ns();
    for (size_t i = 0; i < runner->count; i++) {
        runner->failures += !runner->test(runner->context);
        uint64_t now = net_now_ns();
        runner->latencies[i] = (uint32_t)(now - before);
        before = now;
    }
    return NULL;
}

/* Returns how many tests failed. Alone, a test runs here: a second thread would be one more to
 * switch from. */
static size_t run_all(runner *runners, size_t at_once) {
    pthread_t threads[MOST_AT_ONCE];
    if (at_once == 1) {
        run(&runners[0]);
        return runners[0].failures;
    }
    for (size_t i = 0; i < at_once; i++) {
        if (pthread_create(&threads[i], NULL, run, &runners[i]) != 0) {
            net_fail("pthread_create", 0);
        }
    }
    size_t failures = 0;
    for (size_t i = 0; i < at_once; i++) {
        pthread_join(threads[i], NULL);
        failures += runners[i].failures;
    }
    return failures;
}

int hello_run(int argc, char **argv, hello_fn test, void *context) {
    size_t count = (size_t)program_number(argc, argv, "--count", 2000);
    size_t at_once = (size_t)program_number(argc, argv, "--at-once", 1);
    if (at_once < 1 || at_once > MOST_AT_ONCE || count < at_once) {
        net_fail("--at-once is 1 to 64, and --count no less", 0);
    }
    size_t share = count / at_once;
    uint32_t *latencies = calloc(count, sizeof *latencies);
    uint32_t unused[WARM_UP * MOST_AT_ONCE];
    runner runners[MOST_AT_ONCE];
    for (size_t i = 0; i < at_once; i++) {
        runners[i] = (runner){test, context, unused + i * WARM_UP, WARM_UP, 0};
    }
    size_t failures = run_all(runners, at_once);
    for (size_t i = 0; i < at_once; i++) {
        runners[i] = (runner){test, context, latencies + i * share, share, 0};
    }
    uint64_t started = net_now_ns();
    failures += run_all(runners, at_once);
    size_t ran = at_once * share;
    double each = (double)(net_now_ns() - started) / (double)ran;
    program_write_latencies(argc, argv, latencies, ran);
    free(latencies);
    printf("{\"count\":%zu,\"at_once\":%zu,\"failures\":%zu,\"ns_per_op\":%.1f}\n", ran, at_once,
           failures, each);
    return failures > 0;
}
