/* Inside view of a program, for the session. */
#ifndef EVL_PROGRAM_PRIVATE_H
#define EVL_PROGRAM_PRIVATE_H

#include <stdatomic.h>

#include "evl_program.h"

struct evl_program {
    atomic_uint references;
    uint32_t base;
    uint32_t count;
    evl_program *next;        /* a live server's chain; written before the session can see it */
    atomic_bool chained;      /* stands, or stood, in one: `next` is taken */
    bool needs_room;          /* see evl_session_room */
    bool measured;            /* a step asks for what only a gauge tells: connection_gauge.c */
    const uint32_t **borders; /* per step: the delimiter's border table, or NULL */
    evl_step steps[];
};

/* Whether steps[index] keeps the rules; program_rules.c. */
bool program_takes_step(const evl_step *steps, uint32_t index, uint32_t count);

/* Takes the program for a live server's chain, for which it can be used once. False: it was. */
bool program_claim(evl_program *program);

/* Whether a session that plays it, or one that is chained to it, needs an evl_session_room. */
bool program_needs_room(const evl_program *program);

/* The step with this index in events, of the program or one that is chained to it; else NULL. */
const evl_step *program_find_step(const evl_program *program, uint32_t index);

/* Whether a step asks for what has to be measured. */
static inline bool step_is_measured(const evl_step *step) {
    return step->measured || step->kind == EVL_STEP_EXPECT_NO_DELAY;
}

/* Whether it, or one that is chained to it, asks for what has to be measured. */
bool program_is_measured(const evl_program *program);

/* Whether it can stand in an ASK step's place: it neither asks nor repeats. */
bool program_can_answer(const evl_program *program);

#endif
