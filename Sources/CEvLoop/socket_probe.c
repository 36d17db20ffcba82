/* The socket of a client under test: plain blocking calls. connect(2), socket(7), tcp(7). */
#include "evl_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include "evl_loop.h"
#include "socket_parts.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE is set on each socket instead */
#endif

_Static_assert((int)EVL_END_TEXT == (int)SOCKET_PEER_TEXT, "both hold an address as text");

static evl_status failed(int failure, int *error) {
    *error = failure;
    return EVL_SYSTEM;
}

static void raise_no_signal(int fd) {
#ifdef SO_NOSIGPIPE
    socket_set_flag(fd, SOL_SOCKET, SO_NOSIGPIPE);
#else
    (void)fd;
#endif
}

/* --- connecting --- */

static int milliseconds_until(uint64_t end_ns) {
    uint64_t now = evl_clock_ns();
    uint64_t rest = end_ns > now ? (end_ns - now + 999999u) / 1000000u : 0;
    return rest < 1000000000u ? (int)rest : 1000000000;
}

/* What became of a connect(2) that is under way: 0, or its errno. */
static int outcome(int fd, uint64_t end_ns) {
    struct pollfd state = {.fd = fd, .events = POLLOUT};
    int ready;
    do
        ready = poll(&state, 1, milliseconds_until(end_ns));
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return ready < 0 ? errno : ETIMEDOUT;
    return socket_take_error(fd);
}

static int become_blocking(int fd, uint64_t limit_ns) {
    struct timeval limit = {0};
    limit.tv_sec = (__typeof__(limit.tv_sec))(limit_ns / 1000000000u);
    limit.tv_usec = (__typeof__(limit.tv_usec))(limit_ns % 1000000000u / 1000u);
    if (limit.tv_sec == 0 && limit.tv_usec == 0)
        limit.tv_usec = 1; /* zero would mean no limit at all. socket(7) */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
        return errno;
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0 ? 0 : errno;
}

static int connect_within(int fd, const any_address *to, socklen_t length, uint64_t limit_ns) {
    uint64_t now = evl_clock_ns();
    uint64_t end_ns = limit_ns < UINT64_MAX - now ? now + limit_ns : UINT64_MAX;
    int failure = connect(fd, &to->any, length) == 0 ? 0 : errno;
    if (failure == EINPROGRESS || failure == EINTR) /* both go on being made. connect(2) */
        failure = outcome(fd, end_ns);
    return failure != 0 ? failure : become_blocking(fd, limit_ns);
}

evl_status evl_probe_connect(const evl_address *address, uint64_t limit_ns, int *fd, int *error) {
    any_address raw = {0};
    socklen_t length = 0;
    evl_status status = socket_encode(address, &raw, &length);
    if (status != EVL_OK)
        return status;
    int made = socket_open(address);
    if (made < 0)
        return failed(errno, error);
    raise_no_signal(made);
    int failure = connect_within(made, &raw, length, limit_ns);
    if (failure != 0) {
        close(made);
        return failed(failure, error);
    }
    *fd = made;
    return EVL_OK;
}

/* --- adopting --- */

evl_status evl_probe_adopt(int fd, int *error) {
    any_address peer = {0};
    socklen_t length = sizeof peer;
    if (getpeername(fd, &peer.any, &length) != 0)
        return failed(errno, error);
    int type = 0;
    length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
        return failed(errno, error);
    if (type != SOCK_STREAM)
        return failed(EPROTOTYPE, error);
    raise_no_signal(fd);
    return EVL_OK;
}

static uint16_t port_of(const any_address *address) {
    switch (address->any.sa_family) {
    case AF_INET:
        return ntohs(address->v4.sin_port);
    case AF_INET6:
        return ntohs(address->v6.sin6_port);
    default:
        return 0;
    }
}

void evl_probe_ends(int fd, char local[EVL_END_TEXT], uint16_t *peer_port) {
    any_address ours = {0}, theirs = {0};
    socklen_t length = sizeof ours;
    (void)getsockname(fd, &ours.any, &length);
    length = sizeof theirs;
    (void)getpeername(fd, &theirs.any, &length);
    socket_end end = socket_end_of(&ours);
    socket_describe_end(&end, local);
    *peer_port = port_of(&theirs);
}

/* --- talking --- */

evl_status evl_probe_send(int fd, const uint8_t *bytes, size_t count, size_t *moved, int *error) {
    ssize_t sent;
    do
        sent = send(fd, bytes, count, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return failed(errno, error);
    *moved = (size_t)sent;
    return EVL_OK;
}

evl_status evl_probe_receive(int fd, uint8_t *bytes, size_t capacity, size_t *moved, int *error) {
    ssize_t received;
    do
        received = recv(fd, bytes, capacity, 0);
    while (received < 0 && errno == EINTR);
    if (received < 0)
        return failed(errno, error);
    *moved = (size_t)received;
    return EVL_OK;
}

evl_status evl_probe_shut_down(int fd, bool receiving, bool sending, int *error) {
    int how = receiving ? (sending ? SHUT_RDWR : SHUT_RD) : SHUT_WR;
    return shutdown(fd, how) == 0 ? EVL_OK : failed(errno, error);
}

void evl_probe_close(int fd) {
    socket_close(fd); /* never again after EINTR: the number may be another's by then. close(2) */
}
