/* What the core records of a connection: fixed-size facts, a failure, counters. */
#ifndef EVL_EVENT_H
#define EVL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evl_program.h"

typedef enum evl_failure_kind {
    EVL_FAILURE_NONE,
    EVL_FAILURE_MISMATCH,          /* offset: of the first wrong byte in the step (payload) */
    EVL_FAILURE_FRAME_LENGTH,      /* declared: the frame's length, which is not the payload's */
    EVL_FAILURE_FRAME_TOO_LONG,    /* declared: over the framing's max */
    EVL_FAILURE_DELIMITER_MISSING, /* offset: bytes taken without meeting the delimiter */
    EVL_FAILURE_UNEXPECTED_BYTES,  /* bytes where none may come */
    EVL_FAILURE_CLIENT_CLOSED,     /* FIN in the middle of a step; offset: bytes of it so far */
    EVL_FAILURE_CLIENT_RESET,      /* RST in the middle of a step; offset: bytes of it so far */
    EVL_FAILURE_LIMIT,             /* the step's time is up; offset: bytes of it so far */
    EVL_FAILURE_LEFT_BY_RESET,     /* expected a clean end */
    EVL_FAILURE_LEFT_CLEANLY,      /* expected a reset */
    EVL_FAILURE_NO_CONNECTION,     /* the step came after the connection had ended */
    EVL_FAILURE_WRITE,             /* a write failed; error: its errno */
    EVL_FAILURE_FRAME_BAD_LENGTH,  /* a length that can't be one */
    EVL_FAILURE_FRAME_BAD_END,     /* offset: of the byte that should have ended the frame */
    EVL_FAILURE_CHECK,             /* node, offset: the part of the check that the payload fails */
    EVL_FAILURE_NO_OPTION,         /* offset: bytes up to which one of the options was possible */
    EVL_FAILURE_ANSWER,            /* a question could not be answered */
    EVL_FAILURE_NO_MEMORY,
    EVL_FAILURE_UNSCRIPTED, /* a connection that no script is for */
    EVL_FAILURE_UNPROVABLE, /* the kernel does not tell what the step wants to know */
    EVL_FAILURE_LATENCY,    /* a measure says how long it took */
    EVL_FAILURE_SEGMENTS,   /* a measure says how many there were */
    EVL_FAILURE_NO_DELAY    /* the client's socket has no TCP_NODELAY */
} evl_failure_kind;

typedef struct evl_failure {
    uint32_t kind; /* evl_failure_kind */
    uint32_t step;
    uint64_t offset;
    uint64_t declared;
    int32_t error;
    uint32_t node;        /* CHECK: the node among the step's checks */
    uint64_t taken;       /* CHOICE, each once: the options that have been, as bits */
    uint8_t header_count; /* frame steps: header bytes so far */
    bool header_whole;
    bool whole;       /* PIECE, CHOICE: the payload was whole */
    bool asked;       /* a question was not answered yet */
    uint8_t replying; /* an evl_step_kind: of the answer's step that was played; 0: none was */
    uint8_t header[EVL_MAX_HEADER];
} evl_failure;

typedef enum evl_event_kind {
    EVL_EVENT_CONNECTED,
    EVL_EVENT_STEP_DONE,   /* step */
    EVL_EVENT_FIN,         /* the client's FIN was seen */
    EVL_EVENT_RST,         /* the client's RST was seen */
    EVL_EVENT_HALF_CLOSED, /* our FIN was sent, and the socket stays: step */
    EVL_EVENT_FAILED,      /* step */
    EVL_EVENT_CLOSED       /* exactly once, last */
} evl_event_kind;

/* 32 bytes; `consumed` and `sent` are stream positions when it happened: the bytes of a step are
 * those between its event and the one before. */
typedef struct evl_event {
    uint64_t time_ns; /* the loop's monotonic clock */
    uint64_t consumed;
    uint64_t sent;
    uint32_t kind; /* evl_event_kind */
    uint32_t step;
} evl_event;

/* A read, a write, or a read and the write that followed it in the same pass of the loop: what had
 * come and gone in all by then, as far as the kernel gave and took it. */
typedef struct evl_traffic {
    uint64_t time_ns;
    uint64_t received;
    uint64_t sent;
} evl_traffic;

/* What is kept of a stream: its first bytes and, where those are not all, its latest. */
typedef struct evl_stream_view {
    const uint8_t *head;
    size_t head_length;
    const uint8_t *tail[2]; /* one run behind the other */
    size_t tail_length[2];
    bool is_short; /* less than was asked for: memory for evidence had run out */
} evl_stream_view;

