/* A session plays one connection's program: facts in, actions out; no socket, no clock, no memory.
 *
 * The happy path: call session_next with what has arrived; carry out the action it answers; call
 * again, until it answers one of the WAITs (more input, time or steps needed), FAIL or END. */
#ifndef EVL_SESSION_H
#define EVL_SESSION_H

#include "evl_event.h"
#include "frame.h"
#include "program.h"

/* Facts. The session raises `used` by what it consumed and looks at bytes[used ..< length] only. */
typedef struct evl_input {
    const uint8_t *bytes;
    size_t length;
    size_t used;
    bool fin;       /* after these bytes the client's FIN arrived */
    bool rst;       /* after these bytes its RST arrived */
    bool time_up;   /* the time asked for by WAIT_TIME has passed */
    bool finishing; /* the server is being finished: who may stay need not leave */
} evl_input;

typedef enum evl_action_kind {
    EVL_ACTION_STEP_DONE,   /* record it */
    EVL_ACTION_WRITE,       /* bytes, length: owned by the program */
    EVL_ACTION_HALF_CLOSE,  /* send our FIN */
    EVL_ACTION_CLOSE,       /* close(2) */
    EVL_ACTION_RESET,       /* RST; `discard`: without waiting for acknowledgement */
    EVL_ACTION_JUDGE_LEAVE, /* a FIN is there and all bytes are used: find out how it left */
    EVL_ACTION_START_TIME,  /* start a wait of time_ns, answer time_up when it has passed */
    EVL_ACTION_ASK,         /* ask for an answer */
    EVL_ACTION_WAIT_INPUT,  /* bytes, FIN or RST */
    EVL_ACTION_WAIT_TIME,   /* the wait under way */
    EVL_ACTION_WAIT_ANSWER, /* session_answer */
    EVL_ACTION_WAIT_STEPS,  /* a live server's next steps */
    EVL_ACTION_FAIL,        /* failure */
    EVL_ACTION_END          /* the script is done */
} evl_action_kind;

typedef struct evl_action {
    evl_action_kind kind;
    uint32_t step;
    bool discard;
    const uint8_t *bytes;
    size_t length;
    uint64_t time_ns;
    evl_failure failure;
} evl_action;

typedef struct evl_session {
    evl_program *program; /* borrowed; NULL: no steps yet */
    evl_program *answer;  /* borrowed; the steps an ASK was answered with, else NULL */
    uint32_t position;
    uint32_t answer_position;
    uint8_t phase; /* of the current step: 0 when it becomes current */
    uint8_t left;  /* evl_leave: how the connection ended, once that is known */
    bool live;     /* more steps may come */
    bool failed;
    uint32_t match;    /* RECEIVE_UNTIL: how much of the delimiter has matched */
    uint64_t offset;   /* bytes of the current step (payload) so far */
    uint64_t declared; /* EXPECT_FRAME: length from the header */
    evl_frame_header header;
    uint32_t rounds[EVL_MAX_NESTING];
} evl_session;

void session_start(evl_session *session, evl_program *program, bool live);

evl_action session_next(evl_session *session, evl_input *input);

/* The current step, or NULL when there is none. */
const evl_step *session_step(const evl_session *session);

/* Its index for events; the count of steps so far when there is none. */
uint32_t session_index(const evl_session *session);

/* How the client left, found out after JUDGE_LEAVE, or because a write or the kernel told. */
void session_left(evl_session *session, evl_leave leave);

/* Whether it stands at an ASK step and waits for the answer. */
bool session_is_asking(const evl_session *session);

/* The answer to ASK: steps that are played in its place, or none. Only while it is asking. */
void session_answer(evl_session *session, evl_program *answer);

/* Fails the current step from outside (limit, write error, answer). */
evl_failure session_fail(evl_session *session, evl_failure_kind kind);

/* Whether the program just finished may be let go: the session has moved on to a later one. */
bool session_has_left(const evl_session *session, const evl_program *program);

#endif
