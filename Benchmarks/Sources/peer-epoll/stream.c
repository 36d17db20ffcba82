/* The limit of a stream: blocking read() into one buffer that nobody looks at. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "net.h"
#include "peer.h"
#include "program.h"
#include "wire.h"

static uint64_t sink(int fd, uint64_t wanted) {
    static uint8_t buffer[WIRE_READ];
    uint64_t got = 0;
    while (got < wanted) {
        ssize_t count = read(fd, buffer, sizeof buffer);
        if (count > 0) {
            got += (uint64_t)count;
        } else if (count == 0 || errno != EINTR) {
            break;
        }
    }
    return got;
}

static void serve(int fd, uint64_t wanted, program_tally *tally) {
    fcntl(fd, F_SETFL, 0); /* blocking */
    uint64_t got = sink(fd, wanted);
    uint8_t byte = 0;
    uint8_t rest;
    bool well = got == wanted && net_send_all(fd, &byte, 1) && read(fd, &rest, 1) == 0;
    tally->connections++;
    tally->bytes += got;
    tally->failures += !well;
    close(fd);
}

int serve_stream(int argc, char **argv) {
    uint64_t payload = (uint64_t)program_number(argc, argv, "--bytes", 1 << 30);
    uint64_t wanted = payload / WIRE_CHUNK * WIRE_CHUNK_FRAME;
    int listener = net_listen(0, false, NET_BACKLOG);
    program_ready(net_port(listener));
    program_tally tally = {0};
    struct pollfd waits[] = {{listener, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    for (;;) {
        if (poll(waits, 2, -1) < 0 && errno != EINTR) {
            net_fail("poll", errno);
        }
        int fd = waits[0].revents != 0 ? net_accept(listener) : -1;
        if (fd >= 0) {
            serve(fd, wanted, &tally);
        } else if (waits[1].revents != 0 && program_read_order() == PROGRAM_END) {
            return program_finish(&tally);
        }
    }
}
