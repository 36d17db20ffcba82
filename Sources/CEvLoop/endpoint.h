/* An endpoint: the connections it accepted (a server) or made (a client), and what is to come.
 * Loop thread only, but for the fields named atomic. endpoint.c is the boundary and the life;
 * endpoint_accept.c lets connections in and endpoint_dial.c makes them; endpoint_review.c decides
 * what is done and tells Swift; endpoint_observe.c shows what goes on; endpoint_door.c makes the
 * port serve, refuse or be silent; endpoint_knock.c keeps clients waiting; endpoint_report.c keeps
 * and shows what was. */
#ifndef EVL_ENDPOINT_PRIVATE_H
#define EVL_ENDPOINT_PRIVATE_H

#include <stdatomic.h>

#include "connection.h"

typedef struct pending_join {
    uint64_t token;
    uint32_t up_to; /* the last connection it waits for */
    struct pending_join *next;
} pending_join;

/* Those who wait in the kernel's queue until their time has come: endpoint_knock.c */
typedef struct evl_knocks evl_knocks;

/* A connection that is being made. */
typedef struct evl_dial {
    ev_io io;
    evl_endpoint *endpoint;
    struct evl_dial *next, *prev;
    int fd;
    uint64_t began_ns;
} evl_dial;

struct evl_endpoint {
    evl_host host; /* first: a host is its endpoint */
    evl_endpoint_config config;
    evl_program **programs; /* owned copies of the config's references */
    evl_address *sources;   /* owned; config.source_count of them, one after the other in turn */
    evl_program *unclaimed; /* live: steps enqueued before the connection came */
    evl_program *last_unclaimed;
    evl_notify_fn notify;
    void *context;
    evl_address address;
    socket_file file;    /* a Unix-domain socket's */
    atomic_int listener; /* -1 while nobody can be let in, and once finished */
    int reserved;        /* holds the port then; a black hole listens on it */
    ev_io accept;
    int accept_burst;    /* how many are taken at once: as many as have been coming */
    ev_timer await;      /* a connection that is waited for */
    evl_alarm retry;     /* accepting, or dialling, again after a pause */
    evl_deferred review; /* not from inside a connection's own call */
    evl_connection *first_active;
    evl_connection **asking;  /* by number, see endpoint_ask.c; NULL: none has asked */
    evl_connection **records; /* ended connections that are kept */
    uint32_t record_count, record_capacity, records_dropped, good_records;
    uint32_t accepted, scripted, active, completed, refused, unscripted;
    uint32_t served, busy; /* of the active: those with a script; of them, those with work left */
    uint32_t awaited;      /* the program nobody came for; UINT32_MAX */
    uint32_t last_admissions; /* pools being finished: how many may still be let in */
    uint32_t failures_dropped;
    uint32_t accept_pauses;
    int accept_error;
    evl_connect_fault fault;                   /* in force */
    evl_connect_fault awaited_fault;           /* in force when nobody came */
    evl_knocks *knocks;                        /* NULL: no fault has needed it so far */
    uint32_t reset_accepted, reset_unaccepted; /* by a fault */
    uint64_t opened_ns, await_since_ns, await_due_ns, awaited_ns;
    uint64_t received_total, sent_total;
    pending_join *joins;
    bool failed, finish_asked, finished, stopped, await_extended;
    bool told_failure;                /* to those who observe */
    uint32_t observers;               /* how many watch the bytes */
    uint32_t looks;                   /* snapshots under way: they must not outlive the endpoint */
    atomic_bool settled;              /* all done, and the last report lent says so */
    evl_dial *first_dial, *last_dial; /* being made, the oldest first */
    uint32_t dialling;                /* how many */
    uint32_t attempts;                /* of the connection that is refused, or being made */
    uint32_t unreached;               /* the program no connection was made for; UINT32_MAX */
    int connect_error;
    uint64_t refused_since_ns; /* 0: the last attempt was not refused */
    uint64_t back_off_ns, unreached_ns;
    bool dial_extended;
    evl_job open_job, close_job, fetch_job;
};

