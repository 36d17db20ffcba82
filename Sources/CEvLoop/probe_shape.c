/* How a client's bytes came and how its socket is set. Linux: TCP_INFO of our own socket, and for
 * one in this process the client's, which is found by its inode (probe_mine.c). tcp(7). */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "probe.h"

#ifdef __linux__
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* From include/net/tcp_states.h, which is not exported. */
enum {
    STATE_CLOSE = 7, /* both have ended their streams */
    STATE_CLOSE_WAIT = 8,
    STATE_LAST_ACK = 9,
    STATE_CLOSING = 11
};

bool probe_segments(int fd, uint64_t *bytes, uint64_t *segments) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
        length < offsetof(struct tcp_info, tcpi_data_segs_in) + sizeof info.tcpi_data_segs_in)
        return false;
    bool ended = info.tcpi_state == STATE_CLOSE || info.tcpi_state == STATE_CLOSE_WAIT ||
                 info.tcpi_state == STATE_LAST_ACK || info.tcpi_state == STATE_CLOSING;
    /* A FIN is counted among the bytes; nothing comes behind it. */
    *bytes = ended ? *bytes + probe_unread(fd) : info.tcpi_bytes_received;
    *segments = info.tcpi_data_segs_in;
    return true;
}

/* --- the client's own descriptor --- */

/* `gone`: its client has closed it; one without an inode may also not be accepted yet. */
static probe_answer find_inode(int fd, uint32_t *inode, bool *gone) {
    socket_end ours, theirs;
    probe_row row;
    evl_sample sample;
    if (!socket_local_end(fd, &ours) || !socket_peer_end(fd, &theirs))
        return PROBE_NOBODY; /* it is gone */
    if (ours.family == EVL_UNIX)
        return probe_unix_peer(fd, inode, 0, &sample);
    probe_answer answer = probe_find_row(&ours, &theirs, &row);
    *inode = answer == PROBE_TOLD ? row.inode : 0;
    *gone = answer == PROBE_TOLD && row.orphaned;
    return answer;
}

uint32_t probe_inode(int fd) {
    uint32_t inode = 0;
    bool gone = false;
    return find_inode(fd, &inode, &gone) == PROBE_TOLD ? inode : 0;
}

/* Another thread may close the descriptor meanwhile, and have its number for another socket: what
 * was read counts only if it is the same socket before and afterwards. */
evl_no_delay probe_no_delay(int fd) {
    uint32_t inode = 0;
    bool gone = false;
    int on = 0;
    socklen_t length = sizeof on;
    probe_answer answer = find_inode(fd, &inode, &gone);
    if (answer == PROBE_UNABLE)
        return EVL_NO_DELAY_UNABLE;
    if (gone)
        return EVL_NO_DELAY_GONE;
    int client = answer == PROBE_TOLD ? probe_descriptor(inode) : -1;
    if (client < 0)
        return EVL_NO_DELAY_ELSEWHERE;
    if (getsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, &length) != 0 ||
        !probe_is_socket(client, inode))
        return EVL_NO_DELAY_ELSEWHERE;
    return on != 0 ? EVL_NO_DELAY_ON : EVL_NO_DELAY_OFF;
}

#else

bool probe_segments(int fd, uint64_t *bytes, uint64_t *segments) {
    (void)fd, (void)bytes, (void)segments;
    return false;
}

uint32_t probe_inode(int fd) {
    (void)fd;
    return 0;
}

evl_no_delay probe_no_delay(int fd) {
    (void)fd;
    return EVL_NO_DELAY_UNABLE;
}

#endif
