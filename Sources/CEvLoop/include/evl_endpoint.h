/* Servers and clients: the boundary between the Swift layer and the loop thread.
 *
 * Rules, for every call of these headers:
 *  1. C copies all it is given before the call returns.
 *  2. C lends all it gives until the callback returns.
 *  3. `context` belongs to C from a successful open until the callback for EVL_NOTICE_CLOSED has
 *     returned; that notice comes exactly once and last.
 *  4. After evl_endpoint_close the handle is dead to the caller. It never waits.
 *  5. libev is called on the loop thread only.
 *  6. The callback runs on the loop thread; it neither blocks nor calls back in, but to answer. */
#ifndef EVL_ENDPOINT_H
#define EVL_ENDPOINT_H

#include "evl_event.h"
#include "evl_program.h"
#include "evl_status.h"

typedef enum evl_family {
    EVL_IPV4,
    EVL_IPV6,
    EVL_UNIX
} evl_family;

enum {
    EVL_HOST_TEXT = 108
};

typedef struct evl_address {
    uint8_t family;           /* evl_family */
    uint16_t port;            /* 0: the kernel chooses */
    char host[EVL_HOST_TEXT]; /* numeric address, or the socket's path; '@' first: abstract */
} evl_address;

typedef enum evl_unscripted {
    EVL_UNSCRIPTED_FAIL,  /* reset it; a failure */
    EVL_UNSCRIPTED_RESET, /* reset it and count it */
    EVL_UNSCRIPTED_IGNORE /* leave it open and unanswered until the server ends, and count it */
} evl_unscripted;

/* What becomes of a client that connects. */
typedef enum evl_connect_kind {
    EVL_CONNECT_SERVED,           /* it plays a script */
    EVL_CONNECT_DOWN,             /* it is refused, and a Unix-domain socket's path is removed */
    EVL_CONNECT_REFUSED,          /* it is refused, and the path stays */
    EVL_CONNECT_BLACK_HOLE,       /* it gets no answer; TCP, on Linux */
    EVL_CONNECT_SLOW,             /* it is connected, and accepted so long after it knocked */
    EVL_CONNECT_RESET,            /* it is accepted and reset; TCP */
    EVL_CONNECT_RESET_UNACCEPTED, /* so long after it knocked the listener is closed; TCP */
} evl_connect_kind;

typedef struct evl_connect_fault {
    uint8_t kind;      /* evl_connect_kind */
    uint64_t after_ns; /* SLOW, RESET_UNACCEPTED */
} evl_connect_fault;

typedef enum evl_watch {
    EVL_WATCH_BYTES = 1, /* EVL_NOTICE_BYTES and EVL_NOTICE_INPUT_ENDED */
    EVL_WATCH_EVENTS = 2 /* EVL_NOTICE_EVENT */
} evl_watch;

typedef struct evl_endpoint_config {
    evl_address address;          /* where to listen, or whom to dial */
    evl_program *const *programs; /* the n-th connection plays the n-th; retained */
    uint32_t program_count;       /* 0: live, one connection, steps come by enqueue */
    bool every;                   /* one program for all connections */
    uint32_t required;            /* every: exactly so many; 0: at least one */
    bool one_at_a_time;           /* every: accept the next when the one before has ended */
    uint8_t unscripted;           /* evl_unscripted */
    evl_connect_fault fault;      /* in force from the start; not DOWN */
    uint64_t step_ns;             /* default limit: time without progress; EVL_LIMIT_NONE */
    uint64_t after_script_ns;     /* how long the client may stay after the script */
    size_t max_buffered;          /* unjudged input a connection may hold */
    uint32_t receive_buffer;      /* SO_RCVBUF of its sockets; 0: the kernel's choice */
    size_t record_bytes;          /* kept per connection and direction: all, or half of them from
                                     each end; 0: none, and no traffic */
    uint8_t lockstep;             /* evl_lockstep: the best that may be used; 0: all */
    uint8_t watched;              /* evl_watch: what is told from the start, of all connections */
    bool statistics;              /* counts steps and their times, see evl_statistics.h */
    bool counters_only;           /* keeps nothing of connections that finish their script */
    /* A client connects instead of listening. Lists play one script after the other; `every` needs
     * `required`. Nothing is unscripted. */
    bool dials;
    const evl_address *sources; /* dials: the addresses to connect from, in turn; copied */
    uint32_t source_count;      /* 0: the kernel's choice */
    uint32_t at_once;           /* dials, every: the most connections at a time; at least 1 */
    uint64_t connect_ns; /* dials: how long a connection may take, or be refused; EVL_LIMIT_NONE */
} evl_endpoint_config;

