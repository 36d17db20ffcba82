/* Dialling: makes as many connections at a time as may be, until all have been made.
 *
 * Happy path: dial -> (under way ->)? connected -> admitted, and as one ends the next is dialled.
 * Refused: somebody may be about to listen, so one attempt after the other knocks for all, after
 * ever longer pauses, until the connect limit has passed since the first refusal. No answer within
 * the limit, and every other error, end it: what no attempt got through to none will. Out of
 * descriptors or local ports: it waits for a connection to end, or knocks as when refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

enum {
    DIALS_AT_ONCE = 64 /* in one turn of the loop: a server on this very loop has to accept them */
};
#define FIRST_BACK_OFF_NS 1000000u /* 1 ms */
#define LAST_BACK_OFF_NS 20000000u /* 20 ms */
#define PAUSE_NS 10000000u         /* 10 ms, when the process has no descriptor left */

typedef struct dial_attempt {
    socket_dial_result result;
    int fd; /* -1: none */
    int error;
    bool was_reset;
    uint64_t began_ns;
} dial_attempt;

static void knock(evl_endpoint *endpoint);
static void decide(evl_endpoint *endpoint, const dial_attempt *attempt);
static void aim(evl_endpoint *endpoint);

static evl_status copy_sources(evl_endpoint *endpoint, const evl_address *sources) {
    uint32_t count = endpoint->config.source_count;
    if (count == 0)
        return EVL_OK;
    for (uint32_t i = 0; i < count; i++) {
        evl_status status = socket_check_address(&sources[i]);
        if (status != EVL_OK)
            return status;
    }
    endpoint->sources = calloc(count, sizeof *sources);
    if (endpoint->sources == NULL)
        return EVL_NO_MEMORY;
    memcpy(endpoint->sources, sources, count * sizeof *sources);
    return EVL_OK;
}

evl_status dial_prepare(evl_endpoint *endpoint, const evl_address *sources) {
    const evl_endpoint_config *config = &endpoint->config;
    evl_status status = socket_check_address(&config->address);
    if (status == EVL_OK)
        status = copy_sources(endpoint, sources);
    endpoint->address = config->address;
    if (status == EVL_OK)
        endpoint_note_address(endpoint);
    return status;
}

/* --- when --- */

static bool may_dial(const evl_endpoint *endpoint) {
    const evl_endpoint_config *config = &endpoint->config;
    if (!config->dials || endpoint->finished || endpoint->stopped ||
        alarm_is_set(&endpoint->retry) || endpoint_is_given_up(endpoint))
        return false;
    if (endpoint->refused_since_ns != 0 && endpoint->dialling > 0)
        return false; /* one knocks for all */
    uint32_t at_once = config->every ? config->at_once : 1;
    return endpoint->scripted + endpoint->dialling < endpoint_required(endpoint) &&
           endpoint->active + endpoint->dialling < at_once;
}

static void dial_again_at(evl_endpoint *endpoint, uint64_t at_ns) {
    loop_alarm_set(endpoint->host.loop, &endpoint->retry, at_ns);
}

/* Makes as many connections as may be made now; the rest when one ends, or later. */
void dial_more(evl_endpoint *endpoint) {
    for (int i = 0; may_dial(endpoint); i++) {
        if (i == DIALS_AT_ONCE)
            dial_again_at(endpoint, loop_stamp(endpoint->host.loop));
        else
            knock(endpoint);
    }
}

void dial_retry(evl_alarm *alarm) {
    endpoint_review((evl_endpoint *)(void *)((char *)alarm - offsetof(evl_endpoint, retry)));
}

/* The limit of a written expectConnect, else the client's. */
static uint64_t connect_limit(const evl_endpoint *endpoint) {
    const evl_program *next = endpoint_is_live(endpoint) ? endpoint->unclaimed
                              : endpoint->config.every   ? endpoint->programs[0]
                                                         : endpoint->programs[endpoint->scripted];
    const evl_step *first = next != NULL && next->count > 0 ? &next->steps[0] : NULL;
    bool is_written = first != NULL && first->kind == EVL_STEP_EXPECT_CONNECT &&
                      first->limit_ns != EVL_LIMIT_DEFAULT;
    return is_written ? first->limit_ns : endpoint->config.connect_ns;
}

/* --- one attempt --- */

/* The n-th connection has the n-th source, and round again; NULL: the kernel chooses. It keeps it
 * while it is refused, for then it is still the n-th. */
