/* Nothing is allocated on the loop thread for a message, once a connection is warm: neither by the
 * core nor by libev. A client sends messages and reads the answers; malloc and its like are this
 * program's own, count what the loop thread asks of them, and pass it on. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoints.h"
#include "evl_loop.h"
#include "operations.h"

enum {
    WARM_UP = 3000, /* by then the transcript and the list of events are full */
    MESSAGES = 2000,
    RECORD_BYTES = 16 * 1024
};

/* --- counting --- */

static _Thread_local bool is_counted;
static atomic_uint allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void count(void) {
    if (is_counted)
        atomic_fetch_add(&allocations, 1);
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    count();
    *out = __libc_memalign(alignment, size);
    return *out != NULL ? 0 : 12; /* ENOMEM */
}

static sem_t switched;

static void begin_counting(void *context) {
    (void)context;
    atomic_store(&allocations, 0);
    is_counted = true;
    sem_post(&switched);
}

static void end_counting(void *context) {
    (void)context;
    is_counted = false;
    sem_post(&switched);
}

static void switch_counting(evl_work_fn work) {
    require(evl_loop_post(work, NULL) == EVL_OK, "a job for the loop");
    while (sem_wait(&switched) != 0)
        continue;
}

/* --- talking --- */

static int dial(const evl_address *address) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(address->port)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connecting");
    int on = 1; /* else the second part waits for the first to be acknowledged: 40 ms. tcp(7) */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct timeval limit = {.tv_sec = 30};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

static void send_all(int fd, const uint8_t *bytes, size_t length) {
    require(send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length, "sending");
}

static void receive_all(int fd, size_t length) {
    uint8_t answer[MOST_MESSAGE];
    require(recv(fd, answer, length, MSG_WAITALL) == (ssize_t)length, "receiving");
}

static void send_message(int fd, const uint8_t *message, size_t length, bool in_parts) {
    size_t first = in_parts ? length / 3 : 0;
    if (in_parts) {
        send_all(fd, message, first);
        usleep(50); /* most parts are then read by themselves: enough of them are */
    }
    send_all(fd, message + first, length - first);
    receive_all(fd, length);
}

static void talk(int fd, manner manner, uint32_t messages, bool in_parts) {
    uint8_t message[MOST_MESSAGE];
    size_t length = write_message(manner, message);
    for (uint32_t i = 0; i < messages; i++)
        send_message(fd, message, length, in_parts);
}

/* --- cases --- */

static unsigned count_allocations(manner manner, bool in_parts, bool records) {
    endpoint_ends server;
    evl_program *program = make_rounds(manner, false, ROUNDS_ENOUGH, false);
    open_server(&server, program, 1, records ? RECORD_BYTES : 0, !records);
    int fd = dial(&server.address);
    talk(fd, manner, WARM_UP, in_parts);
    switch_counting(begin_counting);
    talk(fd, manner, MESSAGES, in_parts);
    switch_counting(end_counting);
    close(fd);
    evl_endpoint_close(server.endpoint);
    return atomic_load(&allocations);
}

int main(void) {
    static const char *const names[] = {"raw", "framed", "pieces"};
    sem_init(&switched, 0, 0);
    int failed = 0;
    for (int i = 0; i < 12; i++) {
        manner manner = (enum manner)(i % 3);
        bool in_parts = i / 3 % 2 == 1, records = i / 6 == 1;
        unsigned found = count_allocations(manner, in_parts, records);
        printf("%-7s %-9s %-20s %u allocations on the loop thread for %d messages\n", names[manner],
               in_parts ? "in parts" : "whole", records ? "transcript full" : "counters only",
               found, MESSAGES);
        failed += found > 0 ? 1 : 0;
    }
    if (failed > 0)
        printf("FAILED: a message must cost no allocation once its connection is warm\n");
    return failed > 0 ? 1 : 0;
}
