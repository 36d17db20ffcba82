/* What the kernel knows about the other end; each answer may be "not known" on this system. */
#ifndef EVL_PROBE_H
#define EVL_PROBE_H

#include "evl_event.h"

/* Bytes sent on `fd` that the client's kernel has not acknowledged, 0 when not known. */
uint64_t probe_unacknowledged(int fd);

/* Looks at the receive queue of the socket `fd` is connected to. `fin_sent`: our FIN is part of
 * that queue until it is read. False: not known (another system, host or family). Loop thread. */
bool probe_peer(int fd, bool fin_sent, uint64_t now_ns, evl_sample *sample);

#endif
