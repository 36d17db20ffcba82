/* One connection, many large frames, one byte back. Sent from one buffer of a few frames, as many
 * bytes a call as the kernel takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "net.h"
#include "wire.h"

enum {
    FRAMES_A_CALL = 4
};

int run_stream(const load *load) {
    uint64_t frames = load->bytes / WIRE_CHUNK;
    uint8_t *buffer = malloc((size_t)FRAMES_A_CALL * WIRE_CHUNK_FRAME);
    for (size_t i = 0; i < FRAMES_A_CALL; i++) {
        wire_frame(buffer + i * WIRE_CHUNK_FRAME, WIRE_CHUNK);
    }
    if (load->spoiled >= 0) {
        buffer[(size_t)load->spoiled % ((size_t)FRAMES_A_CALL * WIRE_CHUNK_FRAME)] ^= 1;
    }
    int fd = load_dial(load);
    uint64_t started = net_now_ns();
    for (uint64_t left = frames; left > 0;) {
        uint64_t now = left < FRAMES_A_CALL ? left : FRAMES_A_CALL;
        if (!net_send_all(fd, buffer, now * WIRE_CHUNK_FRAME)) {
            load_lost("sending the stream");
        }
        left -= now;
    }
    uint8_t byte;
    if (!net_receive_all(fd, &byte, 1)) {
        load_lost("waiting for the byte that ends the stream");
    }
    double seconds = (double)(net_now_ns() - started) / 1e9;
    close(fd);
    free(buffer);
    printf("{\"bytes\":%llu,\"seconds\":%.6f,\"per_s\":%.1f}\n",
           (unsigned long long)(frames * WIRE_CHUNK), seconds,
           (double)(frames * WIRE_CHUNK) / seconds);
    return 0;
}
