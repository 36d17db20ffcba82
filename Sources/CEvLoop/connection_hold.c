/* Not reading: what the client sends stays in the kernel, until its own buffers are full.
 *
 * Whether it has left has to be found out without reading, by looking now and again, ever more
 * rarely: its end is behind bytes that we do not take. */
#include "connection.h"
#include "probe.h"

#define FIRST_LOOK_NS 200000u         /* 0.2 ms */
#define LAST_LOOK_NS 20000000u        /* 20 ms */
#define CROWD_LAST_LOOK_NS 500000000u /* 0.5 s */
#define PRESSURE_LOOK_NS 5000000u     /* 5 ms */
#define STILL_NS 20000000u            /* 20 ms */

bool hold_is_idle(const evl_connection *c) {
    const evl_step *step = session_step(&c->session);
    return c->deferred == EVL_ACTION_HOLD && step->kind == EVL_STEP_STALL &&
           (step->flags & EVL_STEP_MAY_STAY) != 0;
}

static probe_answer find_row(const evl_connection *c, probe_row *row) {
    if (!c->host->is_tcp)
        return PROBE_UNABLE;
    return probe_find_row(&c->breakage->ours, &c->breakage->theirs, row);
}

/* One that has ended its stream may still read; and one that is gone, or has closed, may have sent
 * more than we have room for, its end behind it: that is known of its socket alone. */
static probe_departure departed(const evl_connection *c) {
    probe_departure departure = probe_departed(c->io.fd);
    probe_row row;
    if (departure == PROBE_LEFT || departure == PROBE_RESET)
        return departure;
    probe_answer answer = find_row(c, &row);
    if (answer == PROBE_TOLD)
        return row.orphaned ? PROBE_LEFT : PROBE_STAYS;
    return departure == PROBE_ENDED && c->host->is_tcp ? PROBE_LEFT : PROBE_STAYS;
}

/* Begins, once. False: without memory. */
static bool begin(evl_connection *c) {
    if (c->held)
        return true;
    evl_breakage *breakage = fault_breakage(c);
    if (breakage == NULL)
        return false;
    c->held = true;
    breakage->began_ns = breakage->moved_ns = loop_stamp(c->host->loop);
    evl_fault *fault = fault_note(c);
    if (fault != NULL)
        fault->held = probe_unread(c->io.fd);
    return true;
}

static bool end(evl_connection *c) {
    c->held = false;
    return false;
}

/* What has been noted of the step that is being played; NULL: nothing. */
static evl_fault *noted(const evl_connection *c) {
    return c->host->counters_only ? NULL : fault_latest(c);
}

static void settle(evl_connection *c, evl_fault *fault) {
    if (fault == NULL)
        return;
    fault->proof = EVL_PROOF_CONFIRMED;
    fault->settled_ns = loop_stamp(c->host->loop);
}

/* --- stalling --- */

static bool is_over(const evl_connection *c, const evl_step *step, uint64_t now) {
    if (c->host->finishing && (step->flags & EVL_STEP_MAY_STAY) != 0)
        return true;
    if (step->number > 0 && now - c->breakage->began_ns >= step->number)
        return true;
    probe_departure departure = departed(c);
    return departure == PROBE_LEFT || departure == PROBE_RESET;
}

static bool stall_goes_on(evl_connection *c, const evl_step *step) {
    uint64_t now = loop_stamp(c->host->loop);
    evl_fault *fault = noted(c);
    bool over = is_over(c, step, now);
    if (fault != NULL)
        fault->held = probe_unread(c->io.fd);
    if (over) {
        settle(c, fault);
        return end(c);
    }
    leave_look_again(c, FIRST_LOOK_NS, c->host->crowded ? CROWD_LAST_LOOK_NS : LAST_LOOK_NS);
    uint64_t ends_ns = c->breakage->began_ns + step->number;
    if (step->number > 0 && ends_ns < c->alarm.at_ns)
        loop_alarm_set(c->host->loop, &c->alarm, ends_ns);
    return true;
}

/* --- back-pressure --- */

static bool fail(evl_connection *c, evl_failure_kind kind) {
    connection_fail(c, session_fail(&c->session, kind));
    return end(c);
}

static bool pressure_goes_on(evl_connection *c) {
    evl_breakage *breakage = c->breakage;
    evl_fault *fault = fault_latest(c);
    probe_row row;
    probe_departure departure = departed(c);
    if (departure == PROBE_LEFT || departure == PROBE_RESET)
        return fail(c,
                    departure == PROBE_LEFT ? EVL_FAILURE_CLIENT_CLOSED : EVL_FAILURE_CLIENT_RESET);
    probe_acknowledge(c->io.fd);
    if (find_row(c, &row) != PROBE_TOLD)
        return fail(c, EVL_FAILURE_UNPROVABLE);
    uint64_t now = loop_stamp(c->host->loop), held = probe_unread(c->io.fd);
    if (held != fault->held || row.unsent != fault->withheld) {
        fault->held = held;
        fault->withheld = row.unsent;
        breakage->moved_ns = c->progress_ns = now;
    }
    fault->has_room = row.has_room;
    if (row.unsent > 0 && !row.has_room && now - breakage->moved_ns >= STILL_NS) {
        settle(c, fault);
        c->deaf = true;
        return end(c);
    }
    leave_look_again(c, FIRST_LOOK_NS, PRESSURE_LOOK_NS);
    return true;
}

bool hold_goes_on(evl_connection *c) {
    const evl_step *step = session_step(&c->session);
    if (step->kind == EVL_STEP_STOP_READING || step->kind == EVL_STEP_RESUME_READING) {
        c->deaf = step->kind == EVL_STEP_STOP_READING;
        return false;
    }
    if (!begin(c))
        return fail(c, EVL_FAILURE_NO_MEMORY);
    return step->kind == EVL_STEP_STALL ? stall_goes_on(c, step) : pressure_goes_on(c);
}
