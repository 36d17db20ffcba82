/* What the session's own files share: session.c moves through the program, session_input.c has the
 * steps that take bytes, session_piece.c those that take frames, session_hold.c those during
 * which nothing is read, session_end.c the rest. */
#ifndef EVL_SESSION_STEPS_H
#define EVL_SESSION_STEPS_H

#include "session.h"

enum { /* phases of steps that ask, or may be left at their start */
    BEGUN = 1,
    ASKED = 2,
    ANSWERED = 3
};

/* Moves without an action before others get their turn: a long repeat may have no other. */
enum {
    MOVES_AT_ONCE = 4096
};

/* session.c */
void step_skip_program(evl_session *s);
evl_action step_run(evl_session *s, evl_input *in, const evl_step *step);
static inline evl_action step_simple(const evl_session *s, evl_action_kind kind) {
    uint32_t step = s->program == NULL ? 0 : s->program->base + s->position;
    return (evl_action){.kind = kind, .step = step};
}
evl_action step_done(evl_session *s);
evl_action step_fail(evl_session *s, evl_failure_kind kind);
void step_enter(evl_session *s);
void step_advance(evl_session *s);
evl_action step_go_to(evl_session *s, uint32_t target);
const evl_step *step_at(const evl_program *program, uint32_t position);
bool step_is_more_of_answer(const evl_session *s);
const evl_step *step_after(const evl_session *s);

/* session_input.c */
evl_action step_starved(evl_session *s, const evl_input *in);
size_t step_first_difference(const uint8_t *a, const uint8_t *b, size_t length);
evl_action run_expect_bytes(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_expect_frame(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_receive_exactly(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_receive_at_least(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_receive_until(evl_session *s, evl_input *in, const evl_step *step);

/* session_piece.c */
evl_action run_piece(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_choice(evl_session *s, evl_input *in, const evl_step *step);

/* session_hold.c */
evl_action run_hold(evl_session *s, evl_input *in, const evl_step *step);

/* session_end.c */
evl_action run_expect_eof(evl_session *s, evl_input *in);
evl_action run_expect_disconnect(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_disconnect(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_wait(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_send(evl_session *s, evl_input *in, const evl_step *step);
evl_action run_inspect(evl_session *s, const evl_input *in);
evl_action run_end(evl_session *s, const evl_step *step, evl_action_kind kind);
evl_action run_ask(evl_session *s, const evl_input *in);
bool step_takes_reset_next(const evl_session *s);

/* The step whose turn it is, of the program that has one; NULL: there is none. */
static inline const evl_step *step_current(evl_session *s) {
    if (s->program != NULL && s->position >= s->program->count)
        step_skip_program(s);
    return session_step(s);
}

/* One more round of a REPEAT is over. Whether another comes; else the count begins anew. */
static inline bool step_counts_round(const evl_step *step, uint32_t *rounds) {
    if (*rounds < UINT32_MAX)
        ++*rounds;
    bool again = step->number == EVL_ROUNDS_ENDLESS || *rounds < step->number;
    *rounds = again ? *rounds : 0;
    return again;
}

static inline size_t available(const evl_input *in) {
    return in->length - in->used;
}

static inline uint8_t *here(const evl_input *in) {
    return in->bytes + in->used;
}

static inline void consume(evl_session *s, evl_input *in, size_t length) {
    in->used += length;
    s->offset += length;
}

static inline bool is_gone(const evl_session *s) {
    return s->left != EVL_LEAVE_NONE;
}

#endif
