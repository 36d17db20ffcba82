/* A connection: carries out a session's actions on one socket, and keeps its record.
 *
 * Happy path: accepted -> (read -> pump -> write)* -> the client leaves -> the leave is judged ->
 * ended, once, last. It ends otherwise by a failure, by the script itself, or by the server.
 * All of it runs on the loop thread. connection.c opens, ends and shows it; connection_pump.c plays
 * the script; connection_io.c reads and writes;
 * connection_evidence.c keeps and shows what went over it;
 * connection_pace.c sends at a pace, connection_lockstep.c in step with the client;
 * connection_fault.c breaks the connection and asks what came of it, connection_hold.c stops
 * reading; connection_leave.c finds out how a client left; connection_limit.c watches the time;
 * connection_gauge.c measures what a script asks for, connection_queues.c where bytes waited when
 * time is up. */
#ifndef EVL_CONNECTION_H
#define EVL_CONNECTION_H

#include "buffer.h"
#include "evl_endpoint.h"
#include "keep.h"
#include "loop.h"
#include "record.h"
#include "session.h"
#include "socket.h"
#include "statistics.h"

/* What a connection needs from its server, and tells it. */
typedef struct evl_host {
    evl_loop *loop;
    uint64_t step_ns, after_script_ns;
    size_t max_buffered, record_bytes;
    bool finishing;
    uint64_t finishing_ns;
    bool is_tcp;
    bool measures;              /* a program of its has something to measure */
    bool dials;                 /* its connections are made, not accepted */
    socket_end address;         /* where it listens, or whom it dials */
    bool crowded;               /* so many are open that evidence of each has to be cheap */
    bool is_specific;           /* that is one address: an end of each of its connections */
    bool counters_only;         /* nothing is kept of a connection before it fails */
    evl_statistics *statistics; /* owned by the server; NULL: not asked for */
    void (*moved)(struct evl_host *host, evl_connection *connection); /* idle, or further on */
    void (*ended)(struct evl_host *host, evl_connection *connection); /* once; may free it */
    /* False without memory. */
    bool (*asked)(struct evl_host *host, evl_connection *connection, uint32_t step,
                  const uint8_t *payload, size_t length);
    uint8_t lockstep; /* evl_lockstep: the best that may be used */
    uint8_t watched;  /* evl_watch: which of the two below are called */
    void (*heard)(struct evl_host *host, const evl_connection *connection, const uint8_t *bytes,
                  size_t length); /* counted already, not judged yet */
    void (*noted)(struct evl_host *host, const evl_connection *connection, const evl_event *event);
} evl_host;

/* Bytes the client's kernel would not take yet. Rare: made on the first short write. */
typedef struct evl_outbox_part {
    const uint8_t *bytes;
    size_t length;
    uint32_t step;
    uint64_t limit_ns;
    uint64_t began_ns;
} evl_outbox_part;

typedef struct evl_outbox {
    evl_outbox_part *parts;
    uint32_t first, count, capacity;
    uint64_t wrote_ns; /* when the client last took something that had waited for it */
} evl_outbox;

/* Of a connection that sends at a pace: see connection_pace.c and connection_lockstep.c. */
typedef struct evl_pacer {
    evl_turn turn; /* the next look, on the loop's next pass */
    evl_connection *connection;
    size_t offset;     /* bytes of the current send that are out */
    size_t slices;     /* how many slices they were */
    uint64_t due_ns;   /* TIMED: when the next slice may go, of this send or the next one */
    uint64_t moved_ns; /* when a slice last went, or was taken */
    uint64_t since_ns; /* LOCKSTEP: when this slice's wait began */
    uint64_t empty_ns; /* when the client's queue was seen empty; 0: not yet */
    uint64_t quiet_ns; /* when nothing was on its way to the client any more; 0: not yet */
    uint64_t look_ns;  /* how long it looks on each pass before it looks more rarely */
    uint64_t pause_ns; /* then: until the next look */
    uint32_t peer;     /* of a Unix-domain socket: its inode */
    uint8_t lockstep;  /* evl_lockstep */
    bool begun;        /* the current send */
    bool found;        /* the client's socket was found on this host */
} evl_pacer;

