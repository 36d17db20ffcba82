/* Sending at a pace: slice after slice, each in a write of its own, when its turn has come. By
 * lock-step that is when the client has taken the one before, else when its time has come. */
#include <stdlib.h>

#include "connection.h"

/* Slices that are written before others get their turn. */
enum {
    SLICES_AT_ONCE = 256
};

static void turn_taken(evl_turn *turn) {
    evl_pacer *pacer = (evl_pacer *)(void *)((char *)turn - offsetof(evl_pacer, turn));
    connection_pump(pacer->connection, NULL, 0);
}

/* NULL without memory. */
static evl_pacer *pacer_of(evl_connection *c) {
    if (c->pacer != NULL)
        return c->pacer;
    c->pacer = calloc(1, sizeof *c->pacer);
    if (c->pacer == NULL)
        return NULL;
    c->pacer->turn.run = turn_taken;
    c->pacer->connection = c;
    return c->pacer;
}

/* Steele, Lea and Flood's SplitMix64, by Vigna: https://prng.di.unimi.it/splitmix64.c */
static uint64_t mixed(uint64_t state) {
    state += 0x9e3779b97f4a7c15u;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
    return state ^ (state >> 31);
}

/* From 0 to `most`; the same for the same seed, connection, step and slice. */
static uint64_t chance(const evl_connection *c, const evl_pace *pace, uint64_t most) {
    if (most == 0)
        return 0;
    uint64_t place = mixed(pace->seed ^ c->number) ^ session_index(&c->session);
    return mixed(mixed(place) ^ c->pacer->slices) % (most == UINT64_MAX ? most : most + 1);
}

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static void begin(evl_connection *c, const evl_pace *pace) {
    evl_pacer *pacer = c->pacer;
    uint64_t now = loop_stamp(c->host->loop);
    pacer->begun = true;
    pacer->offset = pacer->slices = 0;
    pacer->moved_ns = now;
    lockstep_begin(pacer, now);
    if (pace->release == EVL_RELEASE_TIMED)
        pacer->due_ns =
            later(pacer->due_ns, now + pace->delay_ns) + chance(c, pace, pace->delay_jitter_ns);
}

static size_t slice_end(const evl_pacer *pacer, const evl_step *step) {
    const evl_pace *pace = step->pace;
    if (pace->cut_count > 0)
        return pacer->slices < pace->cut_count ? (size_t)pace->cuts[pacer->slices] : step->length;
    bool is_last = pace->slice == 0 || step->length - pacer->offset <= pace->slice;
    return is_last ? step->length : pacer->offset + (size_t)pace->slice;
}

/* False: the write has failed. */
static bool send_slice(evl_connection *c, const evl_step *step) {
    evl_pacer *pacer = c->pacer;
    size_t end = slice_end(pacer, step);
    write_batch batch = {.count = 0};
    evl_done done = {.step = session_index(&c->session),
                     .bytes = step->bytes + pacer->offset,
                     .length = end - pacer->offset,
                     .limit_ns = step->limit_ns};
    io_batch(c, &batch, &done);
    pacer->offset = end;
    pacer->slices++;
    bool written = io_flush(c, &batch);
    uint64_t now = loop_stamp(c->host->loop);
    pacer->moved_ns = now;
    lockstep_begin(pacer, now);
    pacer->due_ns = later(pacer->due_ns, now) + step->pace->every_ns +
                    chance(c, step->pace, step->pace->jitter_ns);
    return written;
}

/* Whether what comes next may come: a slice, or the send's end. False: pumps again later. */
static bool may_go_on(evl_connection *c, const evl_step *step) {
    evl_pacer *pacer = c->pacer;
    if (step->pace->release == EVL_RELEASE_LOCKSTEP)
        return lockstep_is_taken(c);
    if (pacer->offset == step->length || c->host->loop->now_ns >= pacer->due_ns)
        return true;
    loop_alarm_set(c->host->loop, &c->alarm, pacer->due_ns);
    return false;
}

bool pace_go_on(evl_connection *c) {
    const evl_step *step = session_step(&c->session);
    evl_pacer *pacer = pacer_of(c);
    if (pacer == NULL) {
        connection_fail(c, session_fail(&c->session, EVL_FAILURE_NO_MEMORY));
        return true;
    }
    if (!pacer->begun)
        begin(c, step->pace);
    for (int slice = 0; slice < SLICES_AT_ONCE; slice++) {
        bool is_over = pacer->offset == step->length;
        if (c->got_rst && !is_over) {
            evl_failure failure = session_fail(&c->session, EVL_FAILURE_CLIENT_RESET);
            failure.offset = pacer->offset;
            connection_fail(c, failure);
            return true;
        }
        if (!may_go_on(c, step))
            return false;
        if (is_over) {
            pacer->begun = false;
            return true;
        }
        if (!send_slice(c, step))
            return true;
        if (io_is_pending(c))
            return false;
    }
    loop_turn_set(c->host->loop, &pacer->turn);
    return false;
}

uint64_t pace_progress(const evl_connection *c) {
    const evl_pacer *pacer = c->pacer;
    return pacer == NULL ? 0 : later(pacer->moved_ns, pacer->due_ns);
}

void pace_stop(evl_connection *c) {
    if (c->pacer != NULL)
        loop_turn_cancel(&c->pacer->turn);
}
