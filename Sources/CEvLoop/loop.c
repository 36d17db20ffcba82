/* One thread runs libev; everything else reaches it through a mutex-guarded list of jobs and one
 * ev_async, the only libev call that other threads make. Alarms are in loop_alarm.c, turns in
 * loop_turn.c. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

static void run_jobs(struct ev_loop *ev, ev_async *watcher, int events);
static void stamp_iteration(struct ev_loop *ev, ev_check *watcher, int events);
static void run_deferred(struct ev_loop *ev, ev_prepare *watcher, int events);
static evl_status start_thread(evl_loop *loop, int *error);

static struct {
    pthread_mutex_t lock;
    evl_loop *loop;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t evl_clock_ns(void) {
    return read_clock(CLOCK_MONOTONIC);
}

/* Between two looks at the one clock, the nearest of some: this thread may be put off in between.
 */
int64_t evl_wall_offset_ns(void) {
    uint64_t nearest = UINT64_MAX;
    int64_t offset = 0;
    for (int look = 0; look < 3; look++) {
        uint64_t before = evl_clock_ns(), wall = read_clock(CLOCK_REALTIME),
                 took = evl_clock_ns() - before;
        if (took >= nearest)
            continue;
        nearest = took;
        offset = (int64_t)wall - (int64_t)(before + took / 2);
    }
    return offset;
}

static evl_loop *loop_create(int *error) {
    evl_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        *error = ENOMEM;
        return NULL;
    }
    /* NOENV: a LIBEV_FLAGS variable must not change the back end under a user's tests.
     * NOSIGMASK: this thread blocks all signals itself. ev_loop_new, for the default loop would
     * take SIGCHLD from the program under test. */
    unsigned backend = ev_recommended_backends();
    loop->ev = ev_loop_new(EVFLAG_NOENV | EVFLAG_NOSIGMASK | backend);
    if (loop->ev == NULL) {
        *error = errno != 0 ? errno : EMFILE;
        free(loop);
        return NULL;
    }
    loop->last_job = &loop->first_job;
    loop->now_ns = evl_clock_ns();
    pthread_mutex_init(&loop->lock, NULL);
    ev_set_userdata(loop->ev, loop);
    ev_async_init(&loop->wake, run_jobs);
    ev_async_start(loop->ev, &loop->wake);
    ev_check_init(&loop->stamp, stamp_iteration);
    ev_set_priority(&loop->stamp, EV_MAXPRI);
    ev_check_start(loop->ev, &loop->stamp);
    ev_prepare_init(&loop->before_wait, run_deferred);
    ev_prepare_start(loop->ev, &loop->before_wait);
    loop_turns_init(loop);
    *error = loop_alarms_start(loop);
    if (*error == 0 && start_thread(loop, error) == EVL_OK)
        return loop;
    loop_alarms_stop(loop);
    ev_loop_destroy(loop->ev);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
    return NULL;
}

evl_loop *loop_shared(int *error) {
    pthread_mutex_lock(&shared.lock);
    if (shared.loop == NULL)
        shared.loop = loop_create(error);
    evl_loop *loop = shared.loop;
    pthread_mutex_unlock(&shared.lock);
    return loop;
}

/* --- the thread --- */

static void *run_loop(void *context) {
    evl_loop *loop = context;
#ifdef __linux__
    pthread_setname_np(pthread_self(), "tcpmock-loop");
#endif
    ev_run(loop->ev, 0);
    return NULL;
}

static evl_status start_thread(evl_loop *loop, int *error) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* inherited: the loop takes no signal */
    pthread_t thread;
    *error = pthread_create(&thread, NULL, run_loop, loop);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (*error != 0)
        return EVL_SYSTEM;
    pthread_detach(thread);
    return EVL_OK;
}

static void stamp_iteration(struct ev_loop *ev, ev_check *watcher, int events) {
    (void)watcher, (void)events;
    evl_loop *loop = ev_userdata(ev);
    loop->now_ns = evl_clock_ns();
}

uint64_t loop_stamp(evl_loop *loop) {
    return loop->now_ns = evl_clock_ns();
}

/* --- jobs --- */

void loop_submit(evl_loop *loop, evl_job *job) {
    job->next = NULL;
    pthread_mutex_lock(&loop->lock);
    *loop->last_job = job;
    loop->last_job = &job->next;
    bool wake = !loop->wake_sent;
    loop->wake_sent = true;
    pthread_mutex_unlock(&loop->lock);
    if (wake)
        ev_async_send(loop->ev, &loop->wake);
}

static void run_jobs(struct ev_loop *ev, ev_async *watcher, int events) {
    (void)watcher, (void)events;
    evl_loop *loop = ev_userdata(ev);
    pthread_mutex_lock(&loop->lock);
    evl_job *job = loop->first_job;
    loop->first_job = NULL;
    loop->last_job = &loop->first_job;
    loop->wake_sent = false;
    pthread_mutex_unlock(&loop->lock);
    while (job != NULL) {
        evl_job *next = job->next; /* `run` may free the job */
        job->run(job);
        job = next;
    }
}

/* --- deferred work --- */

void loop_defer(evl_loop *loop, evl_deferred *deferred) {
    if (deferred->due)
        return;
    deferred->due = true;
    deferred->next = loop->first_deferred;
    loop->first_deferred = deferred;
}

void loop_defer_cancel(evl_loop *loop, evl_deferred *deferred) {
    evl_deferred **place = &loop->first_deferred;
    while (*place != NULL && *place != deferred)
        place = &(*place)->next;
    if (*place != NULL)
        *place = deferred->next;
    deferred->due = false;
}

static void run_deferred(struct ev_loop *ev, ev_prepare *watcher, int events) {
    (void)watcher, (void)events;
    evl_loop *loop = ev_userdata(ev);
    while (loop->first_deferred != NULL) {
        evl_deferred *deferred = loop->first_deferred;
        loop->first_deferred = deferred->next;
        deferred->due = false;
        deferred->run(deferred);
    }
}

/* --- work posted by tests and diagnostics --- */

typedef struct posted_work {
    evl_job job;
    evl_work_fn work;
    void *context;
} posted_work;

static void run_posted(evl_job *job) {
    posted_work *posted = (posted_work *)(void *)job;
    posted->work(posted->context);
    free(posted);
}

evl_status evl_loop_post(evl_work_fn work, void *context) {
    int error = 0;
    evl_loop *loop = loop_shared(&error);
    if (loop == NULL)
        return EVL_SYSTEM;
    posted_work *posted = malloc(sizeof *posted);
    if (posted == NULL)
        return EVL_NO_MEMORY;
    *posted = (posted_work){.job.run = run_posted, .work = work, .context = context};
    loop_submit(loop, &posted->job);
    return EVL_OK;
}
