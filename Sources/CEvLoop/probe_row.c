/* The client's socket as its kernel shows it, and what ours says without being read. Linux:
 * NETLINK_SOCK_DIAG by exact 4-tuple, for any client on this host. sock_diag(7), poll(2). */
#ifdef __linux__
#define _GNU_SOURCE /* POLLRDHUP */
#endif
#include "probe.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

probe_departure probe_departed(int fd) {
    struct pollfd state = {.fd = fd, .events = POLLRDHUP};
    if (poll(&state, 1, 0) <= 0)
        return PROBE_STAYS;
    if ((state.revents & POLLERR) != 0)
        return PROBE_RESET;
    if ((state.revents & POLLHUP) != 0)
        return PROBE_LEFT;
    return state.revents != 0 ? PROBE_ENDED : PROBE_STAYS;
}

uint64_t probe_unread(int fd) {
    int count = 0;
    return ioctl(fd, FIONREAD, &count) == 0 && count > 0 ? (uint64_t)count : 0;
}

#ifdef __linux__
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>

void probe_acknowledge(int fd) {
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

/* SIOCOUTQ counts an unacknowledged FIN as a byte. */
probe_answer probe_fin_acknowledged(int fd) {
    int count = 0;
    if (ioctl(fd, SIOCOUTQ, &count) != 0)
        return PROBE_UNABLE;
    return count == 0 ? PROBE_TOLD : PROBE_NOBODY;
}

/* From include/net/tcp_states.h, which is not exported. */
enum {
    STATE_FIN_WAIT1 = 4,
    STATE_FIN_WAIT2 = 5,
    STATE_TIME_WAIT = 6,
    STATE_CLOSE_WAIT = 8,
    STATE_LAST_ACK = 9,
    STATE_LISTEN = 10,
    STATE_CLOSING = 11
};

typedef struct row_request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
} row_request;

typedef union row_reply {
    struct nlmsghdr header;
    uint8_t bytes[1024];
} row_reply;

/* The client's socket is the one whose local end is our peer and whose peer is our local end. */
static row_request request_of(const socket_end *ours, const socket_end *theirs) {
    row_request request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = ours->family == EVL_IPV6 ? AF_INET6 : AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_ext = 1u << (INET_DIAG_SKMEMINFO - 1),
                 .idiag_states = ~0u,
                 .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    struct inet_diag_sockid *id = &request.body.id;
    memcpy(id->idiag_src, theirs->bytes, sizeof theirs->bytes);
    memcpy(id->idiag_dst, ours->bytes, sizeof ours->bytes);
    id->idiag_sport = htons(theirs->port);
    id->idiag_dport = htons(ours->port);
    return request;
}

/* One of what was asked for beside the row; NULL: it is not there. */
static const uint8_t *find_part(const row_reply *reply, uint16_t type, size_t *length) {
    const struct inet_diag_msg *message = NLMSG_DATA(&reply->header);
    size_t before = NLMSG_LENGTH(NLMSG_ALIGN(sizeof *message));
    size_t whole = reply->header.nlmsg_len < sizeof reply->bytes ? reply->header.nlmsg_len
                                                                 : sizeof reply->bytes;
    size_t rest = whole > before ? whole - before : 0;
    const struct rtattr *next = (const struct rtattr *)(const void *)(message + 1);
    for (; RTA_OK(next, rest); next = RTA_NEXT(next, rest)) {
        *length = RTA_PAYLOAD(next);
        if (next->rta_type == type)
            return RTA_DATA(next);
    }
    return NULL;
}

/* Whether poll(2) would call the client's socket writable: a third of its buffer is free. See
 * sk_stream_is_writeable in include/net/sock.h. */
static bool has_room(const row_reply *reply) {
    uint32_t memory[SK_MEMINFO_WMEM_QUEUED + 1];
    size_t length = 0;
    const uint8_t *part = find_part(reply, INET_DIAG_SKMEMINFO, &length);
    if (part == NULL || length < sizeof memory)
        return true;
    memcpy(memory, part, sizeof memory);
    uint32_t queued = memory[SK_MEMINFO_WMEM_QUEUED], most = memory[SK_MEMINFO_SNDBUF];
    return most > queued && most - queued >= queued / 2;
}

probe_answer probe_retransmits(int fd, uint32_t *count) {
    socket_end ours, theirs;
    if (!socket_local_end(fd, &ours) || !socket_peer_end(fd, &theirs))
        return PROBE_NOBODY; /* it is gone */
    if (ours.family == EVL_UNIX)
        return PROBE_UNABLE;
    row_request request = request_of(&ours, &theirs);
    request.body.idiag_ext = 1u << (INET_DIAG_INFO - 1);
    row_reply reply;
    probe_answer answer =
        probe_ask(&request, sizeof request, &reply, sizeof reply, sizeof(struct inet_diag_msg));
    if (answer != PROBE_TOLD)
        return answer;
    size_t length = 0;
    const uint8_t *info = find_part(&reply, INET_DIAG_INFO, &length);
    const size_t place = offsetof(struct tcp_info, tcpi_total_retrans);
    if (info == NULL || length < place + sizeof *count)
        return PROBE_NOBODY; /* all that is left of it has none */
    memcpy(count, info + place, sizeof *count);
    return PROBE_TOLD;
}

probe_answer probe_find_row(const socket_end *ours, const socket_end *theirs, probe_row *row) {
    if (ours->family == EVL_UNIX || theirs->family == EVL_UNIX)
        return PROBE_UNABLE;
    row_request request = request_of(ours, theirs);
    row_reply reply;
    probe_answer answer =
        probe_ask(&request, sizeof request, &reply, sizeof reply, sizeof(struct inet_diag_msg));
    if (answer != PROBE_TOLD)
        return answer;
    const struct inet_diag_msg *found = NLMSG_DATA(&reply.header);
    uint8_t state = found->idiag_state;
    bool sent_fin = state == STATE_FIN_WAIT1 || state == STATE_FIN_WAIT2 ||
                    state == STATE_TIME_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING;
    if (state == STATE_LISTEN) /* found in place of a connection that is gone from its port */
        return PROBE_NOBODY;
    *row = (probe_row){
        .unread = found->idiag_rqueue,
        .unsent = found->idiag_wqueue,
        .got_fin = state == STATE_TIME_WAIT || state == STATE_CLOSE_WAIT ||
                   state == STATE_LAST_ACK || state == STATE_CLOSING,
        .sent_fin = sent_fin,
        /* One that was not accepted yet has no descriptor either. */
        .orphaned = found->idiag_inode == 0 && sent_fin,
        .has_room = has_room(&reply),
        .inode = found->idiag_inode,
    };
    return PROBE_TOLD;
}

#else

void probe_acknowledge(int fd) {
    (void)fd;
}

probe_answer probe_fin_acknowledged(int fd) {
    (void)fd;
    return PROBE_UNABLE;
}

probe_answer probe_retransmits(int fd, uint32_t *count) {
    (void)fd, (void)count;
    return PROBE_UNABLE;
}

probe_answer probe_find_row(const socket_end *ours, const socket_end *theirs, probe_row *row) {
    (void)ours, (void)theirs, (void)row;
    return PROBE_UNABLE;
}

#endif