/* Of a connection that asks questions. */
typedef struct evl_asking {
    evl_connection *next; /* the endpoint's list of those that have asked */
    evl_program *answer;  /* owned: the one being played */
    uint32_t questions;   /* how many have been asked */
} evl_asking;

/* What few connections come to: made when there is something to say. */
typedef struct evl_trouble {
    evl_failure failure;
    uint64_t failed_ns;
    uint64_t limit_ns;  /* the limit that failed it */
    uint64_t lag_ns;    /* by how much the loop was late at the step's limit */
    uint64_t unwritten; /* of sent_total: what the kernel never took */
    uint64_t unsent, unjudged;
    evl_queues queues; /* when the limit passed */
} evl_trouble;

/* Of one that breaks its connection, or stops reading. */
typedef struct evl_breakage {
    evl_fault faults[EVL_FAULTS_KEPT]; /* the first ones, and the latest */
    uint32_t count;                    /* how many there have been */
    socket_end ours, theirs;           /* once the socket is gone */
    uint64_t began_ns, moved_ns;       /* of a step that does not read: when it began; when a queue
                                          was last seen to move */
} evl_breakage;

/* Of one whose script asks for what has to be measured: connection_gauge.c */
typedef struct evl_gauge evl_gauge;

/* While it is open, and afterwards. */
typedef union evl_stage {
    struct {
        uint64_t rings_at_ns; /* when the limit's timer rings */
        uint64_t look_after_ns;
    } open;
    struct {
        uint64_t closed_ns;
        uint32_t step, round;
    } ended;
} evl_stage;

/* There may be thousands of them: what is rare is behind a pointer, NULL until it is needed. */
struct evl_connection {
    ev_io io; /* its fd is the connection's socket; -1 once that is closed */
    ev_timer limit;
    evl_alarm alarm; /* a delay's end, or the next look at the kernel */
    evl_host *host;
    evl_connection *next, *prev; /* the server's list */
    uint32_t number, script;
    evl_session session;
    evl_program *chain; /* owned: this connection's programs, from the one being played */
    evl_asking *asking; /* of one that has asked */
    evl_buffer backlog; /* input that no step has judged yet */
    evl_outbox *outbox;
    evl_keep *keep;
    evl_record *record;
    evl_trouble *trouble;
    evl_pacer *pacer; /* of one that has sent at a pace */
    evl_breakage *breakage;
    evl_gauge *gauge; /* of one that is measured */
    evl_stage stage;
    uint64_t accepted_ns, step_began_ns, progress_ns, last_bytes_ns;
    uint64_t received_total, sent_total, consumed_total;
    evl_sample sample;
    socket_end end;   /* the client's; of a dialled one: our own */
    uint8_t deferred; /* evl_action_kind to carry out when all is written; STEP_DONE: none */
    /* There are many of each, so that they share their bytes. */
    bool deferred_discard : 1;
    bool got_fin : 1, got_rst : 1, half_closed : 1, time_up : 1;
    bool idle : 1, ended : 1, script_done : 1, dropped : 1, dropped_by_fault : 1;
    bool hungry : 1;          /* its step needs more input than there is: reading can't pause */
    bool refused : 1;         /* it has reset the connection after its FIN */
    bool waits_for_quiet : 1; /* its alarm rings when the client has been silent for a while */
    bool seen_gone : 1;       /* its kernel knows no such client any more */
    bool reset_taken : 1;     /* its reset was told as it connected, and reads as an end */
    bool yielded : 1;         /* its alarm rings only to let it go on */
    bool limit_passed : 1;    /* the limit has had its last read: the next ring is final */
    bool deaf : 1;            /* it does not read before a step needs input */
    bool held : 1;            /* its step does not read */
    bool keep_lost : 1;       /* there was no room for what its steps had kept */
};

/* Starts playing `program` (reference taken over; NULL: live, nothing yet) on connected `fd`.
 * `peer`: NULL where it is the host's. NULL without memory; then nothing was taken over. */
