/* Linux: SIOCOUTQ on our socket, and NETLINK_SOCK_DIAG by exact 4-tuple for the client's, which
 * works for any client on this host, in any process. sock_diag(7). Elsewhere the portable rest. */
#include "probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>

uint64_t probe_unacknowledged(int fd) {
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) == 0 && count > 0 ? (uint64_t)count : 0;
}

/* From include/net/tcp_states.h, which is not exported. */
enum {
    STATE_FIN_WAIT1 = 4,
    STATE_FIN_WAIT2 = 5,
    STATE_TIME_WAIT = 6,
    STATE_LAST_ACK = 9,
    STATE_LISTEN = 10,
    STATE_CLOSING = 11
};

typedef struct diag_request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
} diag_request;

static int diag_socket(void) {
    static int fd = -1; /* loop thread only; opened once per process, again after an EMFILE */
    if (fd < 0)
        fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    return fd;
}

probe_answer probe_ask(const void *request, size_t length, void *reply, size_t capacity,
                       size_t least) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    int diag = diag_socket();
    if (diag < 0 || sendto(diag, request, length, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
        return PROBE_UNABLE;
    ssize_t count = recv(diag, reply, capacity, 0); /* answered within sendto */
    if (count < (ssize_t)sizeof(struct nlmsghdr))
        return PROBE_UNABLE;
    const struct nlmsghdr *header = reply;
    if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY && count >= (ssize_t)NLMSG_LENGTH(least))
        return PROBE_TOLD;
    if (header->nlmsg_type != NLMSG_ERROR || count < (ssize_t)NLMSG_LENGTH(sizeof(int)))
        return PROBE_UNABLE;
    const struct nlmsgerr *error = NLMSG_DATA(header);
    return error->error == -ENOENT ? PROBE_NOBODY : PROBE_UNABLE;
}

static bool fill_end(const socket_end *end, __be32 words[4], __be16 *port) {
    memcpy(words, end->bytes, sizeof end->bytes);
    *port = htons(end->port);
    return end->family != EVL_UNIX;
}

/* The client's socket is the one whose local end is our peer and whose peer is our local end. */
static bool make_request(int fd, const socket_end *ours, const socket_end *theirs,
                         diag_request *request) {
    socket_end asked[2];
    if (ours == NULL && !socket_local_end(fd, &asked[0]))
        return false;
    if (theirs == NULL && !socket_peer_end(fd, &asked[1]))
        return false;
    ours = ours == NULL ? &asked[0] : ours;
    theirs = theirs == NULL ? &asked[1] : theirs;
    *request = (diag_request){
        .header = {.nlmsg_len = sizeof *request,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = ours->family == EVL_IPV6 ? AF_INET6 : AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = ~0u,
                 .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    struct inet_diag_sockid *id = &request->body.id;
    return fill_end(theirs, id->idiag_src, &id->idiag_sport) &&
           fill_end(ours, id->idiag_dst, &id->idiag_dport);
}

static probe_answer look(int fd, const socket_end *ours, const socket_end *theirs, bool fin_sent,
                         uint64_t now_ns, uint8_t more, evl_sample *sample) {
    diag_request request;
    union {
        struct nlmsghdr header;
        uint8_t bytes[1024];
    } reply;
    if (!make_request(fd, ours, theirs, &request))
        return PROBE_UNABLE;
    request.body.idiag_ext = more;
    probe_answer answer =
        probe_ask(&request, sizeof request, &reply, sizeof reply, sizeof(struct inet_diag_msg));
    if (answer != PROBE_TOLD)
        return answer;
    const struct inet_diag_msg *found = NLMSG_DATA(&reply.header);
    if (found->idiag_state ==
        STATE_LISTEN) /* in place of a connection that is gone from its port */
        return PROBE_NOBODY;
    uint32_t queued = found->idiag_rqueue;
    sample->time_ns = now_ns;
    sample->unread = fin_sent && queued > 0 ? queued - 1 : queued;
    sample->orphaned = found->idiag_inode == 0;
    switch (found->idiag_state) {
    case STATE_FIN_WAIT1:
    case STATE_FIN_WAIT2:
    case STATE_TIME_WAIT:
    case STATE_LAST_ACK:
    case STATE_CLOSING:
        sample->sent_fin = true;
        break;
    default:
        sample->sent_fin = false;
    }
    return PROBE_TOLD;
}

probe_answer probe_peer(int fd, const socket_end *ours, const socket_end *theirs, bool fin_sent,
                        uint64_t now_ns, evl_sample *sample) {
    return look(fd, ours, theirs, fin_sent, now_ns, 0, sample);
}

/* The kernel reads the queue's length first, and then locks the socket for tcp_info, as a read of
 * the client's has it locked: by its answer a read that emptied the queue is over. */
probe_answer probe_peer_at_rest(int fd, const socket_end *ours, const socket_end *theirs,
                                bool fin_sent, uint64_t now_ns, evl_sample *sample) {
    return look(fd, ours, theirs, fin_sent, now_ns, 1 << (INET_DIAG_INFO - 1), sample);
}

#else

uint64_t probe_unacknowledged(int fd) {
#ifdef SO_NWRITE
    int count = 0;
    socklen_t length = sizeof count;
    if (getsockopt(fd, SOL_SOCKET, SO_NWRITE, &count, &length) == 0 && count > 0)
        return (uint64_t)count;
#endif
    (void)fd;
    return 0;
}

probe_answer probe_peer(int fd, const socket_end *ours, const socket_end *theirs, bool fin_sent,
                        uint64_t now_ns, evl_sample *sample) {
    (void)ours, (void)theirs, (void)fd, (void)fin_sent, (void)now_ns, (void)sample;
    return PROBE_UNABLE;
}

probe_answer probe_peer_at_rest(int fd, const socket_end *ours, const socket_end *theirs,
                                bool fin_sent, uint64_t now_ns, evl_sample *sample) {
    return probe_peer(fd, ours, theirs, fin_sent, now_ns, sample);
}

#endif
