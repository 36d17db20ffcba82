/* Servers and clients of the core, opened and waited for. */
#ifndef GUARD_ENDPOINTS_H
#define GUARD_ENDPOINTS_H

#include <semaphore.h>

#include "evl_endpoint.h"
#include "scripts.h"

typedef struct endpoint_ends {
    evl_endpoint *endpoint;
    evl_address address;
    sem_t settled;
    uint32_t completed;
    evl_program *next; /* what a live server is given when it fetches; taken over */
    sem_t fetched;
} endpoint_ends;

/* `program` is taken over; so many connections play it. NULL: a live server. */
void open_server(endpoint_ends *ends, evl_program *program, uint32_t connections,
                 size_t record_bytes, bool counters_only);

void open_client(endpoint_ends *ends, evl_program *program, uint32_t connections,
                 const evl_address *address);

/* Until all its connections have ended. */
void await_notice(endpoint_ends *ends);

/* Has a live server fetch these steps, and waits until it does. `program` is taken over. */
void fetch_steps(endpoint_ends *ends, evl_program *program);

#endif
