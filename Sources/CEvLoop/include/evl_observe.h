/* Looking at an endpoint while it runs, and having it fail those who connect. The rules of
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
 * First, with this token: EVL_NOTICE_BYTES with what was recorded of each such connection so far
 * (the beginning of its stream: all of it, or as much as is kept of one that is cut),
 * EVL_NOTICE_INPUT_ENDED where its input is at its end, then one EVL_NOTICE_REPLAYED, and
 * EVL_NOTICE_GIVEN_UP if that is so. What happens from then on is told to all observers at once:
 * notices with token 0. Any thread. */
evl_status evl_endpoint_observe(evl_endpoint *endpoint, uint32_t number, uint64_t token);

/* One observer less; without any, nothing is told any more. Any thread. */
evl_status evl_endpoint_unobserve(evl_endpoint *endpoint);

/* From now on `fault` meets those who connect, and no other fault; the port stays held throughout.
 * Clients that have knocked are dealt with first as the fault before says, without further delay;
 * `reset` then resets all connections. Answered by EVL_NOTICE_TURNED; when that says EVL_SYSTEM
 * all is as before. Harmless when it is so already. Any thread. */
evl_status evl_endpoint_set_fault(evl_endpoint *endpoint, evl_connect_fault fault, bool reset,
                                  uint64_t token);

/* --- inside the callback only --- */

void evl_connection_look(const evl_connection *connection, evl_connection_view *view);

/* The open connections, one after the other: NULL begins, and ends. */
const evl_connection *evl_endpoint_next_open(const evl_endpoint *endpoint,
                                             const evl_connection *after);

#endif