/* Who said that the client had taken a slice, so that the next could go. The better first. */
typedef enum evl_lockstep {
    EVL_LOCKSTEP_NONE, /* nothing was sent so */
    EVL_LOCKSTEP_DIAG, /* the kernel's socket diagnostics (Linux: sock_diag, unix_diag) */
    EVL_LOCKSTEP_PROC, /* /proc/net/tcp */
    EVL_LOCKSTEP_TIMER /* nobody: our own queue was empty, and a while had passed */
} evl_lockstep;

/* What the kernel says of the client's receive queue (Linux: sock_diag by 4-tuple). */
typedef struct evl_sample {
    uint64_t time_ns; /* 0: never sampled */
    uint32_t unread;  /* bytes the client has not taken out of its kernel */
    bool orphaned;    /* the client's socket has no descriptor any more */
    bool sent_fin;    /* the client's side has sent its FIN */
} evl_sample;

#define EVL_UNKNOWN UINT64_MAX

/* Where bytes waited when a limit passed, as the two kernels show it. */
typedef struct evl_queues {
    uint64_t time_ns;        /* 0: not asked */
    uint64_t unacknowledged; /* ours, in our kernel: the client's has not acknowledged them */
    uint64_t held;           /* the client's, in our kernel: not read */
    uint64_t withheld;       /* the client's, still in its own kernel; EVL_UNKNOWN */
    bool has_room;           /* the client's kernel would have taken more of a write */
    bool sent_fin;           /* the client's side has ended its stream */
} evl_queues;

/* What the kernel has said of the client's side of a fault. */
typedef enum evl_proof {
    EVL_PROOF_OPEN,      /* nothing yet */
    EVL_PROOF_CONFIRMED, /* the client has the FIN; a RST has ended the client's side; no byte was
                            read; the client could not write */
    EVL_PROOF_OVERDUE,   /* nothing for a while, or until the end */
    EVL_PROOF_REFUSED,   /* the client had reset the connection */
    EVL_PROOF_ELSEWHERE, /* this host has no such socket: the client is on another, or was gone */
    EVL_PROOF_UNABLE     /* this kernel does not tell */
} evl_proof;

enum {
    EVL_FAULTS_KEPT = 8 /* of a connection */
};

/* A step that broke the connection or held it up, and what came of it. */
typedef struct evl_fault {
    uint64_t time_ns;      /* when it was done */
    uint64_t settled_ns;   /* when the kernel said what came of it; 0: it has not */
    uint64_t sent;         /* bytes sent before it */
    uint64_t acknowledged; /* of them: that the client's kernel had */
    uint64_t unread;       /* of those: not taken out of its kernel; EVL_UNKNOWN */
    uint64_t held;         /* of the client's bytes: in our kernel, unread; EVL_UNKNOWN */
    uint64_t withheld;     /* BACKPRESSURE: of the client's bytes, still in its own kernel */
    uint32_t step;
    uint8_t kind;    /* evl_step_kind */
    uint8_t proof;   /* evl_proof */
    bool sent_reset; /* CLOSE: input was unread, so it was a RST */
    bool has_room;   /* BACKPRESSURE: the client's kernel would have taken more */
} evl_fault;

enum {
    EVL_END_TEXT = 56
}; /* "[IPv6]:port" and its NUL */

/* One end of a connection, in few bytes; as text when somebody looks. */
typedef struct evl_end {
    uint8_t bytes[16]; /* IPv4: the first four */
    uint16_t port;
    uint8_t family; /* evl_family */
} evl_end;

/* "127.0.0.1:51514", or "unix". Any thread. */
void evl_end_text(const evl_end *end, char text[EVL_END_TEXT]);

/* What a step with EVL_STEP_KEEP received last. */
typedef struct evl_kept {
    uint32_t step;
    const uint8_t *bytes;
    size_t length;
} evl_kept;

typedef enum evl_measure_kind {
    EVL_MEASURE_NONE,
    EVL_MEASURE_LATENCY,
    EVL_MEASURE_SEGMENTS,
    EVL_MEASURE_NO_DELAY
} evl_measure_kind;

/* Who says how long the client may have waited for a processor. */
typedef enum evl_witness {
    EVL_WITNESS_NONE,    /* nobody can: only how late the loop was is known */
    EVL_WITNESS_THREADS, /* the client is in this process: its threads' own waits (schedstat) */
    EVL_WITNESS_PRESSURE /* /proc/pressure/cpu: what any task of the machine may have waited */
} evl_witness;

