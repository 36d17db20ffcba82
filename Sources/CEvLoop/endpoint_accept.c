/* Accepting: as many as there are; which script each plays; what happens to those without one. */
#include "endpoint.h"

enum {
    ACCEPT_AT_ONCE = 256
};
#define PAUSE_NS 10000000u /* 10 ms, when the process has no descriptor left */

static evl_endpoint *endpoint_of(ev_io *watcher) {
    return (evl_endpoint *)(void *)((char *)watcher - offsetof(evl_endpoint, accept));
}

void accept_prepare(evl_endpoint *endpoint) {
    ev_io_init(&endpoint->accept, accept_ready, endpoint->listener, EV_READ);
    ev_set_priority(&endpoint->accept, 1);
    endpoint->accept_burst = 1;
}

static bool may_accept(const evl_endpoint *endpoint) {
    if (endpoint->listener < 0 || endpoint->finished || alarm_is_set(&endpoint->retry))
        return false;
    if (!knocks_admit(endpoint))
        return false;
    if (endpoint->fault.kind == EVL_CONNECT_RESET)
        return true; /* whoever comes, and whenever */
    /* Who has knocked before the finish is served; who comes later would put it off for ever. */
    if (endpoint->finish_asked && endpoint_is_pool(endpoint) && endpoint->scripted > 0 &&
        endpoint->last_admissions == 0)
        return false;
    return !(endpoint->config.one_at_a_time && endpoint->active > 0);
}

/* A listener that is readable but not accepted from would wake the loop for ever: stop it.
 * Idempotent. */
void accept_watch(evl_endpoint *endpoint) {
    struct ev_loop *ev = endpoint->host.loop->ev;
    bool wanted = may_accept(endpoint);
    if (wanted && !ev_is_active(&endpoint->accept))
        ev_io_start(ev, &endpoint->accept);
    if (!wanted && ev_is_active(&endpoint->accept))
        ev_io_stop(ev, &endpoint->accept);
    knocks_watch(endpoint);
}

static void pause_accepting(evl_endpoint *endpoint, int error) {
    endpoint->accept_pauses++;
    endpoint->accept_error = error;
    loop_alarm_set(endpoint->host.loop, &endpoint->retry, endpoint->host.loop->now_ns + PAUSE_NS);
}

void accept_retry(evl_alarm *alarm) {
    evl_endpoint *endpoint =
        (evl_endpoint *)(void *)((char *)alarm - offsetof(evl_endpoint, retry));
    accept_watch(endpoint);
}

static void serve(evl_endpoint *endpoint, int fd, const socket_end *peer) {
    if (endpoint->fault.kind == EVL_CONNECT_RESET) {
        socket_reset(fd);
        endpoint->reset_accepted++;
        return;
    }
    evl_connection *c = endpoint_admit(endpoint, fd, peer);
    if (c == NULL)
        return;
    ev_timer_stop(endpoint->host.loop->ev, &endpoint->await);
    await_arm(endpoint);
    connection_begin(c);
}

/* Whether all are in that had knocked: fewer came than might have. */
static bool accept_some(evl_endpoint *endpoint, int most) {
    int taken = 0;
    atomic_store_explicit(&endpoint->settled, false, memory_order_release);
    while (taken < most && may_accept(endpoint)) {
        int fd = -1, error = 0;
        socket_end peer;
        socket_result result = socket_accept(endpoint->listener, &fd, &peer, &error);
        if (result == SOCKET_OK || result == SOCKET_LATER)
            knocks_taken(endpoint, result == SOCKET_LATER);
        if (result == SOCKET_LATER)
            break;
        if (result != SOCKET_OK)
            pause_accepting(endpoint, error);
        else
            serve(endpoint, fd, &peer);
        taken += result == SOCKET_OK ? 1 : 0;
    }
    knocks_heed(endpoint); /* who came meanwhile */
    accept_watch(endpoint);
    return taken < most;
}

/* Whether none is left that may be let in. */
static bool accept_burst(evl_endpoint *endpoint) {
    if (endpoint->listener < 0)
        return true;
    knocks_heed(endpoint);
    return accept_some(endpoint, ACCEPT_AT_ONCE);
}

void accept_all(evl_endpoint *endpoint) {
    accept_burst(endpoint);
}

/* All that have knocked, however many: a queue holds some thousands at most, but others may knock
 * meanwhile, so that there must be an end. */
