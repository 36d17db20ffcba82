/* A tiny blocking client and a clock, for jobs where client and server share a process.
 *
 * It is C so that it costs the same beside every peer, and next to nothing. */
#ifndef CCLIENT_H
#define CCLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t cclient_now(void);

/* Connects to 127.0.0.1 with TCP_NODELAY. Returns the socket, or -1. No call on it waits longer
 * than 30 s. */
int cclient_connect(uint16_t port);

/* Sends all of `out`, then reads `expected_count` bytes and compares them. */
bool cclient_exchange(int fd, const void *out, size_t count, const void *expected,
                      size_t expected_count);

/* Reads `count` bytes, one with each read, and compares them; whether that is what came. Waits in
 * each read, or `spinning`: reads again and again. times[i]: nanoseconds until the i-th. */
bool cclient_slices(int fd, const void *expected, size_t count, bool spinning, uint32_t *times);

/* Waits for the other side to end: true when it does so, by a FIN or a reset, without another byte.
 */
bool cclient_await_end(int fd);

void cclient_close(int fd);

/* The client's half of the hello test: connect, "Hello, server!", "Hello, client!", close. */
bool cclient_hello(uint16_t port);

/* Bytes that malloc has given out in this process; 0 where the system does not say. */
size_t cclient_heap_in_use(void);

/* Bytes of this process that are in memory; 0 where the system does not say. */
size_t cclient_resident(void);

/* Raises the descriptor limit to all that this process may have. */
void cclient_raise_descriptor_limit(void);

#endif
