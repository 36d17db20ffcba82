/* accept4 and MSG_NOSIGNAL where they exist, their portable halves where not. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "socket_parts.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE is set on each socket instead */
#endif

static evl_status bind_to(int fd, const evl_address *wanted, evl_address *address, int *error);
static evl_status listen_on(int fd, const evl_address *wanted, int *error);

/* --- listening --- */

static int open_family(int family) {
#ifdef SOCK_CLOEXEC
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    return fd;
#endif
}

static int family_of(const evl_address *address) {
    switch ((evl_family)address->family) {
    case EVL_IPV4:
        return AF_INET;
    case EVL_IPV6:
        return AF_INET6;
    case EVL_UNIX:
        return AF_UNIX;
    }
    return AF_UNSPEC;
}

int socket_open(const evl_address *address) {
    return open_family(family_of(address));
}

void socket_limit_input(int fd, uint32_t receive_buffer) {
    int bytes = receive_buffer < INT32_MAX ? (int)receive_buffer : INT32_MAX;
    if (bytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

evl_status socket_bind(const evl_address *wanted, uint32_t receive_buffer, int *fd,
                       evl_address *address, int *error) {
    int made = socket_open(wanted);
    if (made < 0) {
        *error = errno;
        return EVL_SYSTEM;
    }
    socket_limit_input(made, receive_buffer);
    evl_status status = bind_to(made, wanted, address, error);
    if (status == EVL_OK)
        *fd = made;
    else
        close(made);
    return status;
}

evl_status socket_listen(const evl_address *wanted, uint32_t receive_buffer, int *fd,
                         evl_address *address, int *error) {
    int made = -1;
    evl_status status = socket_bind(wanted, receive_buffer, &made, address, error);
    if (status != EVL_OK)
        return status;
    status = listen_on(made, wanted, error);
    if (status == EVL_OK)
        *fd = made;
    else
        close(made);
    return status;
}

static evl_status bind_to(int fd, const evl_address *wanted, evl_address *address, int *error) {
    any_address raw = {0};
    socklen_t length = 0;
    evl_status status = socket_encode(wanted, &raw, &length);
    if (status != EVL_OK)
        return status;
    /* On a fixed port old connections in TIME_WAIT must not be in the way. A port the kernel
     * chooses is free anyway, and REUSEADDR would let it pick one that is half in use. */
    if (wanted->family != EVL_UNIX && wanted->port != 0)
        socket_set_flag(fd, SOL_SOCKET, SO_REUSEADDR);
    if (wanted->family == EVL_IPV6)
        socket_set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    *address = *wanted;
    if (bind(fd, &raw.any, length) != 0) {
        *error = errno;
        return EVL_SYSTEM;
    }
    if (wanted->family != EVL_UNIX && wanted->port != 0)
        socket_clear_flag(fd, SOL_SOCKET, SO_REUSEADDR); /* kept, it would let others in */
    length = sizeof raw;
    if (getsockname(fd, &raw.any, &length) != 0) {
        *error = errno;
        socket_unlink(wanted, socket_find_file(wanted)); /* bind(2) has just made it */
        return EVL_SYSTEM;
    }
    if (wanted->family == EVL_IPV4)
        address->port = ntohs(raw.v4.sin_port);
    if (wanted->family == EVL_IPV6)
        address->port = ntohs(raw.v6.sin6_port);
    return EVL_OK;
}

static evl_status listen_on(int fd, const evl_address *wanted, int *error) {
    *error = socket_listen_again(fd);
    if (*error == 0)
        return EVL_OK;
    socket_unlink(wanted, socket_find_file(wanted));
    return EVL_SYSTEM;
}

static evl_status encode_path(const evl_address *address, struct sockaddr_un *out,
                              socklen_t *length) {
    size_t count = strnlen(address->host, EVL_HOST_TEXT);
    if (count == 0)
        return EVL_BAD_ADDRESS;
    if (count >= sizeof out->sun_path)
        return EVL_PATH_TOO_LONG;
    out->sun_family = AF_UNIX;
    memcpy(out->sun_path, address->host, count);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + 1);
#ifdef __linux__
    if (address->host[0] == '@') { /* unix(7): an abstract name starts with NUL and has no end */
        out->sun_path[0] = '\0';
        *length -= 1;
    }
#endif
    return EVL_OK;
}

evl_status socket_encode(const evl_address *address, any_address *out, socklen_t *length) {
    switch ((evl_family)address->family) {
    case EVL_IPV4:
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(address->port);
        *length = sizeof out->v4;
        return inet_pton(AF_INET, address->host, &out->v4.sin_addr) == 1 ? EVL_OK : EVL_BAD_ADDRESS;
    case EVL_IPV6:
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(address->port);
        *length = sizeof out->v6;
        return inet_pton(AF_INET6, address->host, &out->v6.sin6_addr) == 1 ? EVL_OK
                                                                           : EVL_BAD_ADDRESS;
    case EVL_UNIX:
        return encode_path(address, &out->path, length);
    }
    return EVL_BAD_ADDRESS;
}

void socket_set_flag(int fd, int level, int option) {
    int on = 1;
    setsockopt(fd, level, option, &on, sizeof on);
}

void socket_clear_flag(int fd, int level, int option) {
    int off = 0;
    setsockopt(fd, level, option, &off, sizeof off);
}

socket_file socket_find_file(const evl_address *address) {
    struct stat found;
    if (address->family != EVL_UNIX || address->host[0] == '@' || lstat(address->host, &found) != 0)
        return (socket_file){0};
    return (socket_file){.device = (uint64_t)found.st_dev, .inode = (uint64_t)found.st_ino};
}

void socket_unlink(const evl_address *address, socket_file file) {
    socket_file found = socket_find_file(address);
    if (found.inode != 0 && found.inode == file.inode && found.device == file.device)
        unlink(address->host);
}

/* --- connections --- */

socket_end socket_end_of(const any_address *address) {
    socket_end end = {.family = EVL_UNIX};
    if (address->any.sa_family == AF_INET) {
        end = (socket_end){.family = EVL_IPV4, .port = ntohs(address->v4.sin_port)};
        memcpy(end.bytes, &address->v4.sin_addr, sizeof address->v4.sin_addr);
    } else if (address->any.sa_family == AF_INET6) {
        end = (socket_end){.family = EVL_IPV6, .port = ntohs(address->v6.sin6_port)};
        memcpy(end.bytes, &address->v6.sin6_addr, sizeof address->v6.sin6_addr);
    }
    return end;
}

void evl_end_text(const evl_end *end, char text[EVL_END_TEXT]) {
    char host[INET6_ADDRSTRLEN] = "";
    switch ((evl_family)end->family) {
    case EVL_IPV4:
        inet_ntop(AF_INET, end->bytes, host, sizeof host);
        snprintf(text, EVL_END_TEXT, "%s:%u", host, end->port);
        return;
    case EVL_IPV6:
        inet_ntop(AF_INET6, end->bytes, host, sizeof host);
        snprintf(text, EVL_END_TEXT, "[%s]:%u", host, end->port);
        return;
    case EVL_UNIX:
        snprintf(text, EVL_END_TEXT, "unix");
    }
}

static int accept_cloexec(int listener, any_address *address, socklen_t *length) {
#ifdef __linux__
    return accept4(listener, &address->any, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    int fd = accept(listener, &address->any, length);
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        socket_set_flag(fd, SOL_SOCKET, SO_NOSIGPIPE);
        socket_set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
    }
    return fd;
#endif
}

socket_result socket_accept(int listener, int *fd, socket_end *peer, int *error) {
    for (;;) {
        any_address address = {0};
        socklen_t length = sizeof address;
        int accepted = accept_cloexec(listener, &address, &length);
        int failure = errno;
        if (accepted >= 0) {
            *fd = accepted;
            *peer = socket_end_of(&address); /* getpeername(2) would fail after an early RST */
            return SOCKET_OK;
        }
        switch (failure) {
        case EINTR:
        case ECONNABORTED: /* this client gave up; the next may be fine. accept(2) */
        case EPROTO:
            continue;
        case EAGAIN:
            return SOCKET_LATER;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            *error = failure;
            return SOCKET_FULL;
        default:
            *error = failure;
            return SOCKET_ERROR;
        }
    }
}

static socket_result failed(int failure, int *error) {
    *error = failure;
    switch (failure) {
    case EAGAIN:
        return SOCKET_LATER;
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
    case ENOTCONN:
        return SOCKET_RESET;
    default:
        return SOCKET_ERROR;
    }
}

socket_result socket_read(int fd, uint8_t *bytes, size_t capacity, size_t *moved, int *error) {
    ssize_t count;
    do
        count = recv(fd, bytes, capacity, 0);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return failed(errno, error);
    *moved = (size_t)count;
    return count > 0 ? SOCKET_OK : SOCKET_END;
}

#if defined(__linux__) && defined(SO_TIMESTAMPNS)
void socket_stamp_arrivals(int fd) {
    socket_set_flag(fd, SOL_SOCKET, SO_TIMESTAMPNS);
}

static uint64_t stamp_of(struct msghdr *message) {
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
         part = CMSG_NXTHDR(message, part)) {
        struct timespec stamp;
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_TIMESTAMPNS)
            continue;
        memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
        return (uint64_t)stamp.tv_sec * 1000000000u + (uint64_t)stamp.tv_nsec;
    }
    return 0;
}

