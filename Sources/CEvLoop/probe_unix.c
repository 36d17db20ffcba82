/* Linux: unix_diag by inode. sock_diag(7). Our accepted socket names its peer, a client's socket
 * that has no name of its own; that one is then asked for its queue. */
#include "probe.h"

#ifdef __linux__
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/stat.h>

typedef struct unix_request {
    struct nlmsghdr header;
    struct unix_diag_req body;
} unix_request;

typedef union unix_reply {
    struct nlmsghdr header;
    uint8_t bytes[512];
} unix_reply;

static probe_answer ask(uint32_t inode, uint32_t show, unix_reply *reply) {
    unix_request request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = AF_UNIX,
                 .udiag_states = ~0u,
                 .udiag_ino = inode,
                 .udiag_show = show,
                 .udiag_cookie = {~0u, ~0u}},
    };
    return probe_ask(&request, sizeof request, reply, sizeof *reply, sizeof(struct unix_diag_msg));
}

/* The attribute's content, or NULL. */
static const void *attribute(const unix_reply *reply, unsigned short type, size_t length) {
    const struct unix_diag_msg *message = NLMSG_DATA(&reply->header);
    size_t rest = reply->header.nlmsg_len < sizeof reply->bytes ? reply->header.nlmsg_len
                                                                : sizeof reply->bytes;
    size_t before = NLMSG_LENGTH(NLMSG_ALIGN(sizeof *message));
    const struct rtattr *next = (const struct rtattr *)(const void *)(message + 1);
    rest = rest > before ? rest - before : 0;
    for (; RTA_OK(next, rest); next = RTA_NEXT(next, rest))
        if (next->rta_type == type && RTA_PAYLOAD(next) >= length)
            return RTA_DATA(next);
    return NULL;
}

static probe_answer find_peer(int fd, uint32_t *peer) {
    struct stat own;
    unix_reply reply;
    if (fstat(fd, &own) != 0)
        return PROBE_UNABLE;
    probe_answer answer = ask((uint32_t)own.st_ino, UDIAG_SHOW_PEER, &reply);
    if (answer != PROBE_TOLD)
        return PROBE_UNABLE; /* our own socket is there: this kernel can't say */
    const uint32_t *found = attribute(&reply, UNIX_DIAG_PEER, sizeof *found);
    if (found == NULL || *found == 0) /* it has been closed: a socket without a file has no inode */
        return PROBE_NOBODY;
    *peer = *found;
    return PROBE_TOLD;
}

probe_answer probe_unix_peer(int fd, uint32_t *peer, uint64_t now_ns, evl_sample *sample) {
    unix_reply reply;
    probe_answer answer = *peer == 0 ? find_peer(fd, peer) : PROBE_TOLD;
    if (answer == PROBE_TOLD)
        answer = ask(*peer, UDIAG_SHOW_RQLEN, &reply);
    if (answer != PROBE_TOLD)
        return answer;
    const struct unix_diag_rqlen *queue = attribute(&reply, UNIX_DIAG_RQLEN, sizeof *queue);
    if (queue == NULL)
        return PROBE_UNABLE;
    sample->time_ns = now_ns;
    sample->unread = queue->udiag_rqueue;
    return PROBE_TOLD;
}

#else

probe_answer probe_unix_peer(int fd, uint32_t *peer, uint64_t now_ns, evl_sample *sample) {
    (void)fd, (void)peer, (void)now_ns, (void)sample;
    return PROBE_UNABLE;
}

#endif
