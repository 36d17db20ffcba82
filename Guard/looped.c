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

static void hold_loop(void *context) {
    sem_wait(context);
}

static void let_go(void *context) {
    sem_post(context);
}

/* The loop is held while steps are enqueued, so that they always come to it in one burst. */
void enqueue_steps(uint32_t count) {
    static sem_t held, done;
    sem_init(&held, 0, 0);
    sem_init(&done, 0, 0);
    endpoint_ends server;
    open_server(&server, NULL, 0, 0, false);
    require(evl_loop_post(hold_loop, &held) == EVL_OK, "holding the loop");
    for (uint32_t i = 0; i < count; i++) {
        evl_step step = {.kind = EVL_STEP_EXPECT_BYTES, .bytes = (const uint8_t *)"x", .length = 1};
        evl_program *program = NULL;
        require(evl_program_create(&step, 1, i, &program) == EVL_OK, "a program");
        require(evl_endpoint_enqueue(server.endpoint, program) == EVL_OK, "enqueueing");
        evl_program_release(program);
    }
    require(evl_loop_post(let_go, &done) == EVL_OK, "waiting for the loop");
    sem_post(&held);
    sem_wait(&done);
}
