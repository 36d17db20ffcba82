/* A program: the flat, immutable form of a script that the loop thread plays.
 *
 * A step's index in its program (plus the program's base) is the join key between a fact that the
 * core records and the source line that wrote the step; the core knows nothing else about it. */
#ifndef EVL_PROGRAM_H
#define EVL_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evl_framing.h"
#include "evl_status.h"

typedef enum evl_step_kind {
    EVL_STEP_EXPECT_CONNECT,    /* done as soon as a connection is there */
    EVL_STEP_EXPECT_BYTES,      /* bytes */
    EVL_STEP_EXPECT_FRAME,      /* bytes: one whole payload; framing */
    EVL_STEP_RECEIVE_EXACTLY,   /* number: how many bytes */
    EVL_STEP_RECEIVE_AT_LEAST,  /* number: how many bytes; takes all that has arrived */
    EVL_STEP_RECEIVE_UNTIL,     /* bytes: the delimiter; number: most bytes, delimiter included */
    EVL_STEP_EXPECT_SILENCE,    /* number: nanoseconds */
    EVL_STEP_EXPECT_EOF,        /* the client's FIN; the script may still send */
    EVL_STEP_EXPECT_DISCONNECT, /* leave: how; may carry EVL_STEP_IMPLICIT, EVL_STEP_MAY_STAY */
    EVL_STEP_SEND,              /* bytes; pace */
    EVL_STEP_DELAY,             /* number: nanoseconds */
    EVL_STEP_HALF_CLOSE,        /* our FIN; the client may still send */
    EVL_STEP_DISCONNECT,        /* our FIN, then the client's, then close; EVL_STEP_DISCARD */
    EVL_STEP_CLOSE,             /* plain close(2) */
    EVL_STEP_RESET,             /* RST, after all is acknowledged; EVL_STEP_DISCARD: at once */
    EVL_STEP_ASK,               /* parks until evl_endpoint_answer brings the next steps */
    EVL_STEP_REPEAT,            /* number: rounds of the steps from target up to here */
    EVL_STEP_JUMP,              /* target: the step that comes next */
    EVL_STEP_PIECE,             /* framing, checks: one whole frame whose payload passes */
    EVL_STEP_CHOICE,            /* options: which of them comes next is told by the input */
    EVL_STEP_STALL,        /* neither reads nor writes; number: nanoseconds, 0: until the client
                              has left. EVL_STEP_MAY_STAY: or until the finish; leave, DISCARD */
    EVL_STEP_STOP_READING, /* until RESUME_READING, or a step that needs input */
    EVL_STEP_RESUME_READING,
    EVL_STEP_EXPECT_BACKPRESSURE, /* stops reading: the client's kernel can't send, or take more */
    EVL_STEP_EXPECT_NO_DELAY      /* the client's socket has TCP_NODELAY */
} evl_step_kind;

typedef enum evl_leave {
    EVL_LEAVE_NONE,          /* still there, as far as is known */
    EVL_LEAVE_FIN,           /* the client closed or shut down cleanly */
    EVL_LEAVE_RST,           /* the client reset the connection */
    EVL_LEAVE_RST_AFTER_FIN, /* it shut down first and was gone by reset then */
    EVL_LEAVE_SELF           /* the script closed or reset the connection */
} evl_leave;

typedef enum evl_expected_leave {
    EVL_EXPECT_CLEANLY,
    EVL_EXPECT_ANY,
    EVL_EXPECT_RESET
} evl_expected_leave;

enum {
    EVL_STEP_IMPLICIT = 1,  /* the script's unwritten end: its limit is `after_script_ns` */
    EVL_STEP_MAY_STAY = 2,  /* the client may outlive the script; the server's finish ends it */
    EVL_STEP_DISCARD = 4,   /* DISCONNECT: late input is no failure. RESET: unsent bytes are lost */
    EVL_STEP_KEEP = 8,      /* PIECE: the payload is kept for questions and for the report.
                               DISCONNECT: what the kernel confirms of it, as of other ends */
    EVL_STEP_QUESTION = 16, /* PIECE, CHOICE: asks about the whole payload, as ASK does */
    EVL_STEP_OR_LEAVE = 32, /* PIECE, CHOICE: at its start the client may leave; goes to `target` */
    EVL_STEP_CONTINUES = 64, /* part of the written step before it: its clock goes on */
    EVL_STEP_EACH_ONCE = 128 /* CHOICE: each option once, in any order; then goes to `target` */
};

