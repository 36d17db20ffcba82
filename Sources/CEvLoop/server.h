/* A server: a listener, the connections it accepted, and what is still to come. Loop thread only,
 * but for the fields named atomic. server.c is the boundary and the life; server_accept.c lets
 * connections in; server_review.c decides what is done and tells Swift. */
#ifndef EVL_SERVER_PRIVATE_H
#define EVL_SERVER_PRIVATE_H

#include <stdatomic.h>

#include "connection.h"

typedef struct pending_join {
    uint64_t token;
    uint32_t up_to; /* the last connection it waits for */
    struct pending_join *next;
} pending_join;

struct evl_server {
    evl_host host; /* first: a host is its server */
    evl_server_config config;
    evl_program **programs; /* owned copies of the config's references */
    evl_program *unclaimed; /* live: steps enqueued before the connection came */
    evl_program *last_unclaimed;
    evl_notify_fn notify;
    void *context;
    evl_address address;
    socket_file file; /* a Unix-domain socket's */
    int listener;     /* -1 once finished */
    int reserved;     /* holds the port after that */
    ev_io accept;
    ev_timer await;      /* a connection that is waited for */
    evl_alarm retry;     /* accepting again after a pause */
    evl_deferred review; /* not from inside a connection's own call */
    evl_connection *first_active;
    evl_connection **records; /* ended connections that are kept */
    uint32_t record_count, record_capacity, records_dropped, good_records;
    uint32_t accepted, scripted, active, completed, refused, unscripted;
    uint32_t awaited;         /* the program nobody came for; UINT32_MAX */
    uint32_t last_admissions; /* pools being finished: how many may still be let in */
    uint32_t failures_dropped;
    uint32_t accept_pauses;
    int accept_error;
    uint64_t opened_ns, await_since_ns, await_due_ns, awaited_ns;
    uint64_t received_total, sent_total;
    pending_join *joins;
    bool failed, finish_asked, finished, stopped, await_extended;
    atomic_bool settled; /* all done, and the last report lent says so */
    evl_job open_job, close_job;
};

#define NOBODY UINT32_MAX
#define KEPT_GOOD_RECORDS 10000u /* well-behaved connections a server keeps in full */
#define KEPT_FAILED_RECORDS 20000u

/* A server for any number of connections: others may come for ever. */
static inline bool server_is_pool(const evl_server *server) {
    return server->config.every && server->config.required == 0;
}

static inline bool server_is_live(const evl_server *server) {
    return server->config.program_count == 0;
}

/* server_accept.c */
void accept_ready(struct ev_loop *ev, ev_io *watcher, int events);
void accept_retry(evl_alarm *alarm);
void accept_watch(evl_server *server);
void accept_all(evl_server *server);

/* server_review.c */
void server_review(evl_server *server);
void review_due(evl_deferred *deferred);
void await_fired(struct ev_loop *ev, ev_timer *watcher, int events);
void await_arm(evl_server *server);
void server_notify(evl_server *server, evl_notice_kind kind, uint64_t token);
void server_shut(evl_server *server, bool keep_port);

#endif
