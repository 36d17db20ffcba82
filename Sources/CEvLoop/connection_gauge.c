/* Measures what a script asks for of its steps, and of no others: how long the client took, in how
 * many segments its bytes came, how its socket is set.
 *
 * A step's clock starts when the connection comes to rest with it: what was sent before has been
 * handed to the kernel. It ends when the step's last byte came, by the kernel's stamp where there
 * is one. A step that is done before the connection comes to rest was there already, and took no
 * time. What the numbers mean says measure.c. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <time.h>

#include "connection.h"
#include "machine.h"
#include "measure.h"
#include "probe.h"

#define SOONEST_AGAIN_NS 2000000u /* 2 ms: two ticks of the fastest clock that kernels have */

struct evl_gauge {
    uint64_t began_ns; /* the current step's clock; 0: it does not run */
    clock_pair began;
    machine_sample *machine; /* then; NULL: nobody asks how long it takes */
    uint64_t late_ns;        /* of the loop, then */
    bool on_watch;           /* it has joined the canary */
    uint64_t came_ns;        /* when the last that was read had come */
    uint64_t read_ns;        /* when it was read */
    bool stamped;            /* the kernel says so */
    bool counts;             /* its program counts segments */
    uint32_t inode;          /* the client's socket; 0: not known */
    bool is_ours;            /* it is this process's, as far as is known */
    uint64_t asked_ns;       /* how long that took to find out, after the clock had started */
    uint64_t start;          /* where the current step's bytes begin in the stream */
    uint64_t started_ns;     /* when the step before it was done */
    stream_marks marks;
    evl_measure failed;
    evl_measure doubts[EVL_DOUBTS_KEPT];
    uint64_t doubt_count;
    uint8_t no_delay; /* evl_no_delay */
};

/* --- clocks --- */

/* Read at one moment: once more where the machine was away between two readings. */
static clock_pair read_clocks(void) {
    clock_pair pair = {0};
    for (int attempt = 0; attempt < 4; attempt++) {
        struct timespec real;
        uint64_t before = evl_clock_ns();
        clock_gettime(CLOCK_REALTIME, &real);
        pair.monotonic_ns = evl_clock_ns();
        pair.real_ns = (uint64_t)real.tv_sec * 1000000000u + (uint64_t)real.tv_nsec;
        if (pair.monotonic_ns - before < 20000u)
            break;
    }
    return pair;
}

/* --- life --- */

static bool counts_segments(const evl_program *program) {
    for (; program != NULL; program = program->next)
        for (uint32_t i = 0; program->measured && i < program->count; i++)
            if (program->steps[i].segments > 0)
                return true;
    return false;
}

/* `read`: bytes that are not counted among what was received yet. */
static void mark_stream(evl_connection *c, size_t read) {
    stream_mark mark = {.bytes = c->received_total + read};
    if (c->gauge->counts && c->io.fd >= 0 && probe_segments(c->io.fd, &mark.bytes, &mark.segments))
        measure_mark(&c->gauge->marks, mark);
}

/* Makes sure that what the connection's programs ask for is measured from now on. */
bool gauge_make(evl_connection *c, const evl_program *program) {
    if (c->gauge == NULL) {
        c->gauge = calloc(1, sizeof *c->gauge);
        if (c->gauge == NULL)
            return false;
        c->gauge->start = c->consumed_total;
        c->gauge->started_ns = c->accepted_ns;
        c->gauge->came_ns = c->gauge->read_ns = c->last_bytes_ns;
        if (c->received_total == 0) /* as every stream begins */
            measure_mark(&c->gauge->marks, (stream_mark){0});
        if (c->host->is_tcp)
            socket_stamp_arrivals(c->io.fd);
    }
    c->gauge->counts = c->gauge->counts || counts_segments(program);
    mark_stream(c, 0);
    return true;
}

static void stop_clock(evl_connection *c) {
    evl_gauge *gauge = c->gauge;
    gauge->began_ns = 0;
    machine_release(gauge->machine);
    gauge->machine = NULL;
    if (gauge->on_watch)
        loop_canary_leave(c->host->loop);
    gauge->on_watch = false;
}

void gauge_stop(evl_connection *c) {
    if (c->gauge != NULL)
        stop_clock(c);
}

/* --- what happens --- */

