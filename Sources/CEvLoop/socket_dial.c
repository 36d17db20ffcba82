/* Connecting without blocking, and what each errno of it means. connect(2), tcp(7), unix(7). */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "socket_parts.h"

evl_status socket_check_address(const evl_address *address) {
    any_address raw = {0};
    socklen_t length = 0;
    return socket_encode(address, &raw, &length);
}

static socket_dial_result classify(int failure, bool is_unix) {
    switch (failure) {
    case EINPROGRESS:
    case EALREADY:
    case EINTR: /* the connection goes on being made. connect(2) */
        return SOCKET_DIALLING;
    case ECONNREFUSED:
        return SOCKET_REFUSED;
    case ENOENT: /* the path is not there yet */
    case EAGAIN: /* the listener's queue is full: a Unix-domain connect does not wait for room */
        return is_unix ? SOCKET_REFUSED : SOCKET_FAILED;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return SOCKET_NO_ROOM;
    default:
        return SOCKET_FAILED;
    }
}

static void prepare(int fd, const evl_address *to) {
#ifdef SO_NOSIGPIPE
    socket_set_flag(fd, SOL_SOCKET, SO_NOSIGPIPE);
#endif
    if (to->family != EVL_UNIX)
        socket_set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
}

/* The port is chosen when it connects: chosen by bind(2) it would be taken for all destinations,
 * and a few ten thousand connections would use them all up. ip(7). */
static int bind_source(int fd, const evl_address *from) {
    any_address raw = {0};
    socklen_t length = 0;
    if (socket_encode(from, &raw, &length) != EVL_OK)
        return EINVAL;
#ifdef IP_BIND_ADDRESS_NO_PORT
    if (from->family != EVL_UNIX && from->port == 0)
        socket_set_flag(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
#endif
    if (from->family != EVL_UNIX && from->port != 0)
        socket_set_flag(fd, SOL_SOCKET, SO_REUSEADDR); /* its last connection may be in TIME_WAIT */
    return bind(fd, &raw.any, length) == 0 ? 0 : errno;
}

/* Out of ports: those of connections that have ended are free again after a while. Not so where
 * the port is fixed, nor of IPv6 without a source, which says the same when it is switched off. */
static bool lacks_port(int failure, const evl_address *to, const evl_address *from) {
    if (failure != EADDRNOTAVAIL || (from != NULL && from->port != 0))
        return false;
    return to->family == EVL_IPV4 || from != NULL;
}

socket_dial_result socket_dial(const evl_address *to, const evl_address *from,
                               uint32_t receive_buffer, int *fd, int *error) {
    bool is_unix = to->family == EVL_UNIX;
    any_address raw = {0};
    socklen_t length = 0;
    if (socket_encode(to, &raw, &length) != EVL_OK) {
        *error = EINVAL;
        return SOCKET_FAILED;
    }
    int made = socket_open(to);
    if (made < 0) {
        *error = errno;
        return classify(*error, is_unix);
    }
    prepare(made, to);
    socket_limit_input(made, receive_buffer);
    int failure = from != NULL ? bind_source(made, from) : 0;
    if (failure != 0) {
        close(made);
        *error = failure;
        return SOCKET_FAILED;
    }
    if (connect(made, &raw.any, length) == 0) {
        *fd = made;
        return SOCKET_DIALLED;
    }
    failure = errno;
    socket_dial_result result =
        lacks_port(failure, to, from) ? SOCKET_NO_ROOM : classify(failure, is_unix);
    if (result == SOCKET_DIALLING) {
        *fd = made;
        return result;
    }
    close(made);
    *error = failure;
    return result;
}

socket_dial_result socket_dial_outcome(int fd, int *error, bool *was_reset) {
    struct pollfd state = {.fd = fd, .events = POLLOUT};
    *was_reset = false;
    if (poll(&state, 1, 0) <= 0)
        return SOCKET_DIALLING;
    if ((state.revents & POLLERR) == 0)
        return SOCKET_DIALLED; /* SO_ERROR is left alone: reading it would swallow a reset */
    *error = socket_take_error(fd);
    if (*error == ECONNRESET || *error == EPIPE) { /* only of what has been connected */
        *was_reset = true;
        return SOCKET_DIALLED;
    }
    return classify(*error, false);
}

static bool same_end(const any_address *a, const any_address *b) {
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET)
        return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    return a->any.sa_family == AF_INET6 && a->v6.sin6_port == b->v6.sin6_port &&
           memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

bool socket_is_its_own_peer(int fd) {
    any_address ours = {0}, theirs = {0};
    socklen_t length = sizeof ours;
    if (getsockname(fd, &ours.any, &length) != 0)
        return false;
    length = sizeof theirs;
    return getpeername(fd, &theirs.any, &length) == 0 && same_end(&ours, &theirs);
}

bool socket_local_end(int fd, socket_end *local) {
    any_address ours = {0};
    socklen_t length = sizeof ours;
    if (getsockname(fd, &ours.any, &length) != 0)
        return false;
    *local = socket_end_of(&ours);
    return true;
}

bool socket_peer_end(int fd, socket_end *peer) {
    any_address theirs = {0};
    socklen_t length = sizeof theirs;
    if (getpeername(fd, &theirs.any, &length) != 0)
        return false;
    *peer = socket_end_of(&theirs);
    return true;
}

bool socket_same_end(const socket_end *a, const socket_end *b) {
    return a->family == b->family && a->port == b->port &&
           memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool socket_is_specific(const socket_end *end) {
    static const uint8_t any[sizeof end->bytes];
    return end->family != EVL_UNIX && memcmp(end->bytes, any, sizeof any) != 0;
}

void socket_address_end(const evl_address *address, socket_end *end) {
    any_address raw = {0};
    socklen_t length = 0;
    if (socket_encode(address, &raw, &length) == EVL_OK)
        *end = socket_end_of(&raw);
}
