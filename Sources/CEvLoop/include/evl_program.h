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
    EVL_STEP_SEND,              /* bytes */
    EVL_STEP_DELAY,             /* number: nanoseconds */
    EVL_STEP_HALF_CLOSE,        /* our FIN; the client may still send */
    EVL_STEP_DISCONNECT,        /* our FIN, then the client's, then close; EVL_STEP_DISCARD */
    EVL_STEP_CLOSE,             /* plain close(2) */
    EVL_STEP_RESET,             /* RST, after all is acknowledged; EVL_STEP_DISCARD: at once */
    EVL_STEP_ASK,               /* parks until evl_endpoint_answer brings the next steps */
    EVL_STEP_REPEAT             /* number: rounds of the steps from target up to here */
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
    EVL_STEP_IMPLICIT = 1, /* the script's unwritten end: its limit is `after_script_ns` */
    EVL_STEP_MAY_STAY = 2, /* the client may outlive the script; the server's finish ends it */
    EVL_STEP_DISCARD = 4   /* DISCONNECT: late input is no failure. RESET: unsent bytes are lost */
};

#define EVL_LIMIT_DEFAULT 0u      /* the server's limit: time without progress */
#define EVL_LIMIT_NONE UINT64_MAX /* never */
#define EVL_MAX_NESTING 8         /* depth of repeats inside repeats */
#define EVL_MAX_HEADER 24         /* bytes of a length field that are kept */

typedef struct evl_step {
    uint8_t kind; /* evl_step_kind */
    uint8_t flags;
    uint8_t expected_leave; /* evl_expected_leave */
    uint8_t depth;          /* REPEAT: how many repeats it stands in, under EVL_MAX_NESTING */
    uint32_t target;        /* REPEAT: index of the first step of its body, before this one */
    uint64_t limit_ns;      /* EVL_LIMIT_DEFAULT, EVL_LIMIT_NONE, or the whole step's limit */
    uint64_t number;
    const uint8_t *bytes;
    size_t length;
    evl_framing framing;
} evl_step;

typedef struct evl_program evl_program;

/* Makes a program of `count` steps; the first has index `base` in all events.
 *
 * Copies the steps and all bytes they point to. EVL_INVALID: a step breaks a rule above. On EVL_OK
 * the caller owns one reference. Any thread. */
evl_status evl_program_create(const evl_step *steps, uint32_t count, uint32_t base,
                              evl_program **out);

/* Adds a reference. Any thread. */
evl_program *evl_program_retain(evl_program *program);

/* Gives a reference back; NULL is legal. Any thread. */
void evl_program_release(evl_program *program);

#endif