typedef enum evl_notice_kind {
    EVL_NOTICE_SETTLED,     /* all that was required is done; report is whole as of now */
    EVL_NOTICE_JOINED,      /* answer to evl_endpoint_join: token */
    EVL_NOTICE_FINISHED,    /* answer to evl_endpoint_finish: report is final */
    EVL_NOTICE_QUESTION,    /* connection `number` asks at `step`, see
                               evl_endpoint_answer */
    EVL_NOTICE_SNAPSHOT,    /* answer to evl_endpoint_snapshot: token; report is whole as of now */
    EVL_NOTICE_BYTES,       /* `bytes` arrived on connection `number`, not judged yet; none: it was
                               accepted */
    EVL_NOTICE_INPUT_ENDED, /* no more will; may be said more than once */
    EVL_NOTICE_REPLAYED,    /* answer to evl_endpoint_observe: token; number: accepted so far */
    EVL_NOTICE_GIVEN_UP,    /* the script has failed: no more can come of it */
    EVL_NOTICE_EVENT,       /* `event` happened on `connection` */
    EVL_NOTICE_TURNED,      /* answer to evl_endpoint_set_fault: token, status */
    EVL_NOTICE_FETCH,       /* answer to evl_endpoint_fetch: `fetch` */
    EVL_NOTICE_ASKER_ENDED, /* connection `number`, which has asked, has ended */
    EVL_NOTICE_CLOSED       /* exactly once, last; report is final */
} evl_notice_kind;

typedef struct evl_endpoint evl_endpoint;
typedef struct evl_connection evl_connection;

typedef struct evl_endpoint_view {
    uint32_t accepted;               /* connections accepted (unscripted ones too), or dialled */
    uint32_t scripted;               /* those that a script was for */
    uint32_t active;                 /* connections that are open now */
    uint32_t completed;              /* connections that finished their script */
    uint32_t record_count;           /* how many evl_endpoint_connection can show */
    uint32_t failed_count;           /* connections that failed */
    uint32_t failures_dropped;       /* failed connections beyond those kept */
    uint32_t records_dropped;        /* well-behaved connections beyond those kept */
    uint32_t reset_after_failure;    /* connections refused because the script had failed */
    uint32_t unscripted;             /* connections no script was for, under RESET and IGNORE */
    uint32_t awaited;                /* the program nobody connected for; UINT32_MAX: none */
    uint64_t awaited_ns;             /* how long it was waited for; 0: it could not come */
    evl_connect_fault awaited_fault; /* what was in force then */
    evl_connect_fault fault;         /* what is in force */
    uint32_t reset_accepted;         /* connections reset by EVL_CONNECT_RESET */
    uint32_t reset_unaccepted;       /* connections reset by EVL_CONNECT_RESET_UNACCEPTED */
    uint32_t unreached;              /* dials: the program no connection was made for; UINT32_MAX */
    uint64_t unreached_ns;           /* how long it was tried */
    uint32_t connect_attempts;       /* how often */
    int32_t connect_error;           /* the errno of the last attempt; ETIMEDOUT: no answer came */
    uint32_t accept_pauses;          /* times that it paused for want of descriptors */
    int32_t accept_error;            /* the errno of the last pause */
    bool failed;
    uint64_t opened_ns, now_ns;
    uint64_t received_total, sent_total; /* of connections that have ended */
} evl_endpoint_view;

/* What the callback leaves where it is asked for steps. */
typedef struct evl_fetch {
    evl_program *program; /* comes next, and has never been enqueued; NULL: nothing does. A
                             reference is taken over. */
    bool no_memory;
} evl_fetch;

