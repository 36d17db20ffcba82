/* The calls of a socket that a client under test uses in place of one of its own. They block,
 * unless the socket does not; none raises SIGPIPE, and all go on after EINTR. Any thread.
 *
 * Each answers EVL_OK, or EVL_SYSTEM with the errno of the call in *error. */
#ifndef EVL_PROBE_H
#define EVL_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evl_endpoint.h"
#include "evl_status.h"

/* Connects a blocking socket, in `limit_ns` or else ETIMEDOUT. A later send or receive that can't
 * go on for as long fails with EAGAIN. Stores the socket, which is the caller's to close. Also
 * answers EVL_BAD_ADDRESS and EVL_PATH_TOO_LONG. */
evl_status evl_probe_connect(const evl_address *address, uint64_t limit_ns, int *fd, int *error);

/* Makes sure that `fd` is a connected stream socket, and that it raises no SIGPIPE. Neither its
 * timeouts nor its O_NONBLOCK are touched. */
evl_status evl_probe_adopt(int fd, int *error);

/* The socket's own address in the form of evl_end_text, and its peer's port; "unix" and
 * 0 where there are none. */
void evl_probe_ends(int fd, char local[EVL_END_TEXT], uint16_t *peer_port);

/* One send(2). */
evl_status evl_probe_send(int fd, const uint8_t *bytes, size_t count, size_t *moved, int *error);

/* One recv(2); *moved is 0 at the end of the stream. */
evl_status evl_probe_receive(int fd, uint8_t *bytes, size_t capacity, size_t *moved, int *error);

evl_status evl_probe_shut_down(int fd, bool receiving, bool sending, int *error);

void evl_probe_close(int fd);

#endif
