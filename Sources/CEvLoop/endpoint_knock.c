/* Clients that are left to wait in the kernel's queue: connected, and not accepted.
 *
 * Each has its time: so long after it knocked. SLOW: as many are let in then as had knocked by
 * that time before. RESET_UNACCEPTED: then the listener is closed, and with it all who wait.
 *
 * A listener stays readable while anybody waits, and would wake the loop for ever: it is not
 * watched then. What tells each that comes, once, is socket_hark. Where there is none, or nobody
 * can say how many wait (Unix-domain sockets), the wait of the next begins when that of the one
 * before is over: none is shorter than asked. */
#include <stdlib.h>

#include "endpoint.h"

#define PAUSE_NS 10000000u /* 10 ms, when the process has no descriptor left */

typedef struct evl_knock {
    uint64_t due_ns;
    uint32_t count; /* so many knocked at that time */
} evl_knock;

struct evl_knocks {
    evl_endpoint *endpoint;
    ev_io heard;
    int listener; /* at which it harks; -1 */
    int hark;     /* -1: there is none, and it watches the listener itself */
    evl_alarm alarm;
    evl_knock *queue; /* the earliest at `first` */
    uint32_t first, count, capacity;
    uint32_t waiting; /* all of the queue */
    uint32_t due;     /* may be let in */
};

static void heard(struct ev_loop *ev, ev_io *watcher, int events);
static void ring(evl_alarm *alarm);

bool knocks_prepare(evl_endpoint *endpoint) {
    if (endpoint->knocks != NULL)
        return true;
    evl_knocks *knocks = calloc(1, sizeof *knocks);
    if (knocks == NULL)
        return false;
    knocks->endpoint = endpoint;
    knocks->listener = knocks->hark = -1;
    knocks->alarm.ring = ring;
    ev_io_init(&knocks->heard, heard, -1, EV_READ);
    ev_set_priority(&knocks->heard, 1);
    endpoint->knocks = knocks;
    return true;
}

void knocks_free(evl_knocks *knocks) {
    if (knocks != NULL)
        free(knocks->queue);
    free(knocks);
}

/* --- watching --- */

static void forget(evl_knocks *knocks) {
    loop_alarm_cancel(knocks->endpoint->host.loop, &knocks->alarm);
    knocks->first = knocks->count = knocks->waiting = knocks->due = 0;
}

static void move_to(evl_knocks *knocks, int listener) {
    struct ev_loop *ev = knocks->endpoint->host.loop->ev;
    ev_io_stop(ev, &knocks->heard);
    socket_close(knocks->hark);
    forget(knocks);
    knocks->listener = listener;
    knocks->hark = listener >= 0 ? socket_hark(listener) : -1;
    ev_io_set(&knocks->heard, knocks->hark >= 0 ? knocks->hark : listener, EV_READ);
}

static bool is_in_force(const evl_endpoint *endpoint) {
    uint8_t kind = endpoint->fault.kind;
    return (kind == EVL_CONNECT_SLOW || kind == EVL_CONNECT_RESET_UNACCEPTED) &&
           !endpoint->finished;
}

/* Idempotent. Harks where and while somebody is to be kept waiting. */
void knocks_watch(evl_endpoint *endpoint) {
    evl_knocks *knocks = endpoint->knocks;
    if (knocks == NULL)
        return;
    int listener = is_in_force(endpoint) ? endpoint->listener : -1;
    if (knocks->listener != listener)
        move_to(knocks, listener);
    struct ev_loop *ev = endpoint->host.loop->ev;
    bool wanted = listener >= 0 && (knocks->hark >= 0 || knocks->waiting + knocks->due == 0);
    if (wanted && !ev_is_active(&knocks->heard))
        ev_io_start(ev, &knocks->heard);
    if (!wanted && ev_is_active(&knocks->heard))
        ev_io_stop(ev, &knocks->heard);
}

/* --- whose time has come --- */

/* Without memory for a time of its own it shares that of the last one. */
static void append(evl_knocks *knocks, evl_knock knock) {
    if (knocks->first > 0 && knocks->first + knocks->count == knocks->capacity) {
        for (uint32_t i = 0; i < knocks->count; i++)
            knocks->queue[i] = knocks->queue[knocks->first + i];
        knocks->first = 0;
    }
    if (knocks->count == knocks->capacity) {
        uint32_t capacity = knocks->capacity == 0 ? 16 : knocks->capacity * 2;
        evl_knock *queue = realloc(knocks->queue, capacity * sizeof *queue);
        if (queue != NULL) {
            knocks->queue = queue;
            knocks->capacity = capacity;
        }
    }
    if (knocks->count < knocks->capacity)
        knocks->queue[knocks->first + knocks->count++] = knock;
    else if (knocks->count > 0)
        knocks->queue[knocks->first + knocks->count - 1].count += knock.count;
    else
        knocks->due += knock.count;
}

