/* A session plays one connection's program: facts in, actions out; no socket, no clock, no memory.
 *
 * The happy path: call session_next with what has arrived; carry out the action it answers; call
 * again, until it answers one of the WAITs (more input, time or steps needed), FAIL or END. */
#ifndef EVL_SESSION_H
#define EVL_SESSION_H

#include "evl_event.h"
#include "frame.h"
#include "program.h"

/* Facts. The session raises `used` by what it consumed and looks at bytes[used ..< length] only; of
 * those it may move a frame's first bytes, see evl_framing's lead. */
typedef struct evl_input {
    uint8_t *bytes;
    size_t length;
    size_t used;
    bool fin;       /* after these bytes the client's FIN arrived */
    bool rst;       /* after these bytes its RST arrived */
    bool time_up;   /* the time asked for by WAIT_TIME has passed */
    bool finishing; /* the server is being finished: who may stay need not leave */
} evl_input;

typedef enum evl_action_kind {
    EVL_ACTION_STEP_DONE,   /* record it; bytes, length: a payload to keep, or NULL */
    EVL_ACTION_WRITE,       /* bytes, length: owned by the program; then session_written */
    EVL_ACTION_PACE,        /* write the current step's bytes as its pace says */
    EVL_ACTION_HALF_CLOSE,  /* send our FIN */
    EVL_ACTION_CLOSE,       /* close(2) */
    EVL_ACTION_RESET,       /* RST; `discard`: without waiting for acknowledgement */
    EVL_ACTION_INSPECT,     /* ask how the client's socket is set, as the current step says */
    EVL_ACTION_HOLD,        /* read no more, or again, as the current step says and while it does */
    EVL_ACTION_JUDGE_LEAVE, /* a FIN is there and all bytes are used: find out how it left */
    EVL_ACTION_START_TIME,  /* start a wait of time_ns, answer time_up when it has passed */
    EVL_ACTION_ASK,         /* ask for an answer, see session_payload */
    EVL_ACTION_WAIT_INPUT,  /* bytes, FIN or RST; what is not used must be there again */
    EVL_ACTION_WAIT_TIME,   /* the wait under way */
    EVL_ACTION_WAIT_ANSWER, /* session_answer */
    EVL_ACTION_WAIT_STEPS,  /* a live server's next steps */
    EVL_ACTION_FAIL,        /* failure */
    EVL_ACTION_END,         /* the script is done */
    EVL_ACTION_GO_ON        /* nothing to carry out: it has moved a while, and goes on when asked */
} evl_action_kind;

typedef struct evl_action {
    evl_action_kind kind;
    uint32_t step;
    uint32_t node; /* FAIL: of the step's checks, see evl_failure */
    bool discard;
    uint8_t failure; /* FAIL: evl_failure_kind, see session_failure */
    bool is_more;    /* STEP_DONE, WRITE: of an answer, whose step has been told as done already */
    const uint8_t *bytes;
    size_t length;
    uint64_t time_ns;
} evl_action;

/* What only some programs need of a session: those that go round, choose, cut frames out, or are
 * answered. The others' connections do without, for there may be thousands of them. */
typedef struct evl_session_room {
    evl_program *answer;  /* borrowed; the steps an ASK was answered with, else NULL */
    evl_program *pending; /* borrowed; such steps, while the payload asked about is not used yet */
    uint32_t answer_position;
    uint32_t option; /* CHOICE: the one that was answered */
    evl_frame frame; /* PIECE, CHOICE */
    bool cutting;    /* `frame` is in use */
    uint32_t rounds[EVL_MAX_NESTING];
    uint64_t taken[EVL_MAX_NESTING]; /* CHOICE, each once: options that have been, as bits */
} evl_session_room;

