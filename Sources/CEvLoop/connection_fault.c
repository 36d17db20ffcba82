/* Breaking the connection, as a script says, and what the client's kernel confirms of it.
 *
 * Before the cut: how much the client's kernel had acknowledged, and the client had left unread.
 * After it: whether the FIN is acknowledged or the RST has ended the client's side, asked of our
 * own socket while there is one, and then of the client's. Ends that no script wrote ask nothing.
 */
#include <stdlib.h>

#include "connection.h"
#include "probe.h"

#define FIRST_LOOK_NS 20000u /* 20 us */
#define LAST_LOOK_NS 2000000u
#define PATIENCE_NS 20000000u /* 20 ms: two kernels on one host need a few microseconds */

/* --- entries --- */

evl_breakage *fault_breakage(evl_connection *c) {
    if (c->breakage != NULL)
        return c->breakage;
    evl_breakage *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    const socket_end *ours = connection_ours(c), *theirs = connection_theirs(c);
    if (ours != NULL)
        made->ours = *ours;
    else
        (void)socket_local_end(c->io.fd, &made->ours);
    if (theirs != NULL)
        made->theirs = *theirs;
    else
        (void)socket_peer_end(c->io.fd, &made->theirs);
    c->breakage = made;
    return made;
}

evl_fault *fault_latest(const evl_connection *c) {
    uint32_t count = c->breakage == NULL ? 0 : c->breakage->count;
    if (count == 0)
        return NULL;
    return &c->breakage->faults[count < EVL_FAULTS_KEPT ? count - 1 : EVL_FAULTS_KEPT - 1];
}

static bool is_wanted(const evl_connection *c, const evl_step *step) {
    if (c->io.fd < 0 || (step->flags & EVL_STEP_IMPLICIT) != 0)
        return false;
    if (step->kind == EVL_STEP_EXPECT_BACKPRESSURE) /* it lives on what is noted */
        return true;
    return !c->host->counters_only &&
           (step->kind != EVL_STEP_DISCONNECT || (step->flags & EVL_STEP_KEEP) != 0);
}

static uint64_t acknowledged(const evl_connection *c, uint64_t sent) {
    uint64_t fin = c->half_closed ? 1 : 0;
    /* A Unix-domain socket's bytes are the client's as soon as they are written. */
    uint64_t left = c->host->is_tcp ? probe_unacknowledged(c->io.fd) : 0;
    left = left > fin ? left - fin : 0;
    return sent > left ? sent - left : 0;
}

evl_fault *fault_note(evl_connection *c) {
    const evl_step *step = session_step(&c->session);
    if (!is_wanted(c, step) || fault_breakage(c) == NULL)
        return NULL;
    c->breakage->count++;
    evl_fault *fault = fault_latest(c);
    uint64_t sent = c->sent_total - connection_unwritten(c);
    *fault = (evl_fault){.time_ns = loop_stamp(c->host->loop),
                         .sent = sent,
                         .acknowledged = acknowledged(c, sent),
                         .unread = EVL_UNKNOWN,
                         .held = EVL_UNKNOWN,
                         .step = session_index(&c->session),
                         .kind = step->kind};
    return fault;
}

static void settle(evl_connection *c, evl_fault *fault, evl_proof proof) {
    fault->proof = (uint8_t)proof;
    fault->settled_ns = loop_stamp(c->host->loop);
}

/* --- before the cut --- */

/* What only the client's side can tell; settles it where there is nobody to ask. */
static void ask_before(evl_connection *c, evl_fault *fault) {
    probe_row row;
    if (!c->host->is_tcp)
        return;
    probe_answer answer = probe_find_row(&c->breakage->ours, &c->breakage->theirs, &row);
    if (answer == PROBE_TOLD)
        fault->unread = row.unread > 0 && c->half_closed ? row.unread - 1 : row.unread;
    else
        settle(c, fault, answer == PROBE_NOBODY ? EVL_PROOF_ELSEWHERE : EVL_PROOF_UNABLE);
}