static const evl_address *next_source(const evl_endpoint *endpoint) {
    uint32_t count = endpoint->config.source_count;
    uint32_t begun = endpoint->scripted + endpoint->dialling;
    return count == 0 ? NULL : &endpoint->sources[begun % count];
}

static void knock(evl_endpoint *endpoint) {
    const evl_endpoint_config *config = &endpoint->config;
    dial_attempt attempt = {.fd = -1, .began_ns = loop_stamp(endpoint->host.loop)};
    endpoint->attempts++;
    attempt.result = socket_dial(&config->address, next_source(endpoint), config->receive_buffer,
                                 &attempt.fd, &attempt.error);
    /* Within one host it is decided by now: most need no watcher. */
    if (attempt.result == SOCKET_DIALLING)
        attempt.result = socket_dial_outcome(attempt.fd, &attempt.error, &attempt.was_reset);
    decide(endpoint, &attempt);
}

static void give_up(evl_endpoint *endpoint, uint64_t tried_ns, int error) {
    endpoint->unreached = endpoint->scripted;
    endpoint->unreached_ns = tried_ns;
    endpoint->connect_error = error;
    endpoint->failed = true;
    dial_drop_all(endpoint);
}

static void refused(evl_endpoint *endpoint, uint64_t began_ns, int error) {
    uint64_t now = loop_stamp(endpoint->host.loop), limit = connect_limit(endpoint);
    if (endpoint->refused_since_ns == 0)
        endpoint->refused_since_ns = began_ns;
    uint64_t passed = now - endpoint->refused_since_ns;
    if (passed >= limit) { /* never before an attempt at the very end, however late the loop is */
        give_up(endpoint, limit, error);
        return;
    }
    uint64_t pause = endpoint->back_off_ns == 0 ? FIRST_BACK_OFF_NS : endpoint->back_off_ns * 2;
    endpoint->back_off_ns = pause < LAST_BACK_OFF_NS ? pause : LAST_BACK_OFF_NS;
    uint64_t left = limit - passed;
    dial_again_at(endpoint, now + (left < endpoint->back_off_ns ? left : endpoint->back_off_ns));
}

/* Those that stay open, having played their scripts, won't make room before it is finished. */
static bool will_make_room(const evl_endpoint *endpoint) {
    const evl_connection *c = endpoint->first_active;
    while (c != NULL && connection_is_idle(c))
        c = c->next;
    return c != NULL || endpoint->dialling > 0;
}

static void pause_dialling(evl_endpoint *endpoint, uint64_t began_ns, int error) {
    endpoint->accept_pauses++;
    endpoint->accept_error = error;
    if (will_make_room(endpoint))
        dial_again_at(endpoint, loop_stamp(endpoint->host.loop) + PAUSE_NS);
    else
        refused(endpoint, began_ns, error);
}

static bool is_its_own_peer(const evl_host *host, int fd, const socket_end *local) {
    return host->is_specific ? socket_same_end(local, &host->address) : socket_is_its_own_peer(fd);
}

static void connected(evl_endpoint *endpoint, const dial_attempt *attempt) {
    socket_end local = {.family = EVL_UNIX};
    socket_local_end(attempt->fd, &local);
    if (is_its_own_peer(&endpoint->host, attempt->fd, &local)) {
        socket_reset(attempt->fd);
        refused(endpoint, attempt->began_ns, ECONNREFUSED);
        return;
    }
    evl_connection *c = endpoint_admit(endpoint, attempt->fd, &local);
    if (c == NULL) {
        pause_dialling(endpoint, attempt->began_ns, ENOMEM);
        return;
    }
    endpoint->attempts = 0;
    endpoint->refused_since_ns = endpoint->back_off_ns = 0;
    loop_alarm_cancel(endpoint->host.loop, &endpoint->retry);
    c->reset_taken = attempt->was_reset;
    connection_begin(c);
}

/* --- attempts under way --- */

static void drop(evl_dial *dial) {
    evl_endpoint *endpoint = dial->endpoint;
    ev_io_stop(endpoint->host.loop->ev, &dial->io);
    *(dial->prev != NULL ? &dial->prev->next : &endpoint->first_dial) = dial->next;
    *(dial->next != NULL ? &dial->next->prev : &endpoint->last_dial) = dial->prev;
    endpoint->dialling--;
    free(dial);
}

void dial_drop_all(evl_endpoint *endpoint) {
    while (endpoint->first_dial != NULL) {
        socket_close(endpoint->first_dial->fd);
        drop(endpoint->first_dial);
    }
}

