/* What the kernel knows about the other end; each answer may be "not known" on this system. */
#ifndef EVL_PROBE_H
#define EVL_PROBE_H

#include "evl_event.h"
#include "socket.h"

/* Bytes sent on `fd` that the client's kernel has not acknowledged, 0 when not known. */
uint64_t probe_unacknowledged(int fd);

/* Looks at the receive queue of the socket `fd` is connected to; the two ends save asking for them
 * where they are known, else NULL. `fin_sent`: our FIN is part of that queue until it is read.
 * False: not known (another system, host or family). Loop thread. */
bool probe_peer(int fd, const socket_end *ours, const socket_end *theirs, bool fin_sent,
                uint64_t now_ns, evl_sample *sample);

#endif