/* --- a FIN, from a socket that stays --- */

/* The client's kernel may put off its acknowledgement for a while: then its socket says it. */
static void ask_of_fin(evl_connection *c, evl_fault *fault) {
    probe_row row;
    probe_answer answer = c->host->is_tcp ? probe_fin_acknowledged(c->io.fd) : PROBE_TOLD;
    bool has_it = answer == PROBE_NOBODY &&
                  probe_find_row(&c->breakage->ours, &c->breakage->theirs, &row) == PROBE_TOLD &&
                  row.got_fin;
    if (answer == PROBE_TOLD || has_it)
        settle(c, fault, EVL_PROOF_CONFIRMED);
    else if (answer == PROBE_UNABLE)
        settle(c, fault, EVL_PROOF_UNABLE);
    else
        fault->proof = EVL_PROOF_OPEN;
}

void fault_half_close(evl_connection *c, uint64_t consumed) {
    evl_fault *fault = fault_note(c);
    if (fault != NULL)
        ask_before(c, fault);
    socket_half_close(c->io.fd);
    c->half_closed = true;
    connection_note(c, EVL_EVENT_HALF_CLOSED, session_index(&c->session), consumed);
    if (fault != NULL)
        ask_of_fin(c, fault);
}

void fault_last_look(evl_connection *c) {
    evl_breakage *breakage = c->breakage;
    for (uint32_t i = 0; i < breakage->count && i < EVL_FAULTS_KEPT; i++) {
        evl_fault *fault = &breakage->faults[i];
        bool is_fin = fault->kind == EVL_STEP_HALF_CLOSE || fault->kind == EVL_STEP_DISCONNECT;
        if (!is_fin || fault->proof != EVL_PROOF_OPEN)
            continue;
        ask_of_fin(c, fault);
        if (fault->proof == EVL_PROOF_OPEN)
            settle(c, fault, c->got_rst ? EVL_PROOF_REFUSED : EVL_PROOF_OVERDUE);
    }
}

/* --- a RST, or a FIN from a socket that goes --- */

static bool has_arrived(const evl_fault *fault, probe_answer answer, const probe_row *row) {
    /* A side that is gone has had either, or has reset the connection itself. */
    bool by_reset = fault->kind == EVL_STEP_RESET || fault->sent_reset;
    return answer == PROBE_NOBODY || (answer == PROBE_TOLD && !by_reset && row->got_fin);
}

bool fault_is_settled(evl_connection *c) {
    evl_fault *fault = fault_latest(c);
    const evl_step *step = session_step(&c->session);
    if (fault == NULL || step->kind != fault->kind || fault->proof != EVL_PROOF_OPEN)
        return true;
    probe_row row;
    probe_answer answer = probe_find_row(&c->breakage->ours, &c->breakage->theirs, &row);
    if (!c->host->is_tcp || has_arrived(fault, answer, &row)) {
        settle(c, fault, EVL_PROOF_CONFIRMED);
    } else if (loop_stamp(c->host->loop) - fault->time_ns >= PATIENCE_NS) {
        settle(c, fault, EVL_PROOF_OVERDUE);
    } else {
        leave_look_again(c, FIRST_LOOK_NS, LAST_LOOK_NS);
        return false;
    }
    return true;
}

void fault_note_reset(evl_connection *c) {
    evl_fault *fault = fault_note(c);
    if (fault != NULL)
        ask_before(c, fault);
}

bool fault_close(evl_connection *c) {
    if (c->io.fd >= 0) {
        evl_fault *fault = fault_note(c);
        if (fault != NULL) {
            ask_before(c, fault);
            fault->held = probe_unread(c->io.fd);
            fault->sent_reset = c->host->is_tcp && fault->held > 0;
        }
        io_close(c);
    }
    return fault_is_settled(c);
}