socket_result socket_read_stamped(int fd, uint8_t *bytes, size_t capacity, size_t *moved,
                                  uint64_t *stamp_ns, int *error) {
    union {
        struct cmsghdr alignment;
        char room[CMSG_SPACE(sizeof(struct timespec)) * 2];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t count;
    do {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        count = recvmsg(fd, &message, 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return failed(errno, error);
    *stamp_ns = stamp_of(&message);
    *moved = (size_t)count;
    return count > 0 ? SOCKET_OK : SOCKET_END;
}
#else
void socket_stamp_arrivals(int fd) {
    (void)fd;
}

socket_result socket_read_stamped(int fd, uint8_t *bytes, size_t capacity, size_t *moved,
                                  uint64_t *stamp_ns, int *error) {
    *stamp_ns = 0;
    return socket_read(fd, bytes, capacity, moved, error);
}
#endif

socket_result socket_write(int fd, struct iovec *parts, int count, size_t *moved, int *error) {
    struct msghdr message = {.msg_iov = parts};
    message.msg_iovlen = (__typeof__(message.msg_iovlen))count; /* size_t here, int on macOS */
    ssize_t written;
    do
        written = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        return failed(errno, error);
    *moved = (size_t)written;
    return SOCKET_OK;
}

void socket_half_close(int fd) {
    shutdown(fd, SHUT_WR);
}

void socket_reset(int fd) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

void socket_close(int fd) {
    if (fd >= 0)
        close(fd);
}

int socket_take_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}