/* Decides on it if that can be told by now. */
static bool look(evl_dial *dial) {
    evl_endpoint *endpoint = dial->endpoint;
    dial_attempt attempt = {.fd = dial->fd, .began_ns = dial->began_ns};
    attempt.result = socket_dial_outcome(attempt.fd, &attempt.error, &attempt.was_reset);
    if (attempt.result == SOCKET_DIALLING)
        return false;
    drop(dial);
    endpoint->dial_extended = false;
    decide(endpoint, &attempt);
    aim(endpoint);
    return true;
}

static void dial_ready(struct ev_loop *ev, ev_io *watcher, int events) {
    (void)ev, (void)events;
    evl_dial *dial = (evl_dial *)(void *)((char *)watcher - offsetof(evl_dial, io));
    evl_endpoint *endpoint = dial->endpoint;
    look(dial);
    endpoint_review(endpoint);
}

static void watch(evl_endpoint *endpoint, const dial_attempt *attempt) {
    evl_dial *dial = calloc(1, sizeof *dial);
    if (dial == NULL) {
        socket_close(attempt->fd);
        pause_dialling(endpoint, attempt->began_ns, ENOMEM);
        return;
    }
    dial->endpoint = endpoint;
    dial->fd = attempt->fd;
    dial->began_ns = attempt->began_ns;
    dial->prev = endpoint->last_dial;
    *(dial->prev != NULL ? &dial->prev->next : &endpoint->first_dial) = dial;
    endpoint->last_dial = dial;
    endpoint->dialling++;
    ev_io_init(&dial->io, dial_ready, dial->fd, EV_WRITE);
    ev_set_priority(&dial->io, 1); /* an answer outranks the limit that rings */
    ev_io_start(endpoint->host.loop->ev, &dial->io);
    aim(endpoint);
}

static void decide(evl_endpoint *endpoint, const dial_attempt *attempt) {
    switch (attempt->result) {
    case SOCKET_DIALLED:
        connected(endpoint, attempt);
        return;
    case SOCKET_DIALLING:
        watch(endpoint, attempt);
        return;
    case SOCKET_REFUSED:
        socket_close(attempt->fd);
        refused(endpoint, attempt->began_ns, attempt->error);
        return;
    case SOCKET_NO_ROOM:
        socket_close(attempt->fd);
        pause_dialling(endpoint, attempt->began_ns, attempt->error);
        return;
    case SOCKET_FAILED:
        socket_close(attempt->fd);
        give_up(endpoint, 0, attempt->error);
        return;
    }
}

/* --- no answer --- */

static void ring_after(evl_endpoint *endpoint, uint64_t ns) {
    struct ev_loop *ev = endpoint->host.loop->ev;
    ev_timer_stop(ev, &endpoint->await);
    ev_timer_set(&endpoint->await, (double)ns / 1e9, 0);
    ev_timer_start(ev, &endpoint->await);
}

/* The oldest attempt is the first whose time is up. */
static void aim(evl_endpoint *endpoint) {
    ev_timer_stop(endpoint->host.loop->ev, &endpoint->await);
    uint64_t limit = endpoint->first_dial != NULL ? connect_limit(endpoint) : EVL_LIMIT_NONE;
    if (limit == EVL_LIMIT_NONE)
        return;
    uint64_t passed = endpoint->host.loop->now_ns - endpoint->first_dial->began_ns;
    ring_after(endpoint, passed < limit ? limit - passed : 0);
}

void dial_fired(struct ev_loop *ev, ev_timer *watcher, int events) {
    (void)ev, (void)events;
    evl_endpoint *endpoint =
        (evl_endpoint *)(void *)((char *)watcher - offsetof(evl_endpoint, await));
    evl_dial *oldest = endpoint->first_dial;
    if (oldest == NULL)
        return;
    uint64_t began = oldest->began_ns, limit = connect_limit(endpoint);
    if (!look(oldest)) {
        uint64_t passed = loop_stamp(endpoint->host.loop) - began;
        if (passed < limit) {
            ring_after(endpoint, limit - passed);
        } else if (!endpoint->dial_extended && passed - limit > limit / 10) {
            endpoint->dial_extended = true; /* as for limits of steps: a busy machine is no fault */
            ring_after(endpoint, passed - limit);
        } else {
            give_up(endpoint, limit, ETIMEDOUT);
        }
    }
    endpoint_review(endpoint);
}
