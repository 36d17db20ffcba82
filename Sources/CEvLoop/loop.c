/* One thread runs libev; everything else reaches it through a mutex-guarded list of jobs and one
 * ev_async, the only libev call that other threads make.
 *
 * Alarms have their own sorted list and, on Linux, one timerfd for all: libev's own timers are good
 * to a millisecond only, because epoll_wait(2) takes milliseconds. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/timerfd.h>
#endif

static void run_jobs(struct ev_loop *ev, ev_async *watcher, int events);
static void stamp_iteration(struct ev_loop *ev, ev_check *watcher, int events);
static void run_deferred(struct ev_loop *ev, ev_prepare *watcher, int events);
static int start_alarms(evl_loop *loop);
static evl_status start_thread(evl_loop *loop, int *error);

static struct {
    pthread_mutex_t lock;
    evl_loop *loop;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

uint64_t evl_clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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
    loop->alarm_fd = -1;
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
    *error = start_alarms(loop);
    if (*error == 0 && start_thread(loop, error) == EVL_OK)
        return loop;
    if (loop->alarm_fd >= 0)
        close(loop->alarm_fd);
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

/* --- alarms --- */

/* Points the timer at the first alarm; called only when that has changed. */
static void aim(evl_loop *loop) {
    evl_alarm *first = loop->first_alarm;
#ifdef __linux__
    struct itimerspec spec = {0};
    if (first != NULL) {
        uint64_t at = first->at_ns > 0 ? first->at_ns : 1; /* 0 would disarm the timer */
        spec.it_value.tv_sec = (time_t)(at / 1000000000u);
        spec.it_value.tv_nsec = (long)(at % 1000000000u);
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

static void unlink_alarm(evl_loop *loop, evl_alarm *alarm) {
    *(alarm->prev != NULL ? &alarm->prev->next : &loop->first_alarm) = alarm->next;
    *(alarm->next != NULL ? &alarm->next->prev : &loop->last_alarm) = alarm->prev;
    alarm->armed = false;
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

static int start_alarms(evl_loop *loop) {
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

void loop_alarm_set(evl_loop *loop, evl_alarm *alarm, uint64_t at_ns) {
    loop_alarm_cancel(loop, alarm);
    /* From the back: alarms are mostly set in the order in which they are due. */
    evl_alarm *before = loop->last_alarm;
    while (before != NULL && before->at_ns > at_ns)
        before = before->prev;
    alarm->at_ns = at_ns;
    alarm->armed = true;
    alarm->prev = before;
    alarm->next = before != NULL ? before->next : loop->first_alarm;
    *(alarm->prev != NULL ? &alarm->prev->next : &loop->first_alarm) = alarm;
    *(alarm->next != NULL ? &alarm->next->prev : &loop->last_alarm) = alarm;
    if (loop->first_alarm == alarm)
        aim(loop);
}

void loop_alarm_cancel(evl_loop *loop, evl_alarm *alarm) {
    if (!alarm->armed)
        return;
    /* A timer that then rings for nothing costs less than aiming it anew each time. */
    unlink_alarm(loop, alarm);
}
