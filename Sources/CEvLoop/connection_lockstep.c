/* Lock-step: whether the client has taken every byte that was sent, as its kernel tells.
 *
 * Two questions, in this order: is anything of ours unacknowledged, then does the client's receive
 * queue hold anything. The second alone misses what arrives while the client is inside a read. And
 * a read that has emptied the queue must be over, for it would go on with what comes next: for TCP
 * the diagnostics answer only then, elsewhere a few microseconds must do.
 * Nobody tells when it happens, and it mostly happens within microseconds: so the next looks are on
 * the loop's next passes, which serve everybody else, and then ever more rarely. */
#include <errno.h>
#include <poll.h>

#include "connection.h"
#include "probe.h"

#define GRACE_NS 1000000u     /* 1 ms: without a kernel that tells */
#define SETTLE_NS 20000u      /* 20 us: for a read that has emptied the queue to be over */
#define MOST_LOOK_NS 100000u  /* 0.1 ms on each pass; see learn */
#define LEAST_LOOK_NS 5000u   /* 5 us */
#define FIRST_PAUSE_NS 20000u /* 20 us */
#define LAST_PAUSE_NS 500000u /* 0.5 ms */

/* What this kernel can be asked, found out once: for Unix-domain sockets and for TCP. Loop thread.
 */
static uint8_t best_known[2] = {EVL_LOCKSTEP_DIAG, EVL_LOCKSTEP_DIAG};

static uint8_t best_for(const evl_host *host) {
    uint8_t known = best_known[host->is_tcp];
    return host->lockstep > known ? host->lockstep : known;
}

static probe_answer ask_once(evl_connection *c, uint64_t now) {
    const evl_host *host = c->host;
    evl_pacer *pacer = c->pacer;
    if (pacer->lockstep == EVL_LOCKSTEP_DIAG)
        return host->is_tcp ? probe_peer_at_rest(c->io.fd, connection_ours(c), connection_theirs(c),
                                                 c->half_closed, now, &c->sample)
                            : probe_unix_peer(c->io.fd, &pacer->peer, now, &c->sample);
    if (pacer->lockstep == EVL_LOCKSTEP_PROC && host->is_tcp)
        return probe_peer_in_proc(c->io.fd, connection_ours(c), connection_theirs(c),
                                  c->half_closed, now, &c->sample);
    return PROBE_UNABLE;
}

/* Asks in the best way there is. UNABLE: there is none. */
static probe_answer ask(evl_connection *c, uint64_t now) {
    evl_pacer *pacer = c->pacer;
    while (pacer->lockstep < EVL_LOCKSTEP_TIMER) {
        errno = 0;
        probe_answer answer = ask_once(c, now);
        if (answer != PROBE_UNABLE)
            return answer;
        bool for_now = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
        pacer->lockstep++;
        if (!for_now && best_known[c->host->is_tcp] < pacer->lockstep)
            best_known[c->host->is_tcp] = pacer->lockstep;
    }
    return PROBE_UNABLE;
}

static bool is_broken(int fd) {
    struct pollfd state = {.fd = fd};
    return poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

/* The queue is empty. Whether the read that emptied it is over as well. */
static bool is_at_rest(evl_connection *c, uint64_t now) {
    evl_pacer *pacer = c->pacer;
    if (pacer->lockstep == EVL_LOCKSTEP_DIAG && c->host->is_tcp)
        return true;
    if (pacer->empty_ns == 0)
        pacer->empty_ns = now;
    return now >= pacer->empty_ns + SETTLE_NS;
}

/* True: the client has taken all, or is gone. */
static bool has_taken(evl_connection *c, uint64_t now) {
    evl_pacer *pacer = c->pacer;
    switch (ask(c, now)) {
    case PROBE_TOLD:
        pacer->found = true;
        if (c->sample.unread == 0)
            return is_at_rest(c, now);
        pacer->empty_ns = 0;
        return false;
    case PROBE_NOBODY:
        if (pacer->found || !c->host->is_tcp || c->got_fin || is_broken(c->io.fd))
            return true;
        pacer->lockstep = EVL_LOCKSTEP_TIMER; /* it is on another host: nobody here knows it */
        break;
    case PROBE_UNABLE:
        break;
    }
    return now >= pacer->quiet_ns + GRACE_NS;
}

/* How long to look on each pass: longer while that is where it is seen, shorter for slow clients.
 */
static void learn(evl_pacer *pacer) {
    bool seen_at_once = pacer->pause_ns == 0;
    uint64_t look = seen_at_once ? pacer->look_ns * 2 : pacer->look_ns / 2;
    pacer->look_ns = look > MOST_LOOK_NS    ? MOST_LOOK_NS
                     : look < LEAST_LOOK_NS ? LEAST_LOOK_NS
                                            : look;
}

static void look_again(evl_connection *c, uint64_t now) {
    evl_loop *loop = c->host->loop;
    evl_pacer *pacer = c->pacer;
    if (pacer->lockstep == EVL_LOCKSTEP_TIMER && pacer->quiet_ns != 0) {
        loop_alarm_set(loop, &c->alarm, pacer->quiet_ns + GRACE_NS);
        return;
    }
    if (now < pacer->since_ns + pacer->look_ns) {
        loop_turn_set(loop, &pacer->turn);
        return;
    }
    uint64_t pause = pacer->pause_ns == 0 ? FIRST_PAUSE_NS : pacer->pause_ns * 2;
    pacer->pause_ns = pause < LAST_PAUSE_NS ? pause : LAST_PAUSE_NS;
    loop_alarm_set(loop, &c->alarm, now + pacer->pause_ns);
}

bool lockstep_is_taken(evl_connection *c) {
    evl_pacer *pacer = c->pacer;
    if (c->sent_total == 0 || c->got_rst)
        return true;
    if (pacer->lockstep == EVL_LOCKSTEP_NONE) {
        pacer->lockstep = best_for(c->host);
        pacer->look_ns = MOST_LOOK_NS;
    }
    uint64_t now = loop_stamp(c->host->loop);
    bool on_its_way = probe_unacknowledged(c->io.fd) > (c->half_closed ? 1 : 0);
    /* It closed after a slice, and refused the next: behind its FIN no RST is read any more, and
     * what was on its way stays so for ever (K7). */
    if (on_its_way && c->got_fin && is_broken(c->io.fd))
        return true;
    pacer->quiet_ns = on_its_way ? 0 : pacer->quiet_ns != 0 ? pacer->quiet_ns : now;
    if (on_its_way || !has_taken(c, now)) {
        look_again(c, now);
        return false;
    }
    learn(pacer);
    return true;
}
