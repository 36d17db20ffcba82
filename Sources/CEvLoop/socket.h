/* Every socket call of the core, with errno turned into meaning. No libev here. */
#ifndef EVL_SOCKET_H
#define EVL_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "evl_endpoint.h"
#include "evl_event.h"

typedef enum socket_result {
    SOCKET_OK,    /* *moved bytes were moved */
    SOCKET_LATER, /* EAGAIN */
    SOCKET_END,   /* the peer's FIN */
    SOCKET_RESET, /* the peer's RST (ECONNRESET, EPIPE, …) */
    SOCKET_FULL,  /* accept: no descriptor or memory left; try again later */
    SOCKET_ERROR  /* anything else; errno in *error */
} socket_result;

typedef evl_end socket_end;

/* Binds and listens; on EVL_OK *fd and *address (with the kernel's port) are set. `receive_buffer`:
 * of the accepted sockets, see socket_limit_input. */
evl_status socket_listen(const evl_address *wanted, uint32_t receive_buffer, int *fd,
                         evl_address *address, int *error);

/* Makes SO_RCVBUF so large, and no larger; 0: leaves it to the kernel. Before it listens, for the
 * sockets it accepts, or before it connects. tcp(7). */
void socket_limit_input(int fd, uint32_t receive_buffer);

/* The same without listening: connects are refused, and nobody else gets the port. */
evl_status socket_bind(const evl_address *wanted, uint32_t receive_buffer, int *fd,
                       evl_address *address, int *error);

/* --- listening, and what else a port can do: socket_door.c --- */

/* A bound socket that does not listen, on the port of listening `fd`, which is bound to `address`:
 * once that is closed, connects are refused and nobody else gets the port. -1: there is none (the
 * errno in *error, 0 for Unix-domain sockets). */
int socket_reserve(int fd, const evl_address *address, int *error);

/* Listens on a bound socket, or anew, for all who come, on one that does: 0, or the errno. */
int socket_listen_again(int fd);

/* Listens on a socket bound to `address` with a queue that is full, so that connects get no answer:
 * 0, or the errno; then it listens, if it did before, with room in its queue. TCP, on Linux. */
int socket_saturate(int fd, const evl_address *address);

/* A descriptor that becomes readable whenever somebody has knocked, however many wait already; -1:
 * there is none. socket_heed makes it unreadable until the next one knocks. */
int socket_hark(int listener);
void socket_heed(int hark);

/* How many connections wait to be accepted. Where that can't be told, one if any do. */
uint32_t socket_known_pending(int fd);

/* The same, but there as many as may wait at all. */
uint32_t socket_most_pending(int fd);

/* Whether a connection waits to be accepted. Any thread. */
bool socket_has_pending(int fd);

/* --- connections --- */

/* `peer` receives the client's address. */
socket_result socket_accept(int listener, int *fd, socket_end *peer, int *error);

socket_result socket_read(int fd, uint8_t *bytes, size_t capacity, size_t *moved, int *error);

/* Has the kernel stamp what comes from now on; what is accepted inherits it. */
void socket_stamp_arrivals(int fd);

/* As socket_read; *stamp_ns is when the last of the bytes had come, by the real clock: 0 where the
 * kernel has not stamped them. */
socket_result socket_read_stamped(int fd, uint8_t *bytes, size_t capacity, size_t *moved,
                                  uint64_t *stamp_ns, int *error);
socket_result socket_write(int fd, struct iovec *parts, int count, size_t *moved, int *error);

void socket_half_close(int fd);

/* Closes with RST where the transport has one. */
void socket_reset(int fd);

void socket_close(int fd);

/* Reads and clears SO_ERROR: only after socket_read has said END, for it would swallow a reset. */
int socket_take_error(int fd);

/* Which file a Unix-domain socket was bound to; zeros for other addresses. */
typedef struct socket_file {
    uint64_t device, inode;
} socket_file;

socket_file socket_find_file(const evl_address *address);

/* Removes a Unix-domain socket's file, if it still is the one that was bound. */
void socket_unlink(const evl_address *address, socket_file file);

/* --- connecting: socket_dial.c --- */

typedef enum socket_dial_result {
    SOCKET_DIALLED,  /* connected */
    SOCKET_DIALLING, /* under way; *fd becomes writable when it is decided */
    SOCKET_REFUSED,  /* nobody listens there, yet: try again later */
    SOCKET_NO_ROOM,  /* no descriptor, memory or local port left: try again later */
    SOCKET_FAILED    /* anything else */
} socket_dial_result;

/* Whether the address can be written down as one; not whether anybody is there. Any thread. */
evl_status socket_check_address(const evl_address *address);

/* Begins to connect to `to`, from `from` unless that is NULL. Sets *fd for DIALLED and DIALLING,
 * else *error. */
socket_dial_result socket_dial(const evl_address *to, const evl_address *from,
                               uint32_t receive_buffer, int *fd, int *error);

/* What has become of a socket_dial that was under way. Takes nothing from a connection that has
 * been made, except that one reset since is told by *was_reset: its reset won't be read again. For
 * other outcomes than DIALLED and DIALLING sets *error; the socket is the caller's to close. */
socket_dial_result socket_dial_outcome(int fd, int *error, bool *was_reset);

/* Whether it is connected to itself, which the kernel allows when it happens to choose, as the port
 * to connect from, the very port that nobody listens on. */
bool socket_is_its_own_peer(int fd);

/* The socket's own address, and its peer's. False: it has none. */
bool socket_local_end(int fd, socket_end *local);
bool socket_peer_end(int fd, socket_end *peer);

/* Whether it is one address, and not all of this host's. */
bool socket_is_specific(const socket_end *end);

bool socket_same_end(const socket_end *a, const socket_end *b);

void socket_address_end(const evl_address *address, socket_end *end);

#endif
