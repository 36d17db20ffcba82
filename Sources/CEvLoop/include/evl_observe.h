/* Looking at an endpoint while it runs, and taking its listener down and up again. The rules of
 * evl_endpoint.h hold here too; each request is answered by exactly one notice with its token. */
#ifndef EVL_OBSERVE_H
#define EVL_OBSERVE_H

#include "evl_endpoint.h"

/* Asks for one EVL_NOTICE_SNAPSHOT: what is so once all that the kernel held by then has been
 * accepted, read and judged. Legal after the finish as well. Any thread. */
evl_status evl_endpoint_snapshot(evl_endpoint *endpoint, uint64_t token);

/* The same, as of now: nothing is read or judged for it. Any thread. */
evl_status evl_endpoint_glance(evl_endpoint *endpoint, uint64_t token);

/* Has connection `number` (0: all) told from its first byte, until evl_endpoint_unobserve.
 *
 * First, with this token: EVL_NOTICE_BYTES with what was recorded of each such connection so far,
 * EVL_NOTICE_INPUT_ENDED where its input is at its end, then one EVL_NOTICE_REPLAYED, and
 * EVL_NOTICE_GIVEN_UP if that is so. What happens from then on is told to all observers at once:
 * notices with token 0. Any thread. */
evl_status evl_endpoint_observe(evl_endpoint *endpoint, uint32_t number, uint64_t token);

/* One observer less; without any, nothing is told any more. Any thread. */
evl_status evl_endpoint_unobserve(evl_endpoint *endpoint);

/* Stops listening, so that connects are refused, while the port stays held; a Unix-domain path is
 * removed. Clients that have knocked are let in first; `reset` then resets all connections.
 * Answered by EVL_NOTICE_TURNED. Harmless when it is down already. Any thread. */
evl_status evl_endpoint_take_down(evl_endpoint *endpoint, bool reset, uint64_t token);

/* Listens again where it did before. Answered by EVL_NOTICE_TURNED. Any thread. */
evl_status evl_endpoint_bring_up(evl_endpoint *endpoint, uint64_t token);

/* --- inside the callback only --- */

void evl_connection_look(const evl_connection *connection, evl_connection_view *view);

/* The open connections, one after the other: NULL begins, and ends. */
const evl_connection *evl_endpoint_next_open(const evl_endpoint *endpoint,
                                             const evl_connection *after);

#endif
