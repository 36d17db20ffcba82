/* The loop thread: jobs that cross to it, its clock, its fine alarms, its shared read buffer. */
#ifndef EVL_LOOP_PRIVATE_H
#define EVL_LOOP_PRIVATE_H

#if !__has_include(<ev.h>)
#error TCPMock needs libev: apt-get install libev-dev (Debian, Ubuntu), dnf install libev-devel (Fedora), brew install libev (macOS)
#endif
#include <ev.h> /* after #endif: its own fatal error then stops the cascade of follow-up errors */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "evl_loop.h"

enum {
    LOOP_READ_BYTES = 256 * 1024,
    LOOP_WRITE_BYTES = 16 * 1024
};
#define LOOP_RECORD_BYTES ((size_t)64 * 1024 * 1024) /* evidence the whole process may keep */

typedef struct evl_loop evl_loop;

/* A job crosses threads once; its memory belongs to whoever embeds it and stays valid until `run`
 * is called, after which the loop does not touch it again. */
typedef struct evl_job {
    struct evl_job *next;
    void (*run)(struct evl_job *job);
} evl_job;

/* A one-shot alarm, good to tens of microseconds where there is a timerfd. Loop thread only. */
typedef struct evl_alarm {
    struct evl_alarm *child, *next, *prev; /* loop_alarm.c's own */
    uint64_t at_ns;                        /* 0: it is not set */
    void (*ring)(struct evl_alarm *alarm);
} evl_alarm;

static inline bool alarm_is_set(const evl_alarm *alarm) {
    return alarm->at_ns != 0;
}

/* Work put off until the loop is about to wait: after all that this iteration brought. */
typedef struct evl_deferred {
    struct evl_deferred *next;
    bool due;
    void (*run)(struct evl_deferred *deferred);
} evl_deferred;

/* One look on the loop's next pass, which does not wait for anything. Loop thread only. */
typedef struct evl_turn {
    struct evl_turn *next, **link; /* loop_turn.c's own; link is NULL while it is not set */
    void (*run)(struct evl_turn *turn);
} evl_turn;

static inline bool turn_is_set(const evl_turn *turn) {
    return turn->link != NULL;
}

/* How late the loop is, while somebody wants to know: loop_canary.c */
typedef struct evl_canary {
    evl_alarm alarm;
    uint64_t due_ns;
    uint64_t late_ns; /* all in all */
    uint32_t watchers;
} evl_canary;

struct evl_loop {
    struct ev_loop *ev;
    uint64_t now_ns;     /* stamped once per iteration, when the kernel's wait has ended */
    size_t record_bytes; /* evidence kept by all connections */
    uint64_t reads;      /* by all connections, so far */
    uint8_t read_buffer[LOOP_READ_BYTES];
    uint8_t write_buffer[LOOP_WRITE_BYTES]; /* short replies, gathered */
    /* the rest is loop.c's own */
    ev_async wake;
    ev_check stamp;
    ev_prepare before_wait;
    evl_deferred *first_deferred;
    ev_idle turns;
    evl_turn *first_turn;
    ev_io alarm_fd_ready;
    ev_timer alarm_timer;
    int alarm_fd;
    evl_alarm *first_alarm; /* the earliest: the heap's root */
    evl_canary canary;
    pthread_mutex_t lock;
    evl_job *first_job, **last_job;
    bool wake_sent;
};

/* The process's loop, started on first use; NULL when it cannot be (errno in *error). Any thread.
 */
evl_loop *loop_shared(int *error);

/* Queues a job; a burst of jobs costs one wake-up. Any thread. */
void loop_submit(evl_loop *loop, evl_job *job);

/* 0, or the errno. */
int loop_alarms_start(evl_loop *loop);
void loop_alarms_stop(evl_loop *loop);

void loop_alarm_set(evl_loop *loop, evl_alarm *alarm, uint64_t at_ns);
void loop_alarm_cancel(evl_loop *loop, evl_alarm *alarm);

void loop_turns_init(evl_loop *loop);

/* Idempotent. A turn is taken once: whoever wants another sets it again. Loop thread only. */
void loop_turn_set(evl_loop *loop, evl_turn *turn);
void loop_turn_cancel(evl_turn *turn);

/* Idempotent. Loop thread only. */
void loop_defer(evl_loop *loop, evl_deferred *deferred);
void loop_defer_cancel(evl_loop *loop, evl_deferred *deferred);

/* From a join to the leave that belongs to it the loop's lateness is measured: the difference of
 * two calls of loop_canary_late is what came in between. Loop thread only. */
void loop_canary_join(evl_loop *loop);
void loop_canary_leave(evl_loop *loop);
uint64_t loop_canary_late(const evl_loop *loop, uint64_t now_ns);

/* Refreshes the loop's stamp, for the few facts that want a precise one. Loop thread. */
uint64_t loop_stamp(evl_loop *loop);

#endif