#define EVL_LIMIT_DEFAULT 0u      /* the server's limit: time without progress */
#define EVL_LIMIT_NONE UINT64_MAX /* never */
#define EVL_ROUNDS_ENDLESS UINT64_MAX
#define EVL_MAX_NESTING 8  /* depth of repeats and choices inside each other */
#define EVL_MAX_OPTIONS 64 /* options of a CHOICE with EVL_STEP_EACH_ONCE */
#define EVL_MAX_CHECK_DEPTH 16
#define EVL_MAX_HEADER 24 /* bytes of a length field that are kept */

typedef enum evl_check_kind {
    EVL_CHECK_ANY,      /* passes */
    EVL_CHECK_EQUALS,   /* bytes */
    EVL_CHECK_PREFIX,   /* bytes */
    EVL_CHECK_SUFFIX,   /* bytes */
    EVL_CHECK_CONTAINS, /* bytes */
    EVL_CHECK_NOT,      /* the check that follows fails */
    EVL_CHECK_ALL,      /* those that follow pass */
    EVL_CHECK_ANY_OF    /* one of those that follow passes */
} evl_check_kind;

/* A check is a run of nodes: the node itself, then, for NOT, ALL and ANY_OF, its parts. */
typedef struct evl_check {
    uint8_t kind;  /* evl_check_kind */
    uint32_t size; /* nodes of the run, this one included */
    const uint8_t *bytes;
    size_t length;
} evl_check;

/* One way that a CHOICE can go on. Without framing it is told by the bytes that come next, and the
 * last option may have none: it is taken when no other can be. With one, by a check of the next
 * payload; the first that passes is taken. The input stays for the steps at `target`. */
typedef struct evl_option {
    const uint8_t *bytes;
    size_t length;
    uint32_t check;  /* its first node among the step's checks */
    uint32_t step;   /* with framing: the step in whose name the payload is taken */
    uint32_t target; /* the step that comes next */
} evl_option;

typedef enum evl_release {
    EVL_RELEASE_LOCKSTEP, /* once the client has taken all that was sent before; the last slice too
                           */
    EVL_RELEASE_TIMED     /* once its time has come */
} evl_release;

/* How a SEND lets its bytes out: slice after slice, one write each. Times are in nanoseconds; what
 * is up to chance hangs on `seed`, the connection's number and the slice's. */
typedef struct evl_pace {
    uint8_t release;      /* evl_release */
    uint64_t slice;       /* bytes of a slice, of which the last may be shorter; 0: as `cuts` say */
    const uint64_t *cuts; /* where slices begin but for the first: ascending, inside the bytes */
    size_t cut_count;
    uint64_t delay_ns;        /* TIMED: before the first slice */
    uint64_t delay_jitter_ns; /* up to so much longer */
    uint64_t every_ns;        /* TIMED: from one slice to the next */
    uint64_t jitter_ns;       /* up to so much longer */
    uint64_t seed;
} evl_pace;

typedef struct evl_step {
    uint8_t kind; /* evl_step_kind */
    uint8_t flags;
    uint8_t expected_leave; /* evl_expected_leave */
    uint8_t depth;   /* REPEAT, CHOICE: how many of them it stands in, under EVL_MAX_NESTING */
    bool framed;     /* CHOICE: whether it has a framing */
    bool measured;   /* it has a latency or segments, which count for nothing without */
    uint32_t target; /* REPEAT: index of the first step of its body, before this one; JUMP; others:
                        see the flags */
    uint32_t segments;   /* TCP segments that its bytes must come in, exactly; 0: nobody asks */
    uint64_t limit_ns;   /* EVL_LIMIT_DEFAULT, EVL_LIMIT_NONE, or the whole step's limit */
    uint64_t latency_ns; /* until its last byte has come, at most; 0: nobody asks */
    uint64_t number;
    const uint8_t *bytes;
    size_t length;
    const evl_pace *pace; /* NULL: all at once */
    evl_framing framing;
    const evl_check *checks; /* PIECE: one; CHOICE: one for each option */
    uint32_t check_count;    /* nodes, of all of them */
    uint32_t option_count;
    const evl_option *options;
} evl_step;

typedef struct evl_program evl_program;

/* Makes a program of `count` steps; the first has index `base` in all events.
 *
 * Copies the steps and all that they point to. EVL_INVALID: a step breaks a rule above. On EVL_OK
 * the caller owns one reference. Any thread. */
evl_status evl_program_create(const evl_step *steps, uint32_t count, uint32_t base,
                              evl_program **out);

/* Adds a reference. Any thread. */
evl_program *evl_program_retain(evl_program *program);

/* Gives a reference back; NULL is legal. Any thread. */
void evl_program_release(evl_program *program);

#endif