/* It may not be accepted yet, or only just be. */
static void ask_whose(evl_connection *c) {
    evl_gauge *gauge = c->gauge;
    if (gauge->is_ours)
        return;
    if (gauge->inode == 0 && c->io.fd >= 0)
        gauge->inode = probe_inode(c->io.fd);
    gauge->is_ours = probe_is_ours(gauge->inode);
}

/* A choice's options may have what it has not. */
static bool may_be_timed(const evl_step *step) {
    return step->latency_ns > 0 || step->kind == EVL_STEP_CHOICE;
}

void gauge_rest(evl_connection *c) {
    evl_gauge *gauge = c->gauge;
    const evl_step *step = session_step(&c->session);
    if (gauge->began_ns != 0 || step == NULL || c->ended || io_is_pending(c) ||
        c->deferred != CONNECTION_NOTHING_DEFERRED)
        return;
    gauge->began = read_clocks();
    gauge->began_ns = gauge->began.monotonic_ns;
    mark_stream(c, 0);
    if (!may_be_timed(step))
        return;
    ask_whose(c); /* while it is there: one that has answered may be gone */
    gauge->asked_ns = evl_clock_ns() - gauge->began_ns;
    loop_canary_join(c->host->loop);
    gauge->on_watch = true;
    gauge->machine = machine_recent(gauge->began_ns);
    gauge->late_ns = loop_canary_late(c->host->loop, gauge->began_ns);
}

socket_result gauge_read(evl_connection *c, uint8_t *bytes, size_t capacity, size_t *length,
                         int *error) {
    evl_gauge *gauge = c->gauge;
    uint64_t stamp = 0;
    socket_result result = socket_read_stamped(c->io.fd, bytes, capacity, length, &stamp, error);
    if (result == SOCKET_LATER)
        return result;
    mark_stream(c, result == SOCKET_OK ? *length : 0);
    if (session_is_asking(&c->session)) /* its step's bytes were there before */
        return result;
    clock_pair now = read_clocks();
    uint64_t came = measure_arrival(stamp, &gauge->began, &now);
    gauge->read_ns = now.monotonic_ns;
    gauge->stamped = came != 0;
    gauge->came_ns = came != 0 ? came : now.monotonic_ns;
    return result;
}

/* --- a step that is done --- */

static evl_measure take_latency(evl_connection *c, const evl_step *step, uint32_t index,
                                uint64_t behind) {
    const evl_gauge *gauge = c->gauge;
    bool began = gauge->began_ns != 0 && gauge->came_ns > gauge->began_ns;
    evl_measure measure = {.kind = EVL_MEASURE_LATENCY,
                           .step = index,
                           .bound = step->latency_ns,
                           .measured = began ? gauge->came_ns - gauge->began_ns : 0,
                           .stamped = gauge->stamped,
                           .shared = behind > 0,
                           .read_ns = gauge->read_ns - gauge->came_ns};
    if (measure.measured <= measure.bound) /* it matters to nobody what the machine did */
        return measure;
    evl_witness witness;
    uint64_t now = evl_clock_ns();
    machine_sample *after = machine_now(now);
    measure.late_ns = gauge->on_watch ? loop_canary_late(c->host->loop, now) - gauge->late_ns : 0;
    if (!gauge->stamped) /* it was not read meanwhile */
        measure.late_ns += gauge->asked_ns;
    ask_whose(c);
    measure.waited_ns = machine_waited(gauge->machine, after, gauge->is_ours, &witness);
    measure.witness = (uint8_t)witness;
    machine_release(after);
    return measure;
}

/* Of each step and kind the first is kept, and how often it was so. */
static void doubt(evl_gauge *gauge, const evl_measure *measure) {
    for (uint64_t i = 0; i < gauge->doubt_count && i < EVL_DOUBTS_KEPT; i++) {
        evl_measure *kept = &gauge->doubts[i];
        if (kept->step == measure->step && kept->kind == measure->kind) {
            kept->times += kept->times < UINT32_MAX ? 1 : 0;
            return;
        }
    }
    if (gauge->doubt_count < EVL_DOUBTS_KEPT) {
        gauge->doubts[gauge->doubt_count] = *measure;
        gauge->doubts[gauge->doubt_count].times = 1;
    }
    gauge->doubt_count++;
}

