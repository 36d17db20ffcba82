/* The jobs of this peer: bare epoll, which does what a job needs and nothing else. It is the limit
 * (L1) that the others are measured against. Each returns the process's exit code. */
#ifndef PEER_EPOLL_H
#define PEER_EPOLL_H

#include <stdbool.h>

/* Answers each right message with one, on any number of connections. */
int serve_messages(int argc, char **argv, bool framed);

/* Reads `--bytes` of payload, which it does not look at, then answers one byte. */
int serve_stream(int argc, char **argv);

/* `--count` hello tests on this one thread, nobody to wake. */
int run_fixture(int argc, char **argv);

/* Opens `--connections` and answers one message on each, both sides on this one thread. */
int open_inside(int argc, char **argv);

#endif
