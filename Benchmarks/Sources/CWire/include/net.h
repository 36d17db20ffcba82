/* The few socket calls that the C programs of the benchmarks share. They end the program when one
 * fails that cannot. */
#ifndef BENCH_NET_H
#define BENCH_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NET_BACKLOG = 4096
};

/* Prints the message and, when `error` is not 0, its text; exits with 1. */
_Noreturn void net_fail(const char *what, int error);

/* Listens on 127.0.0.1, non-blocking; `port` 0 lets the kernel choose. Several may share a port
 * when `shared`. */
int net_listen(uint16_t port, bool shared, int backlog);

uint16_t net_port(int fd);

struct sockaddr_in net_address(uint16_t port);

/* Connects to 127.0.0.1:`port`, blocking, TCP_NODELAY set. */
int net_dial(uint16_t port);

/* Accepts one connection, non-blocking, TCP_NODELAY set; -1 when none waits. */
int net_accept(int listener);

void net_no_delay(int fd);

/* Blocking: sends or receives all of it, or returns false with errno set (0 at the end of the
 * stream). */
bool net_send_all(int fd, const void *bytes, size_t count);
bool net_receive_all(int fd, void *bytes, size_t count);

/* Lets this process have as many descriptors as it may. */
void net_raise_descriptors(void);

uint64_t net_now_ns(void);

#endif