void accept_queue(evl_endpoint *endpoint) {
    for (int round = 0; round < 32; round++)
        if (accept_burst(endpoint))
            return;
}

void accept_ready(struct ev_loop *ev, ev_io *watcher, int events) {
    (void)ev, (void)events;
    evl_endpoint *endpoint = endpoint_of(watcher);
    /* To ask for one more than comes costs a call for each of those that come one by one. The
     * watcher tells again while others wait. */
    int burst = endpoint->accept_burst;
    bool all = accept_some(endpoint, burst);
    endpoint->accept_burst = all ? 1 : burst * 2 < ACCEPT_AT_ONCE ? burst * 2 : ACCEPT_AT_ONCE;
    endpoint_review(endpoint);
}

/* --- who plays what --- */

static void link_active(evl_endpoint *endpoint, evl_connection *c) {
    c->next = endpoint->first_active;
    c->prev = NULL;
    if (c->next != NULL)
        c->next->prev = c;
    endpoint->first_active = c;
    endpoint->active++;
    endpoint->host.crowded = endpoint->active > CROWD;
}

/* The program for the next connection, or false when no script is for it. */
static bool choose(evl_endpoint *endpoint, evl_program **program, uint32_t *script) {
    const evl_endpoint_config *config = &endpoint->config;
    *script = endpoint->scripted;
    if (config->every) {
        if (config->required > 0 && endpoint->scripted >= config->required)
            return false;
        *program = evl_program_retain(endpoint->programs[0]);
        return true;
    }
    if (endpoint->failed)
        return false;
    if (endpoint_is_live(endpoint)) {
        *program = endpoint->unclaimed;
        endpoint->unclaimed = endpoint->last_unclaimed = NULL;
        return endpoint->scripted == 0;
    }
    if (endpoint->scripted >= config->program_count)
        return false;
    *program = evl_program_retain(endpoint->programs[endpoint->scripted]);
    return true;
}

static uint32_t waiting_step(const evl_endpoint *endpoint) {
    const evl_connection *c = endpoint->first_active;
    return c != NULL && c->script != NOBODY ? session_index(&c->session) : NOBODY;
}

/* Resets a client of which no record is kept. */
static void turn_off(evl_endpoint *endpoint, int fd) {
    socket_reset(fd);
    observe_turned_away(endpoint, endpoint->accepted);
}

static void turn_away(evl_endpoint *endpoint, int fd, const socket_end *peer) {
    evl_unscripted policy = (evl_unscripted)endpoint->config.unscripted;
    if (endpoint->failed && policy == EVL_UNSCRIPTED_FAIL) {
        /* Its cause has been reported: a client that retries must not bury it. */
        endpoint->refused++;
        turn_off(endpoint, fd);
        return;
    }
    evl_connection *c =
        connection_open(&endpoint->host, fd, peer, endpoint->accepted, NOBODY, NULL, true);
    if (c == NULL) {
        turn_off(endpoint, fd);
        return;
    }
    uint32_t step = waiting_step(endpoint);
    link_active(endpoint, c);
    if (policy == EVL_UNSCRIPTED_IGNORE) {
        c->idle = true;
        endpoint->unscripted++;
        return;
    }
    if (policy == EVL_UNSCRIPTED_RESET)
        endpoint->unscripted++;
    connection_refuse(c, policy == EVL_UNSCRIPTED_FAIL, step);
}

/* A connection, not begun yet, for the next script; NULL when none is for it, or for want of
 * memory: then it has been dealt with. */
evl_connection *endpoint_admit(evl_endpoint *endpoint, int fd, const socket_end *peer) {
    evl_program *program = NULL;
    uint32_t script = 0;
    endpoint->accepted++;
    if (endpoint->last_admissions > 0)
        endpoint->last_admissions--;
    if (!choose(endpoint, &program, &script)) {
        evl_program_release(program);
        turn_away(endpoint, fd, peer);
        return NULL;
    }
    evl_connection *c =
        connection_open(&endpoint->host, fd, peer, endpoint->accepted, script, program,
                        endpoint_is_live(endpoint) && !endpoint->finish_asked);
    if (c == NULL) {
        evl_program_release(program);
        turn_off(endpoint, fd);
        return NULL;
    }
    endpoint->scripted++;
    endpoint->served++;
    endpoint->busy++; /* until it says otherwise */
    endpoint->await_since_ns = endpoint->host.loop->now_ns;
    link_active(endpoint, c);
    return c;
}