typedef struct evl_notice {
    evl_notice_kind kind;
    uint64_t token;
    uint32_t number;
    uint32_t script; /* QUESTION: which of the programs the connection plays */
    uint32_t step;
    uint32_t question; /* QUESTION: which of the connection's it is, from 1 */
    uint64_t taken;    /* QUESTION of a CHOICE, each once: the options that have been, as bits */
    const uint8_t *payload; /* QUESTION of a PIECE or CHOICE */
    size_t payload_length;
    const evl_kept *kept; /* QUESTION: what the connection has kept so far */
    size_t kept_count;
    const evl_endpoint *endpoint; /* for the two calls below, until the callback returns */
    /* BYTES */
    const uint8_t *bytes;
    size_t length;
    uint64_t position; /* of the first of them in the connection's stream */
    uint64_t total;    /* how many have come so far: more than these where some were not recorded */
    /* EVENT */
    const evl_event *event;
    const evl_connection *connection; /* for evl_connection_look */
    /* TURNED: EVL_INVALID on an endpoint that has finished or does not listen */
    evl_status status;
    int error;        /* EVL_SYSTEM: the errno */
    evl_fetch *fetch; /* FETCH */
} evl_notice;

typedef void (*evl_notify_fn)(void *context, const evl_notice *notice);

/* Inside the callback only. */
void evl_endpoint_look(const evl_endpoint *endpoint, evl_endpoint_view *view);
void evl_endpoint_connection(const evl_endpoint *endpoint, uint32_t index,
                             evl_connection_view *view);

/* Binds, listens and starts serving; when it returns, clients can connect to *address. One that
 * dials begins to, on the loop thread; whether it gets through is part of its report.
 *
 * On EVL_OK stores the handle. On any other status nothing was kept or stored, and for EVL_SYSTEM
 * *error is the errno. Any thread but the loop's. Does not block. */
evl_status evl_endpoint_open(const evl_endpoint_config *config, evl_notify_fn notify, void *context,
                             evl_endpoint **out, evl_address *address, int *error);

/* Appends steps to a live server's script; takes a reference of its own. A program can be enqueued
 * once; EVL_INVALID for one that has been, and on a server that is not live. Any thread. */
evl_status evl_endpoint_enqueue(evl_endpoint *endpoint, evl_program *program);

/* Asks for one EVL_NOTICE_FETCH, in which the callback leaves the next steps of a live server: many
 * that were gathered meanwhile make one program. Not again before that notice. Any thread. */
void evl_endpoint_fetch(evl_endpoint *endpoint);

/* Asks for one EVL_NOTICE_JOINED with `token`: when all steps so far are done, or at once when
 * that can no longer be. Any thread. */
evl_status evl_endpoint_join(evl_endpoint *endpoint, uint64_t token);

/* Asks for one EVL_NOTICE_FINISHED: when all is done, or a limit has passed. `last` holds the steps
 * that end a live server's script; NULL for others. Connections left then are reset, and the
 * listener stops while its port stays reserved. Once per server. Any thread. */
evl_status evl_endpoint_finish(evl_endpoint *endpoint, evl_program *last);

/* Ends at once what finish would wait for. Any thread. */
evl_status evl_endpoint_stop(evl_endpoint *endpoint);

/* Whether all that was required is done and nobody else has knocked: then the last report lent is
 * the final one and finishing needs no crossing. Any thread. */
bool evl_endpoint_is_settled(evl_endpoint *endpoint);

/* The answer to a question. */
typedef struct evl_answer {
    uint32_t question;        /* of the notice that asked it */
    evl_failure_kind failure; /* EVL_FAILURE_NONE, _CHECK, _NO_OPTION or _ANSWER: fails the step */
    uint32_t option;          /* CHOICE: the option taken; one that can't be fails the step */
    evl_program *program;     /* ASK, PIECE: steps that come next, or NULL */
} evl_answer;

/* Answers what connection `number` asked. An answer that comes too late, or twice, is dropped.
 * EVL_INVALID: its program asks or goes round itself. Any thread, and legal in the callback. */
evl_status evl_endpoint_answer(evl_endpoint *endpoint, uint32_t number, const evl_answer *answer);

/* Ends the server and gives up the handle. Any thread. */
void evl_endpoint_close(evl_endpoint *endpoint);

#endif
