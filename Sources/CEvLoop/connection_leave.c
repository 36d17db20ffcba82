/* How a client left, and how much it had not read: asked of the kernel, worded as what it knows.
 *
 * After a FIN at the script's end: wait until the client's kernel queue is empty and our bytes are
 * acknowledged, read SO_ERROR once, then send our own FIN. Not before: a client that shuts down and
 * then closes with unread bytes looks clean until then, and our FIN would hide its reset. */
#include <poll.h>

#include "connection.h"
#include "probe.h"

#define QUIET_NS 2000000u              /* 2 ms */
#define CROWD_QUIET_NS 500000000u      /* 0.5 s */
#define QUIET_LOOK_NS 50000000u        /* 50 ms */
#define LAST_QUIET_LOOK_NS 1000000000u /* 1 s */
#define FIRST_LOOK_NS 200000u          /* 0.2 ms */
#define LAST_LOOK_NS 20000000u         /* 20 ms */
#define FIRST_JUDGE_NS 20000u          /* 20 us */
#define LAST_JUDGE_NS 2000000u         /* 2 ms */

evl_connection *connection_of_alarm(evl_alarm *alarm) {
    return (evl_connection *)(void *)((char *)alarm - offsetof(evl_connection, alarm));
}

static bool take_sample(evl_connection *c) {
    if (c->io.fd < 0 || !c->host->is_tcp || c->sent_total == 0)
        return false;
    const evl_host *host = c->host;
    return probe_peer(c->io.fd, connection_ours(c), connection_theirs(c), c->half_closed,
                      loop_stamp(host->loop), &c->sample) == PROBE_TOLD;
}

void leave_look_again(evl_connection *c, uint64_t first, uint64_t longest) {
    if (c->stage.open.look_after_ns == 0)
        c->stage.open.look_after_ns = first;
    uint64_t after = c->stage.open.look_after_ns;
    c->stage.open.look_after_ns = after * 2 < longest ? after * 2 : longest;
    loop_alarm_set(c->host->loop, &c->alarm, loop_stamp(c->host->loop) + after);
}

static void look_again(evl_connection *c, uint64_t longest) {
    uint64_t after = c->stage.open.look_after_ns;
    c->stage.open.look_after_ns = after * 2 < longest ? after * 2 : longest;
    loop_alarm_set(c->host->loop, &c->alarm, c->host->loop->now_ns + after);
}

void leave_look(evl_connection *c) {
    (void)take_sample(c);
}

/* While a script waits for the client to leave: looks now, and again ever more rarely, until the
 * client has taken everything. What it left behind can be told only from before its reset.
 *
 * A look costs as much as a small message. So where the client may go on as well, or no evidence is
 * kept, it has to have been silent for a while; the alarm for that is left alone while it is not.
 */
void leave_look_later(evl_connection *c, bool at_once) {
    if (alarm_is_set(&c->alarm) || c->got_fin || c->got_rst)
        return;
    uint64_t quiet_at = c->step_began_ns + (c->host->crowded ? CROWD_QUIET_NS : QUIET_NS);
    if (!at_once && c->host->loop->now_ns < quiet_at) {
        c->waits_for_quiet = true;
        loop_alarm_set(c->host->loop, &c->alarm, quiet_at);
        return;
    }
    bool seen_all = c->sample.time_ns >= c->step_began_ns && c->sample.unread == 0;
    if (seen_all || !take_sample(c) || c->sample.unread == 0)
        return;
    if (c->stage.open.look_after_ns == 0)
        c->stage.open.look_after_ns = at_once ? FIRST_LOOK_NS : QUIET_LOOK_NS;
    look_again(c, at_once ? LAST_LOOK_NS : LAST_QUIET_LOOK_NS);
}

/* Whether the client may still take, or refuse, something of what we sent; if not, whether the
 * kernel is sure. */
static bool is_undecided(evl_connection *c, bool *sure) {
    *sure = take_sample(c);
    if (*sure) {
        if (c->sample.unread > 0)
            return true;
    } else if (c->sample.unread > 0 && !c->seen_gone) {
        /* Gone, and last seen with unread bytes: its reset may still be on the way, for a while. */
        c->seen_gone = true;
        c->stage.open.look_after_ns = LAST_JUDGE_NS;
        return true;
    }
    return probe_unacknowledged(c->io.fd) > (c->half_closed ? 1 : 0);
}

/* Whether it has refused what was sent. Asked before our own FIN: a client that has read all and
 * closed may be gone from a kernel that has too many in TIME_WAIT, which then answers that FIN with
 * a reset that is nobody's refusal. */
static bool has_refused(evl_connection *c) {
    c->refused = c->refused || socket_take_error(c->io.fd) != 0;
    return c->refused;
}

/* True: decided, the session knows, the socket is closed. False: asks again after a while. */
bool leave_judge(evl_connection *c) {
    bool sure = false;
    if (c->sent_total > 0 && !has_refused(c) && is_undecided(c, &sure)) {
        if (c->stage.open.look_after_ns == 0)
            c->stage.open.look_after_ns = FIRST_JUDGE_NS;
        look_again(c, LAST_LOOK_NS);
        return false;
    }
    bool refused = c->refused || (!sure && has_refused(c));
    /* Gone without a reset since it was last seen: what it had not read then says nothing now. */
    if (!sure && !refused)
        c->sample = (evl_sample){0};
    c->half_closed = true; /* by closing */
    session_left(&c->session, refused ? EVL_LEAVE_RST_AFTER_FIN : EVL_LEAVE_FIN);
    if (refused)
        connection_note(c, EVL_EVENT_RST, session_index(&c->session), c->consumed_total);
    io_close(c);
    return true;
}

static bool has_error(int fd) {
    struct pollfd state = {.fd = fd};
    return poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0;
}

/* A reset waits until the client's kernel has all that was sent: it would discard the rest. */
bool leave_reset(evl_connection *c) {
    if (c->io.fd < 0)
        return fault_is_settled(c);
    if (!c->deferred_discard && !has_error(c->io.fd) && probe_unacknowledged(c->io.fd) > 0) {
        if (c->stage.open.look_after_ns == 0)
            c->stage.open.look_after_ns = FIRST_JUDGE_NS;
        look_again(c, LAST_LOOK_NS);
        return false;
    }
    fault_note_reset(c);
    io_reset(c);
    return fault_is_settled(c);
}

void leave_alarm(evl_alarm *alarm) {
    evl_connection *c = connection_of_alarm(alarm);
    if (c->yielded || c->waits_for_quiet) {
        c->waits_for_quiet = false;
        connection_pump(c, NULL, 0);
        return;
    }
    const evl_step *step = session_step(&c->session);
    bool waits =
        step != NULL && (step->kind == EVL_STEP_DELAY || step->kind == EVL_STEP_EXPECT_SILENCE);
    if (c->deferred == EVL_ACTION_STEP_DONE && waits) {
        c->time_up = true;
        /* What arrived while the loop was late still counts against a silence. */
        size_t length = io_read(c);
        connection_pump(c, c->host->loop->read_buffer, length);
        return;
    }
    connection_pump(c, NULL, 0);
}
