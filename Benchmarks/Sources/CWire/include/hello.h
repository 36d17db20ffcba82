/* The hello test of the fixture job: the client says "Hello, server!", the server checks it and
 * answers "Hello, client!", the client checks that and closes. */
#ifndef BENCH_HELLO_H
#define BENCH_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HELLO_QUESTION "Hello, server!"
#define HELLO_ANSWER "Hello, client!"

enum {
    HELLO_BYTES = sizeof HELLO_QUESTION - 1
};

/* One hello test, `context` made by the caller. Returns whether all was right. */
typedef bool (*hello_fn)(void *context);

/* The client's side, blocking: dial, ask, check the answer, close. */
bool hello_ask(uint16_t port);

/* Runs --count tests, --at-once of them on threads of their own, after some as a warm-up; writes
 * the
 * --latencies and prints the job's line of JSON. Returns the process's exit code. */
int hello_run(int argc, char **argv, hello_fn test, void *context);

#endif
