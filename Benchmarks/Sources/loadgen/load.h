/* The load generator's jobs: one client program for every peer, so that the client is not what
 * differs. Each checks every byte it receives, prints one line of JSON and returns the process's
 * exit code. */
#ifndef LOADGEN_LOAD_H
#define LOADGEN_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MOST_SOURCES = 64,
    PATIENCE_S = 15, /* a peer that says nothing for so long has failed */
};

typedef struct load {
    int argc;
    char **argv;
    uint16_t port;
    size_t connections;
    size_t count;  /* round trips, frames or exchanges in all */
    size_t frames; /* written at once to a connection */
    uint64_t bytes;
    long spoiled; /* a byte of what is sent that is wrong, or -1 */
    struct in_addr sources[MOST_SOURCES];
    size_t source_count;
} load;

int run_round_trips(const load *load, bool framed);
int run_pipelined(const load *load);
int run_stream(const load *load);
int run_churn(const load *load);
int run_open(const load *load);

/* A connection to the peer, blocking with PATIENCE_S as the limit of each call. */
int load_dial(const load *load);

/* Ends the program: what went wrong on the connection, by errno (0: the peer closed it). */
_Noreturn void load_lost(const char *when);

/* Ends the program: the first wrong byte of what was received. */
_Noreturn void load_wrong(const uint8_t *got, const uint8_t *wanted, size_t count);

/* Ends the program when `got` is not `wanted`. */
void load_check(const uint8_t *got, const uint8_t *wanted, size_t count);

#endif
