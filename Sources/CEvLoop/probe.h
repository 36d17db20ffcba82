/* What the kernel knows about the other end; each answer may be "not known" on this system. */
#ifndef EVL_PROBE_PRIVATE_H
#define EVL_PROBE_PRIVATE_H

#include "evl_event.h"
#include "socket.h"

/* Bytes sent on `fd` that the client's kernel has not acknowledged, 0 when not known. */
uint64_t probe_unacknowledged(int fd);

typedef enum probe_answer {
    PROBE_TOLD,
    PROBE_NOBODY, /* this host has no such socket: it is gone, or on another one */
    PROBE_UNABLE  /* another system, or a facility that this kernel lacks */
} probe_answer;

/* Looks at the receive queue of the socket `fd` is connected to; the two ends save asking for them
 * where they are known, else NULL. `fin_sent`: our FIN is part of that queue until it is read. TCP.
 * Loop thread. */
probe_answer probe_peer(int fd, const socket_end *ours, const socket_end *theirs, bool fin_sent,
                        uint64_t now_ns, evl_sample *sample);

/* The same, and answered only when no read of the client's is under way: one that has just emptied
 * the queue would still take what comes next. */
probe_answer probe_peer_at_rest(int fd, const socket_end *ours, const socket_end *theirs,
                                bool fin_sent, uint64_t now_ns, evl_sample *sample);

/* The same by /proc/net/tcp: only `unread` and the time. Much slower. Loop thread. */
probe_answer probe_peer_in_proc(int fd, const socket_end *ours, const socket_end *theirs,
                                bool fin_sent, uint64_t now_ns, evl_sample *sample);

/* The same of a Unix-domain socket; *peer is its inode, once that has been found (else 0). */
probe_answer probe_unix_peer(int fd, uint32_t *peer, uint64_t now_ns, evl_sample *sample);

/* The client's socket, as its kernel shows it. */
typedef struct probe_row {
    uint32_t unread; /* bytes the client has not taken; our FIN may be one of them */
    uint32_t unsent; /* bytes it has sent and we have not acknowledged, or not had yet */
    bool got_fin;    /* our FIN has come */
    bool sent_fin;   /* it has ended its stream */
    bool orphaned;   /* it has no descriptor any more */
    bool has_room;   /* a write of the client's would be taken */
    uint32_t inode;  /* 0: it has no descriptor */
} probe_row;

/* The row of the socket whose ends these are, ours and the client's. TCP. Loop thread. */
probe_answer probe_find_row(const socket_end *ours, const socket_end *theirs, probe_row *row);

/* How many bytes have come in all, and in how many segments that had any; `*bytes` is given as
 * those that were read. False: not known. */
bool probe_segments(int fd, uint64_t *bytes, uint64_t *segments);

/* The inode of the socket that `fd` is connected to; 0: not known, or closed. Loop thread. */
uint32_t probe_inode(int fd);

/* This process's descriptor of the socket; -1: none. Loop thread. */
int probe_descriptor(uint32_t inode);

/* Whether there is one; of a socket that is new it may say no, for it does not look each time. Loop
 * thread. */
bool probe_is_ours(uint32_t inode);

/* Whether the descriptor is that socket's. Any thread. */
bool probe_is_socket(int fd, uint32_t inode);

/* Whether the socket that `fd` is connected to has TCP_NODELAY, if it is this process's. Loop
 * thread. */
evl_no_delay probe_no_delay(int fd);

/* How often the client's kernel has sent something again. TCP. Loop thread. */
probe_answer probe_retransmits(int fd, uint32_t *count);

/* Bytes that have come and were not read, our kernel's count; 0 when not known. */
uint64_t probe_unread(int fd);

/* Acknowledges at once what has come: else that of the last bytes may be put off for a while, and
 * they are in both queues. */
void probe_acknowledge(int fd);

/* How a client has left whose bytes are not read: found out without reading. */
typedef enum probe_departure {
    PROBE_STAYS,
    PROBE_ENDED, /* it has ended its stream; it may still be there to read */
    PROBE_LEFT,
    PROBE_RESET
} probe_departure;

probe_departure probe_departed(int fd);

/* Whether our FIN is acknowledged. NOBODY: not yet. */
probe_answer probe_fin_acknowledged(int fd);

/* One question to the kernel's socket diagnostics; TOLD: `reply` holds an answer with a body of at
 * least so many bytes. For the probes alone. */
probe_answer probe_ask(const void *request, size_t length, void *reply, size_t capacity,
                       size_t least);

#endif
