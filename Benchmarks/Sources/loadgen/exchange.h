/* A short conversation on a connection of its own: connect, send a message, receive one. */
#ifndef LOADGEN_EXCHANGE_H
#define LOADGEN_EXCHANGE_H

#include "load.h"
#include "wire.h"

/* What goes out and must come back. */
typedef struct exchange_bytes {
    uint8_t request[WIRE_PAYLOAD];
    uint8_t reply[WIRE_PAYLOAD];
    struct sockaddr_in address;
} exchange_bytes;

exchange_bytes exchange_prepare(const load *load);

/* Connects the `index`th connection, from the source address whose turn it is, and sends the
 * message. Blocking, which costs no time on loopback as long as the peer's backlog has room. */
int exchange_begin(const load *load, const exchange_bytes *bytes, size_t index);

/* Runs `count` exchanges, at most `at_once` unanswered at a time; each gets its latency. Closes a
 * connection with its reply when `fds` is NULL, and leaves them there otherwise. */
void exchange_many(const load *load, size_t count, size_t at_once, uint32_t *latencies, int *fds);

#endif
