/* The hot paths: each is done `count` times, and what that costs beyond starting up is its price.
 * One that goes wrong ends the program with a word of it. */
#ifndef GUARD_OPERATIONS_H
#define GUARD_OPERATIONS_H

#include <stdint.h>

typedef struct operation {
    const char *name;
    uint32_t count;
    void (*run)(uint32_t count);
} operation;

/* pure.c: the session alone, fed with 64 messages at a time */
void play_pairs(uint32_t count);  /* expect 64 bytes, send 64 bytes */
void play_frames(uint32_t count); /* expectFrame of 64 bytes, sendFrame of 64 bytes */
void play_pieces(uint32_t count); /* expectLine with a prefix, send a line */

/* looped.c: a server and a client on the loop thread, over a real loopback connection. The price is
 * that of both sides, without the kernel's, which callgrind does not count. */
void make_round_trips(uint32_t count);
void make_framed_round_trips(uint32_t count);
void make_connections(uint32_t count); /* connected, one round trip, closed */
void enqueue_steps(uint32_t count);    /* appended to a live server's script, 64 in a burst */

/* Ends the program when it is not so. */
void require(int is_so, const char *what);

#endif