/* Those who have come since. The clock is read after the kernel was asked: it is no earlier than
 * their knock. */
static void note(evl_knocks *knocks) {
    evl_endpoint *endpoint = knocks->endpoint;
    uint32_t there = socket_known_pending(knocks->listener);
    uint32_t known = knocks->waiting + knocks->due;
    if (there <= known)
        return;
    uint64_t now = loop_stamp(endpoint->host.loop);
    uint64_t after = endpoint->fault.after_ns;
    append(knocks, (evl_knock){.due_ns = after > UINT64_MAX - now ? UINT64_MAX : now + after,
                               .count = there - known});
    knocks->waiting = there - knocks->due;
}

static void pass_due(evl_knocks *knocks) {
    evl_loop *loop = knocks->endpoint->host.loop;
    while (knocks->count > 0 && knocks->queue[knocks->first].due_ns <= loop->now_ns) {
        uint32_t count = knocks->queue[knocks->first].count;
        knocks->waiting -= count;
        knocks->due += count;
        knocks->first++;
        knocks->count--;
    }
    if (knocks->count > 0)
        loop_alarm_set(loop, &knocks->alarm, knocks->queue[knocks->first].due_ns);
    else
        loop_alarm_cancel(loop, &knocks->alarm);
}

static void reset_due(evl_knocks *knocks) {
    evl_endpoint *endpoint = knocks->endpoint;
    if (endpoint->fault.kind != EVL_CONNECT_RESET_UNACCEPTED || knocks->due == 0)
        return;
    atomic_store_explicit(&endpoint->settled, false, memory_order_release);
    int error = door_renew(endpoint);
    if (error == 0)
        return; /* this forgot all who were there */
    endpoint->accept_pauses++;
    endpoint->accept_error = error;
    evl_loop *loop = endpoint->host.loop;
    loop_alarm_set(loop, &knocks->alarm, loop->now_ns + PAUSE_NS);
}

/* Notes who has come, and whose time has. */
void knocks_heed(evl_endpoint *endpoint) {
    evl_knocks *knocks = endpoint->knocks;
    if (knocks == NULL || knocks->listener < 0)
        return;
    note(knocks);
    pass_due(knocks);
    reset_due(knocks);
}

/* The time of all who are there has come. */
void knocks_release(evl_endpoint *endpoint) {
    evl_knocks *knocks = endpoint->knocks;
    if (knocks == NULL || knocks->listener < 0)
        return;
    note(knocks);
    uint32_t all = knocks->waiting + knocks->due;
    forget(knocks);
    knocks->due = all;
    reset_due(knocks);
}

static void heard(struct ev_loop *ev, ev_io *watcher, int events) {
    (void)ev, (void)events;
    evl_knocks *knocks = (evl_knocks *)(void *)((char *)watcher - offsetof(evl_knocks, heard));
    if (knocks->hark >= 0)
        socket_heed(knocks->hark);
    accept_all(knocks->endpoint);
    endpoint_review(knocks->endpoint);
}

static void ring(evl_alarm *alarm) {
    evl_knocks *knocks = (evl_knocks *)(void *)((char *)alarm - offsetof(evl_knocks, alarm));
    accept_all(knocks->endpoint);
    endpoint_review(knocks->endpoint);
}

/* --- what accepting asks and tells --- */

/* Whether the next in the queue may be accepted, as far as its time goes. */
bool knocks_admit(const evl_endpoint *endpoint) {
    switch ((evl_connect_kind)endpoint->fault.kind) {
    case EVL_CONNECT_SLOW:
        return endpoint->knocks->due > 0;
    case EVL_CONNECT_RESET_UNACCEPTED:
        return false;
    case EVL_CONNECT_SERVED:
    case EVL_CONNECT_DOWN:
    case EVL_CONNECT_REFUSED:
    case EVL_CONNECT_BLACK_HOLE:
    case EVL_CONNECT_RESET:
        return true;
    }
    return true;
}

/* One was accepted, or (`none_left`) there was none. */
void knocks_taken(evl_endpoint *endpoint, bool none_left) {
    evl_knocks *knocks = endpoint->knocks;
    if (knocks == NULL || knocks->listener < 0)
        return;
    if (none_left)
        forget(knocks);
    else if (knocks->due > 0)
        knocks->due--;
}

/* Whether somebody is there who will be let in. */
bool knocks_wait(const evl_endpoint *endpoint) {
    const evl_knocks *knocks = endpoint->knocks;
    return knocks != NULL && endpoint->fault.kind == EVL_CONNECT_SLOW &&
           knocks->waiting + knocks->due > 0;
}
