/* Alarms: a pairing heap of their own and, on Linux, one timerfd for all. libev's own timers are
 * good to a millisecond only, because epoll_wait(2) takes milliseconds.
 *
 * The heap lives in the alarms themselves, so that none can fail for want of memory: thousands of
 * connections set theirs and cancel them, in any order. See Fredman et al., "The pairing heap". */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/timerfd.h>
#endif

/* --- the heap --- */

/* The earlier of two roots, with the other as its first child. */
static evl_alarm *meld(evl_alarm *a, evl_alarm *b) {
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    if (b->at_ns < a->at_ns) {
        evl_alarm *later = a;
        a = b;
        b = later;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child != NULL)
        a->child->prev = b;
    a->child = b;
    return a;
}

static evl_alarm *cut_loose(evl_alarm *alarm) {
    alarm->next = alarm->prev = NULL;
    return alarm;
}

/* One root out of a list of siblings: melded in pairs, then the pairs from the last to the first.
 */
static evl_alarm *meld_siblings(evl_alarm *first) {
    evl_alarm *pairs = NULL, *root = NULL;
    while (first != NULL) {
        evl_alarm *second = first->next;
        evl_alarm *rest = second != NULL ? second->next : NULL;
        evl_alarm *pair = cut_loose(first);
        if (second != NULL)
            pair = meld(pair, cut_loose(second));
        pair->next = pairs;
        pairs = pair;
        first = rest;
    }
    while (pairs != NULL) {
        evl_alarm *next = pairs->next;
        root = meld(root, cut_loose(pairs));
        pairs = next;
    }
    return root;
}

static void unlink_alarm(evl_loop *loop, evl_alarm *alarm) {
    evl_alarm *children = meld_siblings(alarm->child);
    if (alarm == loop->first_alarm) {
        loop->first_alarm = children;
    } else {
        *(alarm->prev->child == alarm ? &alarm->prev->child : &alarm->prev->next) = alarm->next;
        if (alarm->next != NULL)
            alarm->next->prev = alarm->prev;
        loop->first_alarm = meld(loop->first_alarm, children);
    }
    alarm->child = NULL;
    cut_loose(alarm)->at_ns = 0;
}

/* --- the timer --- */

/* Points the timer at the first alarm; called only when that has changed. */
static void aim(evl_loop *loop) {
    evl_alarm *first = loop->first_alarm;
#ifdef __linux__
    struct itimerspec spec = {0};
    if (first != NULL) {
        spec.it_value.tv_sec = (time_t)(first->at_ns / 1000000000u);
        spec.it_value.tv_nsec = (long)(first->at_ns % 1000000000u);
    }
    timerfd_settime(loop->alarm_fd, TFD_TIMER_ABSTIME, &spec, NULL);
#else
    ev_timer_stop(loop->ev, &loop->alarm_timer);
    if (first == NULL)
        return;
    uint64_t now = evl_clock_ns();
    double after = first->at_ns > now ? (double)(first->at_ns - now) / 1e9 : 0;
    ev_timer_set(&loop->alarm_timer, after, 0);
    ev_timer_start(loop->ev, &loop->alarm_timer);
#endif
}

static void ring_due(evl_loop *loop) {
    uint64_t now = loop_stamp(loop);
    /* An alarm set while ringing is due later than `now`, so this ends. */
    while (loop->first_alarm != NULL && loop->first_alarm->at_ns <= now) {
        evl_alarm *alarm = loop->first_alarm;
        unlink_alarm(loop, alarm);
        alarm->ring(alarm);
    }
    aim(loop);
}

#ifdef __linux__
static void alarm_fd_fired(struct ev_loop *ev, ev_io *watcher, int events) {
    (void)events;
    uint64_t expirations;
    ssize_t ignored = read(watcher->fd, &expirations, sizeof expirations);
    (void)ignored; /* EAGAIN: re-aimed meanwhile; ring_due looks at the clock anyway */
    ring_due(ev_userdata(ev));
}
#endif

static void alarm_timer_fired(struct ev_loop *ev, ev_timer *watcher, int events) {
    (void)watcher, (void)events;
    ring_due(ev_userdata(ev));
}

int loop_alarms_start(evl_loop *loop) {
    loop->alarm_fd = -1;
    ev_timer_init(&loop->alarm_timer, alarm_timer_fired, 0, 0);
#ifdef __linux__
    loop->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->alarm_fd < 0)
        return errno;
    ev_io_init(&loop->alarm_fd_ready, alarm_fd_fired, loop->alarm_fd, EV_READ);
    ev_io_start(loop->ev, &loop->alarm_fd_ready);
#endif
    return 0;
}

void loop_alarms_stop(evl_loop *loop) {
    if (loop->alarm_fd >= 0)
        close(loop->alarm_fd);
}

/* --- setting --- */

void loop_alarm_set(evl_loop *loop, evl_alarm *alarm, uint64_t at_ns) {
    loop_alarm_cancel(loop, alarm);
    alarm->at_ns = at_ns > 0 ? at_ns : 1; /* 0 says that it is not set */
    loop->first_alarm = meld(loop->first_alarm, alarm);
    if (loop->first_alarm == alarm)
        aim(loop);
}

void loop_alarm_cancel(evl_loop *loop, evl_alarm *alarm) {
    /* A timer that then rings for nothing costs less than aiming it anew each time. */
    if (alarm_is_set(alarm))
        unlink_alarm(loop, alarm);
}
