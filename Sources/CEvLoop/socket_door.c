/* What a bound port does to those who connect: it serves, refuses, or does not answer. listen(2),
 * tcp(7), socket(7). What is Linux's own has its portable half beside it. */
#ifdef __linux__
#define _GNU_SOURCE
#include <sys/epoll.h>
#endif
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "socket_parts.h"

enum {
    BACKLOG = 4096,    /* 128 costs whole seconds when thousands connect at once */
    MOST_FILLERS = 16, /* a full queue takes one; more are for kernels that count otherwise */
    FILLER_WAIT_MS = 100,
    ENOUGH_SILENCE = 3 /* fillers without an answer, where the kernel does not say it is full */
};

/* --- serving and refusing --- */

/* Both sockets of this user say REUSEPORT, so the second may bind while the first still listens:
 * the port is never free. socket(7), SO_REUSEPORT. */
static int bind_beside(int fd, const evl_address *address, const any_address *raw,
                       socklen_t length) {
    int held = socket_open(address);
    if (held < 0)
        return -1;
    socket_set_flag(fd, SOL_SOCKET, SO_REUSEPORT);
    socket_set_flag(held, SOL_SOCKET, SO_REUSEPORT);
    /* REUSEADDR gets it past what is left of accepted sockets; kept, it would let others in. */
    socket_set_flag(held, SOL_SOCKET, SO_REUSEADDR);
    if (address->family == EVL_IPV6)
        socket_set_flag(held, IPPROTO_IPV6, IPV6_V6ONLY);
    if (bind(held, &raw->any, length) == 0) {
        socket_clear_flag(held, SOL_SOCKET, SO_REUSEADDR);
        return held;
    }
    int failure = errno;
    close(held);
    errno = failure;
    return -1;
}

int socket_reserve(int fd, const evl_address *address, int *error) {
    any_address raw = {0};
    socklen_t length = sizeof raw;
    *error = 0;
    if (address->family == EVL_UNIX || socket_encode(address, &raw, &length) != EVL_OK)
        return -1;
    int held = bind_beside(fd, address, &raw, length);
    if (held < 0)
        *error = errno;
    return held;
}

static int listen_for(int fd, int backlog) {
    /* Accepted sockets inherit both. What is left of them (FIN_WAIT2, TIME_WAIT) must not keep a
     * later server from this very port; nor this listen(2), which looks for conflicts anew. By now
     * REUSEADDR does not change what port the kernel has chosen. */
    socket_set_flag(fd, SOL_SOCKET, SO_REUSEADDR);
    socket_set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
    if (listen(fd, backlog) == 0)
        return 0;
    int failure = errno;
    socket_clear_flag(fd, SOL_SOCKET, SO_REUSEADDR);
    return failure;
}

int socket_listen_again(int fd) {
    return listen_for(fd, BACKLOG);
}

/* --- no answer --- */

#ifdef __linux__
/* Of a listening socket tcpi_unacked is the length of its accept queue, tcpi_sacked what that may
 * not exceed. tcp(7), inet_diag(7). */
static bool ask_queue(int fd, struct tcp_info *info) {
    socklen_t length = sizeof *info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) == 0;
}

static bool is_full(int fd) {
    struct tcp_info info;
    return ask_queue(fd, &info) && info.tcpi_unacked > info.tcpi_sacked;
}

/* Whether `filler` gets through. On the loopback that is decided within connect(2), unless the
 * machine is very busy: so this does not keep the loop waiting but for what tells of a full queue.
 * It leaves at once by RST, without a trace but for its place in the queue, which stays taken until
 * it is accepted: no descriptor is held, and nothing is left when the queue goes. */
static bool gets_in(int filler, const any_address *to, socklen_t length, int *error) {
    int result = connect(filler, &to->any, length);
    *error = result == 0 || errno == EINPROGRESS ? 0 : errno;
    struct pollfd state = {.fd = filler, .events = POLLOUT};
    bool through = *error == 0 && poll(&state, 1, FILLER_WAIT_MS) > 0;
    socket_reset(filler);
    return through;
}

/* Until the kernel says that it is full, or none gets in any more. */
static int fill(int fd, const evl_address *address, const any_address *to, socklen_t length) {
    for (int i = 0, silent = 0; i < MOST_FILLERS && silent < ENOUGH_SILENCE; i++) {
        if (is_full(fd))
            return 0;
        int error = 0, filler = socket_open(address);
        if (filler < 0)
            return errno;
        silent = gets_in(filler, to, length, &error) ? 0 : silent + 1;
        if (error != 0)
            return error;
        if (silent == ENOUGH_SILENCE)
            return 0;
    }
    return is_full(fd) ? 0 : EOPNOTSUPP;
}

int socket_saturate(int fd, const evl_address *address) {
    any_address to = {0};
    socklen_t length = 0;
    if (address->family == EVL_UNIX || socket_encode(address, &to, &length) != EVL_OK)
        return EOPNOTSUPP;
    int error = listen_for(fd, 0);
    if (error != 0)
        return error;
    error = fill(fd, address, &to, length);
    if (error != 0)
        listen_for(fd, BACKLOG);
    return error;
}
#else
/* Of BSD's listen(2) nobody has measured here what a backlog of 0 means. */
int socket_saturate(int fd, const evl_address *address) {
    (void)fd, (void)address;
    return EOPNOTSUPP;
}
#endif

/* --- who has knocked --- */

#ifdef __linux__
/* A listener stays readable while anybody waits. An epoll of its own tells each that comes once,
 * and can be waited for itself. epoll(7), EPOLLET. */
int socket_hark(int listener) {
    int hark = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    if (hark < 0 || epoll_ctl(hark, EPOLL_CTL_ADD, listener, &event) == 0)
        return hark;
    close(hark);
    return -1;
}

void socket_heed(int hark) {
    struct epoll_event event;
    epoll_wait(hark, &event, 1, 0);
}
#else
int socket_hark(int listener) {
    (void)listener;
    return -1;
}

void socket_heed(int hark) {
    (void)hark;
}
#endif

static uint32_t pending(int fd, uint32_t unknown) {
#ifdef __linux__
    struct tcp_info info;
    if (ask_queue(fd, &info) && info.tcpi_unacked > 0)
        return info.tcpi_unacked;
#endif
    return socket_has_pending(fd) ? unknown : 0;
}

uint32_t socket_known_pending(int fd) {
    return pending(fd, 1);
}

uint32_t socket_most_pending(int fd) {
    return pending(fd, BACKLOG);
}

bool socket_has_pending(int fd) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, 0) > 0;
}