evl_connection *connection_open(evl_host *host, int fd, const socket_end *peer, uint32_t number,
                                uint32_t script, evl_program *program, bool live);

/* Plays what it can. A client often says something as soon as it is connected: that is read at
 * once, and no watcher has to tell. May end the connection. */
void connection_begin(evl_connection *c);

/* Appends a live program (reference taken over). May end the connection. */
void connection_append(evl_connection *c, evl_program *program);

/* Goes on with the answer (its program's reference is taken over). May end the connection. */
void connection_answer(evl_connection *c, const evl_answer *answer);

/* The server is being finished: limits shorten, those who may stay are let go. May end it. */
void connection_finishing(evl_connection *c);

/* Ends it now, without a failure. */
void connection_abort(evl_connection *c);

/* The same, because the server is taken down, or another fault met by those who connect is set. */
void connection_drop(evl_connection *c, bool by_fault);

/* A connection that no script is for: reset with a failure, or without one. */
void connection_refuse(evl_connection *c, bool is_failure, uint32_t waiting_step);

/* Whether all steps written so far are done. */
bool connection_is_idle(const evl_connection *c);

void connection_view(const evl_connection *c, evl_connection_view *view);

void connection_free(evl_connection *c);

/* --- between the connection's files --- */

enum {
    BATCH_PARTS = 64
};

typedef struct write_batch {
    struct iovec parts[BATCH_PARTS];
    uint32_t steps[BATCH_PARTS];
    uint64_t limits[BATCH_PARTS];
    int count;
} write_batch;

enum {
    CONNECTION_NOTHING_DEFERRED = EVL_ACTION_STEP_DONE
};

/* connection_pump.c */
void connection_pump(evl_connection *c, uint8_t *fresh, size_t length);

/* connection.c */
void connection_conclude(evl_connection *c); /* ends it, once; may free it */
void connection_note_event(evl_connection *c, evl_event_kind kind, uint32_t step,
                           uint64_t consumed);
void connection_fail(evl_connection *c, evl_failure failure);

/* Where to say it; without memory the connection has failed for want of it. */
evl_trouble *connection_trouble(evl_connection *c);

static inline evl_failure_kind connection_failure(const evl_connection *c) {
    return c->trouble == NULL ? EVL_FAILURE_NONE : (evl_failure_kind)c->trouble->failure.kind;
}

/* Records an event, if anybody wants it. */
static inline void connection_note(evl_connection *c, evl_event_kind kind, uint32_t step,
                                   uint64_t consumed) {
    const evl_host *host = c->host;
    if (!host->counters_only || host->watched != 0 || connection_failure(c) != EVL_FAILURE_NONE)
        connection_note_event(c, kind, step, consumed);
}

/* The two ends as far as they are known without asking, else NULL. */
static inline const socket_end *connection_ours(const evl_connection *c) {
    const evl_host *host = c->host;
    return host->dials ? &c->end : host->is_specific ? &host->address : NULL;
}

static inline const socket_end *connection_theirs(const evl_connection *c) {
    const evl_host *host = c->host;
    return !host->dials ? &c->end : host->is_specific ? &host->address : NULL;
}

/* Our own end, if anything says it, else one of port 0. */
evl_end connection_local(const evl_connection *c);

/* Of sent_total: what the kernel never took. */
uint64_t connection_unwritten(const evl_connection *c);

/* connection_evidence.c: what is kept of a connection. */
void evidence_begin(evl_connection *c);

/* The record, made when there is something to keep; NULL without memory. */
evl_record *evidence_record(evl_connection *c);

/* Bytes of the stream that end at received_total, and at sent_total; ours need not be written yet.
 */
void evidence_received(evl_connection *c, const uint8_t *bytes, size_t length);
void evidence_sent(evl_connection *c, const uint8_t *bytes, size_t length);

/* The kernel has taken all of sent_total but so many bytes. */
void evidence_wrote(evl_connection *c, uint64_t unwritten);

void evidence_view(const evl_connection *c, evl_connection_view *view);
void evidence_free(evl_connection *c);