typedef struct evl_session {
    evl_program *program;   /* borrowed; NULL: no steps yet */
    evl_session_room *room; /* borrowed; never NULL */
    uint32_t position;
    uint8_t phase; /* of the current step: 0 when it becomes current */
    uint8_t left;  /* evl_leave: how the connection ended, once that is known */
    bool live;     /* more steps may come */
    bool failed;
    uint64_t offset;   /* bytes of the current step (payload) so far */
    uint64_t declared; /* frames: the payload's length, once that is known */
    uint32_t match;    /* RECEIVE_UNTIL: how much of the delimiter has matched */
    evl_frame_header header;
    bool header_whole; /* of a frame that failed or is not whole yet */
} evl_session;

/* `room`: zeroed; may be NULL unless it is live or program_needs_room says so of the program. */
void session_start(evl_session *session, evl_program *program, bool live, evl_session_room *room);

evl_action session_next(evl_session *session, evl_input *input);

/* A step that is done. */
typedef struct evl_done {
    uint32_t step;
    bool is_more;         /* see evl_action */
    bool continues;       /* the next one's clock goes on, see EVL_STEP_CONTINUES */
    size_t used;          /* of the input, up to its end */
    const uint8_t *bytes; /* to be written now, or NULL; owned by the program */
    size_t length;
    uint64_t limit_ns;
} evl_done;

enum {
    PLAYED_AT_ONCE = 64
};

/* A run of steps that are done, in order. */
typedef struct evl_played {
    evl_done done[PLAYED_AT_ONCE];
    int count, writes;
    int most, most_writes; /* set before: it stops there; at least 1, and PLAYED_AT_ONCE */
} evl_played;

/* As session_next, but plays as many steps as it can: STEP_DONE without a payload and WRITE are
 * noted in `played`, to be carried out first, in order. GO_ON: ask again. */
evl_action session_play(evl_session *session, evl_input *input, evl_played *played);

/* WRITE has been carried out: the step is done. */
void session_written(evl_session *session);

/* The current step, or NULL when there is none; of an answer, or behind a program's end. */
const evl_step *session_step_elsewhere(const evl_session *session);

/* The current step, or NULL when there is none. */
static inline const evl_step *session_step(const evl_session *session) {
    const evl_program *program = session->program;
    if (session->room->answer == NULL && program != NULL && session->position < program->count)
        return &program->steps[session->position];
    return session_step_elsewhere(session);
}

/* Its index for events; the count of steps so far when there is none. */
uint32_t session_index(const evl_session *session);

/* Whether it stands where the client may leave, has sent nothing since, and owes nothing. */
bool session_is_resting(const evl_session *session);

/* How the client left, found out after JUDGE_LEAVE, or because a write or the kernel told. */
void session_left(evl_session *session, evl_leave leave);

/* Whether it has asked and waits for the answer. */
bool session_is_asking(const evl_session *session);

/* The payload that a question is about, in the input; NULL: it is about none. */
const uint8_t *session_payload(const evl_session *session, const evl_input *input, size_t *length);

/* Whether the choice it asks about may go on with this option; true of other questions. */
bool session_may_take(const evl_session *session, uint32_t option);

/* Of a choice that takes each option once: those that have been, as bits. Else 0. */
uint64_t session_taken(const evl_session *session);

/* The answer to ASK: steps that come next, or none; for a CHOICE the option. Only while it is
 * asking. */
void session_answer(evl_session *session, evl_program *answer, uint32_t option);

/* Whether it still needs the program it was answered with. */
bool session_holds_answer(const evl_session *session);

/* What a FAIL action has failed with. */
evl_failure session_failure(evl_session *session, const evl_action *action);

/* How often the innermost repeat around the current step has gone round. */
uint32_t session_round(const evl_session *session);

/* Lets go of the programs: what it says of its steps is over. */
void session_end(evl_session *session);

/* Fails the current step from outside (limit, write error, answer). */
evl_failure session_fail(evl_session *session, evl_failure_kind kind);

/* Whether the program just finished may be let go: the session has moved on to a later one. */
bool session_has_left(const evl_session *session, const evl_program *program);

#endif
