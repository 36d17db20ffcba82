/* The blocking client. */
#include "cclient.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

int cclient_connect(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

static bool receive_equal(int fd, const char *expected, size_t count) {
    char buffer[4096];
    while (count > 0) {
        ssize_t got = recv(fd, buffer, count < sizeof buffer ? count : sizeof buffer, 0);
        if (got <= 0 || memcmp(buffer, expected, (size_t)got) != 0)
            return false;
        expected += got;
        count -= (size_t)got;
    }
    return true;
}

bool cclient_exchange(int fd, const void *out, size_t count, const void *expected,
                      size_t expected_count) {
    return send_all(fd, out, count) && receive_equal(fd, expected, expected_count);
}

bool cclient_slices(int fd, const void *expected, size_t count, bool spinning, uint32_t *times) {
    const char *bytes = expected;
    uint64_t before = cclient_now(), give_up = before + 60000000000u;
    for (size_t i = 0; i < count;) {
        char buffer[4096];
        ssize_t got = recv(fd, buffer, sizeof buffer, spinning ? MSG_DONTWAIT : 0);
        uint64_t now = cclient_now();
        if (got < 0 && spinning && errno == EAGAIN && now < give_up)
            continue;
        if (got != 1 || buffer[0] != bytes[i])
            return false;
        times[i++] = (uint32_t)(now - before);
        before = now;
    }
    return true;
}

bool cclient_await_end(int fd) {
    char byte;
    return recv(fd, &byte, 1, 0) <= 0;
}

void cclient_close(int fd) {
    close(fd);
}

bool cclient_hello(uint16_t port) {
    static const char question[] = "Hello, server!", answer[] = "Hello, client!";
    int fd = cclient_connect(port);
    if (fd < 0)
        return false;
    bool answered = cclient_exchange(fd, question, sizeof question - 1, answer, sizeof answer - 1);
    close(fd);
    return answered;
}