static inline bool evidence_keeps_bytes(const evl_connection *c) {
    return c->host->record_bytes > 0;
}

/* connection_io.c */
void io_callback(struct ev_loop *ev, ev_io *watcher, int events);
size_t io_read(evl_connection *c);
void io_batch(evl_connection *c, write_batch *batch, const evl_done *done);
bool io_flush(evl_connection *c, write_batch *batch);
bool io_flush_outbox(evl_connection *c);
void io_watch(evl_connection *c);
void io_close(evl_connection *c);
void io_reset(evl_connection *c);
void io_free(evl_connection *c);
static inline bool io_is_pending(const evl_connection *c) {
    return c->outbox != NULL && c->outbox->count > 0;
}

/* connection_pace.c: sends the current step's bytes, slice after slice. True: done, or it has
 * failed; false: pumps again later. */
bool pace_go_on(evl_connection *c);
uint64_t pace_progress(const evl_connection *c);
void pace_stop(evl_connection *c);

/* connection_lockstep.c: whether the client has taken all that was sent; false: pumps again later.
 */
bool lockstep_is_taken(evl_connection *c);
static inline void lockstep_begin(evl_pacer *pacer, uint64_t now_ns) {
    pacer->since_ns = now_ns;
    pacer->empty_ns = pacer->quiet_ns = pacer->pause_ns = 0;
}

/* Whether it is not to read now: what comes stays in the kernel. */
static inline bool connection_is_deaf(const evl_connection *c) {
    return c->deaf || c->held;
}

/* connection_fault.c: half closes; closes (true: done, false: asks again after a while what came of
 * it); notes a reset that is to come, and asks likewise what came of it. */
void fault_half_close(evl_connection *c, uint64_t consumed);
bool fault_close(evl_connection *c);
void fault_note_reset(evl_connection *c);
bool fault_is_settled(evl_connection *c);

/* The last word on what is still open, before the socket goes. */
void fault_last_look(evl_connection *c);

/* A new entry for the current step; NULL: nobody wants it, or no memory. */
evl_fault *fault_note(evl_connection *c);
evl_fault *fault_latest(const evl_connection *c);
evl_breakage *fault_breakage(evl_connection *c);

/* connection_gauge.c: measures what its programs ask for from now on (false without memory); it has
 * come to rest; reads with the kernel's stamp; a step is done (false: what was measured has failed
 * it; *took_ns is changed if its time was taken); asks how the client's socket is set; it has
 * ended. */
bool gauge_make(evl_connection *c, const evl_program *program);
void gauge_rest(evl_connection *c);
socket_result gauge_read(evl_connection *c, uint8_t *bytes, size_t capacity, size_t *length,
                         int *error);
bool gauge_step_done(evl_connection *c, const evl_done *done, const evl_input *input,
                     uint64_t *took_ns);
void gauge_inspect(evl_connection *c);
void gauge_stop(evl_connection *c);
void gauge_view(const evl_connection *c, evl_connection_view *view);
bool gauge_has_doubts(const evl_connection *c);

/* connection_hold.c: carries out a step that stops reading, or reads again. False: it is done, or
 * has failed; true: pumps again later. */
bool hold_goes_on(evl_connection *c);

/* Whether the step is one that may last until the finish, and is nobody's to wait for. */
bool hold_is_idle(const evl_connection *c);

/* connection_queues.c: notes where bytes wait, for the text of a limit. */
void queues_look(evl_connection *c);

/* connection_leave.c */
void leave_look_again(evl_connection *c, uint64_t first, uint64_t longest);
void leave_look(evl_connection *c);
void leave_look_later(evl_connection *c, bool at_once);
bool leave_judge(evl_connection *c);
bool leave_reset(evl_connection *c);
void leave_alarm(evl_alarm *alarm);
evl_connection *connection_of_alarm(evl_alarm *alarm);

/* connection_limit.c */
void limit_arm(evl_connection *c);
void limit_fired(struct ev_loop *ev, ev_timer *watcher, int events);

#endif
