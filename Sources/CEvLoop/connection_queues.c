/* Where bytes wait when a limit has passed: two queues towards the client and two from it. With
 * what a script waits for they tell who waits for whom. Asked once, of a connection that has
 * failed. */
#include "connection.h"
#include "probe.h"

/* False: the ends can't be told, or the kernel tells of no such socket. */
static bool find_row(const evl_connection *c, probe_row *row) {
    const socket_end *ours = connection_ours(c), *theirs = connection_theirs(c);
    socket_end our_end, their_end;
    if (ours == NULL) {
        if (!socket_local_end(c->io.fd, &our_end))
            return false;
        ours = &our_end;
    }
    if (theirs == NULL) {
        if (!socket_peer_end(c->io.fd, &their_end))
            return false;
        theirs = &their_end;
    }
    return probe_find_row(ours, theirs, row) == PROBE_TOLD;
}

static uint64_t without_fin(uint64_t count, bool fin_sent) {
    return fin_sent && count > 0 ? count - 1 : count;
}

void queues_look(evl_connection *c) {
    /* What SIOCOUTQ counts of a Unix-domain socket is memory, not bytes. */
    if (c->io.fd < 0 || !c->host->is_tcp)
        return;
    evl_queues queues = {
        .time_ns = loop_stamp(c->host->loop),
        .unacknowledged = without_fin(probe_unacknowledged(c->io.fd), c->half_closed),
        .held = probe_unread(c->io.fd),
        .withheld = EVL_UNKNOWN,
        .has_room = true,
    };
    probe_row row;
    if (find_row(c, &row)) {
        queues.withheld = without_fin(row.unsent, row.sent_fin);
        queues.has_room = row.has_room;
        queues.sent_fin = row.sent_fin;
    }
    c->trouble->queues = queues;
}