/* What was measured of a step. Times are in nanoseconds. */
typedef struct evl_measure {
    uint8_t kind;    /* evl_measure_kind */
    uint8_t witness; /* evl_witness */
    bool stamped;    /* LATENCY: the kernel says when the last byte came; else the loop's read */
    bool shared;     /* LATENCY: what came behind it was in the same read. SEGMENTS: some may be the
                        neighbours' */
    bool again;      /* SEGMENTS: some may have been sent again: the client's kernel had waited for
                        an acknowledgement, as it does on a busy machine */
    uint32_t step;
    uint32_t times;     /* how often it was so of the step; this was the first */
    uint64_t bound;     /* what the step asks for */
    uint64_t measured;  /* LATENCY: how long. SEGMENTS: at least so many. NO_DELAY: 0 off, 1 not
                           known, 2 not known for the socket is gone */
    uint64_t most;      /* SEGMENTS: at most so many */
    uint64_t read_ns;   /* LATENCY: from there until the loop had read it */
    uint64_t late_ns;   /* by how much the loop's own wake-ups were late meanwhile, all in all */
    uint64_t waited_ns; /* how long the client may have waited for a processor meanwhile */
} evl_measure;

enum {
    EVL_DOUBTS_KEPT = 4 /* of a connection, each of another step or kind */
};

/* Whether the client's socket has TCP_NODELAY. */
typedef enum evl_no_delay {
    EVL_NO_DELAY_UNASKED,
    EVL_NO_DELAY_ON,
    EVL_NO_DELAY_OFF,
    EVL_NO_DELAY_ELSEWHERE, /* the socket is another process's, or another host's */
    EVL_NO_DELAY_GONE,      /* the client has closed it */
    EVL_NO_DELAY_UNABLE     /* another system, or a kernel that does not tell */
} evl_no_delay;

/* A connection's whole record; borrowed until the callback returns. */
typedef struct evl_connection_view {
    uint32_t number; /* from 1, in the order of acceptance */
    uint32_t script; /* which of the server's programs; UINT32_MAX: none */
    bool open;
    bool script_done;
    uint32_t step;  /* the current step; one past the last when all are done */
    uint32_t round; /* how often the innermost repeat around it has gone round */
    uint8_t leave;  /* evl_leave */
    bool got_fin, got_rst;
    bool half_closed;      /* our FIN has been sent */
    bool dialled;          /* we connected; else it was accepted */
    bool dropped;          /* reset when its server was taken down, or another fault was set */
    bool dropped_by_fault; /* the latter */
    evl_end peer;
    evl_end local; /* our own end; port 0: not known */
    uint64_t accepted_ns, closed_ns, step_began_ns, progress_ns, last_bytes_ns, failed_ns;
    uint64_t limit_ns; /* the limit that fired, as it was applied */
    uint64_t lag_ns;   /* by how much the loop was late then, if it mattered */
    uint64_t received_total, sent_total, consumed_total;
    uint64_t
        unwritten; /* of sent_total: bytes the kernel never took, for the write failed or waited */
    uint64_t unsent; /* bytes the client's kernel had not acknowledged at the end */
    evl_sample sample;
    evl_queues queues;      /* of one that failed by a limit */
    uint8_t lockstep;       /* evl_lockstep */
    evl_failure failure;    /* kind EVL_FAILURE_NONE: none */
    const uint8_t *excerpt; /* unjudged input at the failure, its first bytes */
    size_t excerpt_length;
    uint64_t unjudged; /* how much unjudged input there was */
    const evl_event *events;
    size_t events_head; /* this many from the start … */
    size_t event_count;
    uint64_t events_cut; /* … then this many left out, then the rest */
    evl_stream_view received, sent;
    const evl_traffic *traffic;
    size_t traffic_head; /* as of events */
    size_t traffic_count;
    uint64_t traffic_cut;
    const evl_kept *kept;
    size_t kept_count;
    bool kept_lost;          /* there was no room for them */
    const evl_fault *faults; /* the latest last; before it some may have been left out */
    size_t fault_count;
    uint64_t faults_cut;
    evl_measure measure;       /* with which it failed; kind EVL_MEASURE_NONE: none */
    const evl_measure *doubts; /* those for which the machine, and not the client, may answer */
    size_t doubt_count;
    uint64_t doubts_cut; /* those of more steps than these */
    uint8_t no_delay;    /* evl_no_delay */
} evl_connection_view;

#endif
