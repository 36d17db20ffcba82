#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Noreturn void net_fail(const char *what, int error) {
    fflush(stdout);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(error));
    } else {
        fprintf(stderr, "%s\n", what);
    }
    exit(1);
}

struct sockaddr_in net_address(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int net_listen(uint16_t port, bool shared, int backlog) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        net_fail("socket", errno);
    }
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)) {
        net_fail("setsockopt", errno);
    }
    struct sockaddr_in address = net_address(port);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, backlog) < 0) {
        net_fail("listen", errno);
    }
    return fd;
}

uint16_t net_port(int fd) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        net_fail("getsockname", errno);
    }
    return ntohs(address.sin_port);
}

void net_no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int net_dial(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = net_address(port);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        net_fail("connect", errno);
    }
    net_no_delay(fd);
    return fd;
}

int net_accept(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            net_no_delay(fd);
            return fd;
        }
        /* ECONNABORTED: the client gave up before we came; the next may be well. See accept(2). */
        if (errno != EINTR && errno != ECONNABORTED) {
            if (errno != EAGAIN) {
                net_fail("accept", errno);
            }
            return -1;
        }
    }
}

bool net_send_all(int fd, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t sent = send(fd, next, count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        if (sent > 0) {
            next += sent;
            count -= (size_t)sent;
        }
    }
    return true;
}

bool net_receive_all(int fd, void *bytes, size_t count) {
    char *next = bytes;
    while (count > 0) {
        ssize_t got = recv(fd, next, count, 0);
        if (got == 0) {
            errno = 0;
            return false;
        }
        if (got < 0 && errno != EINTR) {
            return false;
        }
        if (got > 0) {
            next += got;
            count -= (size_t)got;
        }
    }
    return true;
}

void net_raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

uint64_t net_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
