/* The fixture that one would write in C with libev: servers live on a loop thread, tests on
 * another.
 *
 * 1. The test's thread binds and listens, and hands the server over: fire and forget.
 * 2. The loop's thread accepts, compares, answers, sees the client's end.
 * 3. The test's thread asks for the verdict, which the loop gives once the client has gone, and has
 * closed everything.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hello.h"
#include "net.h"
#include "peer.h"
#include "program.h"

typedef struct host host;

typedef struct fixture {
    ev_io listening;
    ev_io client;
    host *host;
    struct fixture *next; /* in the host's list of those to look at */
    bool begun;           /* the loop knows it */
    bool answered, gone, awaited;
    sem_t verdict;
} fixture;

/* A loop on a thread of its own. */
struct host {
    struct ev_loop *loop;
    ev_async woken;
    pthread_mutex_t lock;
    fixture *first, *last;
    bool ending;
    pthread_t thread;
};

static void post(host *host, fixture *fixture) {
    fixture->next = NULL;
    pthread_mutex_lock(&host->lock);
    if (host->first == NULL) {
        host->first = fixture;
    } else {
        host->last->next = fixture;
    }
    host->last = fixture;
    pthread_mutex_unlock(&host->lock);
    ev_async_send(host->loop, &host->woken);
}

/* --- on the loop's thread --- */

static void give_verdict(struct ev_loop *loop, fixture *fixture) {
    ev_io_stop(loop, &fixture->listening);
    close(fixture->listening.fd);
    sem_post(&fixture->verdict);
}

static void on_client(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    fixture *fixture = io->data;
    char question[HELLO_BYTES];
    ssize_t count = recv(io->fd, question, sizeof question, 0);
    if (count < 0 && errno == EAGAIN) {
        return;
    }
    if (count == HELLO_BYTES && memcmp(question, HELLO_QUESTION, HELLO_BYTES) == 0) {
        fixture->answered = send(io->fd, HELLO_ANSWER, HELLO_BYTES, MSG_NOSIGNAL) == HELLO_BYTES;
        return;
    }
    fixture->gone = count == 0;
    ev_io_stop(loop, io);
    close(io->fd);
    if (fixture->awaited) {
        give_verdict(loop, fixture);
    }
}

static void on_listening(struct ev_loop *loop, ev_io *io, int events) {
    (void)events;
    fixture *fixture = io->data;
    int fd = net_accept(io->fd);
    if (fd >= 0) {
        ev_io_init(&fixture->client, on_client, fd, EV_READ);
        fixture->client.data = fixture;
        ev_io_start(loop, &fixture->client);
    }
}

static void look_at(struct ev_loop *loop, fixture *fixture) {
    if (!fixture->begun) {
        fixture->begun = true;
        ev_io_start(loop, &fixture->listening);
        return;
    }
    fixture->awaited = true;
    if (fixture->gone) {
        give_verdict(loop, fixture);
    }
}

static void on_woken(struct ev_loop *loop, ev_async *async, int events) {
    (void)events;
    host *host = async->data;
    pthread_mutex_lock(&host->lock);
    fixture *next = host->first;
    host->first = NULL;
    bool ending = host->ending;
    pthread_mutex_unlock(&host->lock);
    while (next != NULL) {
        fixture *this = next;
        next = this->next; /* a fixture may be gone, or posted again, once it was looked at */
        look_at(loop, this);
    }
    if (ending) {
        ev_break(loop, EVBREAK_ALL);
    }
}

static void *run(void *argument) {
    ev_run(((host *)argument)->loop, 0);
    return NULL;
}

/* --- on a test's thread --- */

static host *start_host(void) {
    host *host = calloc(1, sizeof *host);
    host->loop = make_loop();
    pthread_mutex_init(&host->lock, NULL);
    ev_async_init(&host->woken, on_woken);
    host->woken.data = host;
    ev_async_start(host->loop, &host->woken);
    if (pthread_create(&host->thread, NULL, run, host) != 0) {
        net_fail("pthread_create", 0);
    }
    return host;
}

static void stop_host(host *host) {
    pthread_mutex_lock(&host->lock);
    host->ending = true;
    pthread_mutex_unlock(&host->lock);
    ev_async_send(host->loop, &host->woken);
    pthread_join(host->thread, NULL);
    ev_loop_destroy(host->loop);
    pthread_mutex_destroy(&host->lock);
    free(host);
}

static fixture *open_fixture(host *host) {
    fixture *fixture = calloc(1, sizeof *fixture);
    fixture->host = host;
    sem_init(&fixture->verdict, 0, 0);
    ev_io_init(&fixture->listening, on_listening, net_listen(0, false, NET_BACKLOG), EV_READ);
    fixture->listening.data = fixture;
    post(host, fixture);
    return fixture;
}

static bool verify(fixture *fixture) {
    post(fixture->host, fixture);
    while (sem_wait(&fixture->verdict) < 0) {
    }
    bool well = fixture->answered && fixture->gone;
    sem_destroy(&fixture->verdict);
    free(fixture);
    return well;
}

static bool test_shared(void *context) {
    fixture *fixture = open_fixture(context);
    bool asked = hello_ask(net_port(fixture->listening.fd));
    return verify(fixture) && asked;
}

static bool test_alone(void *context) {
    (void)context;
    host *host = start_host();
    bool well = test_shared(host);
    stop_host(host);
    return well;
}

int run_fixture(int argc, char **argv) {
    if (program_number(argc, argv, "--own-loop", 0) != 0) {
        return hello_run(argc, argv, test_alone, NULL);
    }
    host *host = start_host();
    int code = hello_run(argc, argv, test_shared, host);
    stop_host(host);
    return code;
}

int open_idle_servers(int argc, char **argv) {
    size_t count = (size_t)program_number(argc, argv, "--count", 2000);
    host *host = start_host();
    fixture **all = calloc(count, sizeof *all);
    size_t failures = !test_shared(host); /* warm-up */
    size_t before = program_heap();
    for (size_t i = 0; i < count; i++) {
        all[i] = open_fixture(host);
    }
    failures += !test_shared(host); /* by then the loop has seen those before it */
    double each = (double)(program_heap() - before) / (double)count;
    for (size_t i = 0; i < count; i++) {
        failures += !hello_ask(net_port(all[i]->listening.fd)) || !verify(all[i]);
    }
    free(all);
    stop_host(host);
    printf("{\"count\":%zu,\"user_bytes\":%.1f,\"failures\":%zu}\n", count, each, failures);
    return failures > 0;
}