/* False: it has failed. */
static bool judge(evl_connection *c, const evl_measure *measure, measure_result result,
                  evl_failure_kind kind) {
    evl_gauge *gauge = c->gauge;
    if (result == MEASURE_PASSED)
        return true;
    if (result == MEASURE_DOUBTFUL) {
        doubt(gauge, measure);
        return true;
    }
    gauge->failed = *measure;
    evl_failure failure = session_fail(&c->session, kind);
    failure.step = measure->step;
    failure.offset = 0;
    connection_fail(c, failure);
    return false;
}

/* A kernel sends again what was not acknowledged for two ticks of its clock: RFC 8985, section 7.
 * On loopback nothing is lost, but a busy machine is late to acknowledge. */
static bool may_be_sent_again(const evl_connection *c) {
    uint32_t count = 0;
    if (evl_clock_ns() - c->gauge->started_ns < SOONEST_AGAIN_NS)
        return false;
    return c->io.fd < 0 || probe_retransmits(c->io.fd, &count) != PROBE_TOLD || count > 0;
}

static bool judge_segments(evl_connection *c, const evl_step *step, uint32_t index, uint64_t end) {
    evl_measure measure = {.kind = EVL_MEASURE_SEGMENTS, .step = index, .bound = step->segments};
    measure_count(&c->gauge->marks, c->gauge->start, end, &measure);
    if (measure.measured > measure.bound)
        measure.again = may_be_sent_again(c);
    return judge(c, &measure, measure_segments(&measure), EVL_FAILURE_SEGMENTS);
}

/* What it took is told where anybody counts; then the clock of the step stands still. */
static bool measure_step(evl_connection *c, const evl_step *step, const evl_done *done,
                         uint64_t end, uint64_t behind, uint64_t *took_ns) {
    if (step->latency_ns > 0) {
        evl_measure latency = take_latency(c, step, done->step, behind);
        *took_ns = latency.measured;
        if (!judge(c, &latency, measure_latency(&latency), EVL_FAILURE_LATENCY))
            return false;
    }
    return step->segments == 0 || judge_segments(c, step, done->step, end);
}

bool gauge_step_done(evl_connection *c, const evl_done *done, const evl_input *input,
                     uint64_t *took_ns) {
    if (done->continues)
        return true;
    uint64_t end = c->consumed_total + done->used, behind = input->length - done->used;
    const evl_step *step = done->is_more ? NULL : program_find_step(c->chain, done->step);
    bool passed = step == NULL || !step_is_measured(step) ||
                  measure_step(c, step, done, end, behind, took_ns);
    stop_clock(c);
    c->gauge->start = end;
    c->gauge->started_ns = evl_clock_ns();
    measure_forget(&c->gauge->marks, end);
    return passed;
}

/* --- how the client's socket is set --- */

void gauge_inspect(evl_connection *c) {
    evl_measure measure = {.kind = EVL_MEASURE_NO_DELAY, .step = session_index(&c->session)};
    c->gauge->no_delay = (uint8_t)probe_no_delay(c->io.fd);
    bool known = c->gauge->no_delay == EVL_NO_DELAY_ON || c->gauge->no_delay == EVL_NO_DELAY_OFF;
    measure.most = measure.measured = known ? 0 : c->gauge->no_delay == EVL_NO_DELAY_GONE ? 2 : 1;
    measure_result result = c->gauge->no_delay == EVL_NO_DELAY_ON ? MEASURE_PASSED
                            : known                               ? MEASURE_FAILED
                                                                  : MEASURE_DOUBTFUL;
    (void)judge(c, &measure, result, EVL_FAILURE_NO_DELAY);
}

/* --- the record --- */

void gauge_view(const evl_connection *c, evl_connection_view *view) {
    const evl_gauge *gauge = c->gauge;
    bool all = gauge->doubt_count <= EVL_DOUBTS_KEPT;
    view->measure = gauge->failed;
    view->doubts = gauge->doubts;
    view->doubt_count = all ? (size_t)gauge->doubt_count : EVL_DOUBTS_KEPT;
    view->doubts_cut = gauge->doubt_count - view->doubt_count;
    view->no_delay = gauge->no_delay;
}

bool gauge_has_doubts(const evl_connection *c) {
    return c->gauge != NULL && c->gauge->doubt_count > 0;
}