#define NOBODY UINT32_MAX
#define CROWD 32u                /* connections; with more, clients are looked at more rarely */
#define KEPT_GOOD_RECORDS 10000u /* well-behaved connections a server keeps in full */
#define KEPT_FAILED_RECORDS 20000u

/* A server for any number of connections: others may come for ever. */
static inline bool endpoint_is_pool(const evl_endpoint *endpoint) {
    return endpoint->config.every && endpoint->config.required == 0;
}

static inline bool endpoint_is_live(const evl_endpoint *endpoint) {
    return endpoint->config.program_count == 0;
}

/* endpoint.c: once `address` is known */
void endpoint_note_address(evl_endpoint *endpoint);

/* endpoint_door.c */
evl_status door_prepare(evl_endpoint *endpoint, int *error);
bool door_is_shut(const evl_endpoint *endpoint);
int door_renew(evl_endpoint *endpoint);
void door_close(evl_endpoint *endpoint, bool keep_port);

/* endpoint_knock.c */
bool knocks_prepare(evl_endpoint *endpoint);
void knocks_watch(evl_endpoint *endpoint);
void knocks_heed(evl_endpoint *endpoint);
void knocks_release(evl_endpoint *endpoint);
bool knocks_admit(const evl_endpoint *endpoint);
void knocks_taken(evl_endpoint *endpoint, bool none_left);
bool knocks_wait(const evl_endpoint *endpoint);
void knocks_free(evl_knocks *knocks);

/* endpoint_accept.c */
void accept_prepare(evl_endpoint *endpoint);
evl_connection *endpoint_admit(evl_endpoint *endpoint, int fd, const socket_end *peer);
void accept_ready(struct ev_loop *ev, ev_io *watcher, int events);
void accept_retry(evl_alarm *alarm);
void accept_watch(evl_endpoint *endpoint);
void accept_all(evl_endpoint *endpoint);
void accept_queue(evl_endpoint *endpoint);

/* endpoint_observe.c */
void observe_heard(evl_host *host, const evl_connection *connection, const uint8_t *bytes,
                   size_t length);
void observe_noted(evl_host *host, const evl_connection *connection, const evl_event *event);
void observe_turned_away(evl_endpoint *endpoint, uint32_t number);
void observe_failure(evl_endpoint *endpoint);

/* A request of this endpoint's observers, on its way to the loop; `run` frees it. */
typedef struct evl_inquiry {
    evl_job job;
    evl_endpoint *endpoint;
    uint64_t token;
    uint64_t reads; /* of the loop, when it was last looked at */
    uint32_t number;
    evl_connect_fault fault;
    bool reset;
} evl_inquiry;

evl_status inquire(evl_endpoint *endpoint, void (*run)(evl_job *job), evl_inquiry values);

/* endpoint_ask.c */
bool ask_question(evl_host *host, evl_connection *connection, uint32_t step, const uint8_t *payload,
                  size_t length);
void ask_ended(evl_endpoint *endpoint, const evl_connection *connection);

/* endpoint_report.c: false when the connection is one too many to keep */
bool report_keep(evl_endpoint *endpoint, evl_connection *connection);

/* endpoint_dial.c */
evl_status dial_prepare(evl_endpoint *endpoint, const evl_address *sources);
void dial_more(evl_endpoint *endpoint);
void dial_retry(evl_alarm *alarm);
void dial_fired(struct ev_loop *ev, ev_timer *watcher, int events);
void dial_drop_all(evl_endpoint *endpoint);

/* endpoint_review.c */
uint32_t endpoint_required(const evl_endpoint *endpoint);
bool endpoint_is_given_up(const evl_endpoint *endpoint);
void endpoint_review(evl_endpoint *endpoint);
void review_due(evl_deferred *deferred);
void await_fired(struct ev_loop *ev, ev_timer *watcher, int events);
void await_arm(evl_endpoint *endpoint);
void endpoint_notify(evl_endpoint *endpoint, evl_notice_kind kind, uint64_t token);
void endpoint_shut(evl_endpoint *endpoint, bool keep_port);

#endif
