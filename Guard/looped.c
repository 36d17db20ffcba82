/* Both sides of real connections, played by the loop thread. The main thread sleeps meanwhile: one
 * thread alone takes the same steps each time. */
#include <semaphore.h>

#include "endpoints.h"
#include "evl_loop.h"
#include "operations.h"

static void converse(manner manner, uint32_t connections, uint64_t rounds) {
    endpoint_ends server, client;
    evl_program *served = make_rounds(manner, false, rounds, true);
    evl_program *asked = make_rounds(manner, true, rounds, true);
    open_server(&server, served, connections, 0, false);
    open_client(&client, asked, connections, &server.address);
    await_notice(&client);
    await_notice(&server);
    require(client.completed == connections && server.completed == connections, "a conversation");
}

void make_round_trips(uint32_t count) {
    converse(RAW, 1, count);
}

void make_framed_round_trips(uint32_t count) {
    converse(FRAMED, 1, count);
}

void make_connections(uint32_t count) {
    converse(RAW, count, 1);
}

/* --- enqueueing --- */

enum {
    BURST = 64
};

static void let_go(void *context) {
    sem_post(context);
}

/* As Swift does: the steps of a burst become one program, which the loop fetches. */
void enqueue_steps(uint32_t count) {
    static sem_t done;
    sem_init(&done, 0, 0);
    evl_step burst[BURST];
    for (int i = 0; i < BURST; i++)
        burst[i] =
            (evl_step){.kind = EVL_STEP_EXPECT_BYTES, .bytes = (const uint8_t *)"x", .length = 1};
    endpoint_ends server;
    open_server(&server, NULL, 0, 0, false);
    for (uint32_t i = 0; i < count; i += BURST) {
        evl_program *program = NULL;
        require(evl_program_create(burst, BURST, i, &program) == EVL_OK, "a program");
        fetch_steps(&server, program);
    }
    /* The last was fetched, but perhaps not appended yet. */
    require(evl_loop_post(let_go, &done) == EVL_OK, "waiting for the loop");
    sem_wait(&done);
}
