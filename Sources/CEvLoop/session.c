/* Moves through the program; one function a kind of step, each answers the one action that comes
 * next. */
#include <assert.h>
#include <string.h>

#include "session_steps.h"

/* What the sessions have that need none: never written to. */
static const evl_session_room no_room = {0};

void session_start(evl_session *session, evl_program *program, bool live, evl_session_room *room) {
    if (room == NULL)
        room = (evl_session_room *)(uintptr_t)&no_room;
    *session = (evl_session){.program = program, .live = live, .room = room};
}

void session_end(evl_session *s) {
    if (s->room->answer != NULL || s->room->pending != NULL)
        s->room->answer = s->room->pending = NULL;
    s->program = NULL;
}

void session_left(evl_session *session, evl_leave leave) {
    session->left = (uint8_t)leave;
}

/* The step at a position in a chain of programs, or in the one after, if that is its end. */
const evl_step *step_at(const evl_program *program, uint32_t position) {
    while (program != NULL && position >= program->count) {
        program = program->next;
        position = 0;
    }
    return program == NULL ? NULL : &program->steps[position];
}

const evl_step *session_step_elsewhere(const evl_session *s) {
    const evl_session_room *room = s->room;
    if (room->answer != NULL && room->answer_position < room->answer->count)
        return &room->answer->steps[room->answer_position];
    return step_at(s->program, s->position);
}

uint32_t session_index(const evl_session *s) {
    if (s->program == NULL)
        return 0;
    return s->program->base + s->position;
}

bool session_is_resting(const evl_session *s) {
    const evl_step *step = session_step(s);
    return step != NULL && (step->flags & EVL_STEP_OR_LEAVE) != 0 && s->phase == 0;
}

bool session_has_left(const evl_session *s, const evl_program *program) {
    return s->program != program;
}

/* --- questions --- */

bool session_is_asking(const evl_session *s) {
    const evl_step *step = session_step(s);
    return step != NULL && s->phase == ASKED &&
           (step->kind == EVL_STEP_ASK || (step->flags & EVL_STEP_QUESTION) != 0);
}

const uint8_t *session_payload(const evl_session *s, const evl_input *in, size_t *length) {
    const evl_step *step = session_step(s);
    if (step->kind == EVL_STEP_ASK)
        return NULL;
    *length = s->room->frame.payload;
    return here(in);
}

void session_answer(evl_session *s, evl_program *answer, uint32_t option) {
    assert(session_is_asking(s));
    bool plays_it = session_step(s)->kind != EVL_STEP_CHOICE; /* that has steps of its own */
    s->phase = ANSWERED;
    s->room->option = option;
    s->room->pending = plays_it && answer != NULL && answer->count > 0 ? answer : NULL;
}

bool session_holds_answer(const evl_session *s) {
    return s->room->answer != NULL || s->room->pending != NULL;
}

/* --- actions --- */

/* An answer's steps are done in the name of the step that asked, each of them: a PIECE is before
 * the first of them, an ASK with it. */
bool step_is_more_of_answer(const evl_session *s) {
    const evl_session_room *room = s->room;
    return room->answer != NULL &&
           (room->answer_position > 0 || s->program->steps[s->position].kind != EVL_STEP_ASK);
}

evl_action step_done(evl_session *s) {
    evl_action action = step_simple(s, EVL_ACTION_STEP_DONE);
    action.is_more = step_is_more_of_answer(s);
    step_advance(s);
    return action;
}

evl_failure session_fail(evl_session *s, evl_failure_kind kind) {
    s->failed = true;
    evl_failure failure = {
        .kind = kind,
        .step = session_index(s),
        .offset = s->offset,
        .declared = s->declared,
        .node = UINT32_MAX,
        .taken = session_taken(s),
        .header_count = s->header.count,
        .header_whole = s->header_whole,
        .whole = s->room->frame.total > 0,
        .asked = session_is_asking(s),
        .replying = s->room->answer != NULL ? session_step(s)->kind : 0,
    };
    memcpy(failure.header, s->header.bytes, sizeof failure.header);
    return failure;
}

evl_action step_fail(evl_session *s, evl_failure_kind kind) {
    s->failed = true;
    return (evl_action){.kind = EVL_ACTION_FAIL,
                        .step = session_index(s),
                        .node = UINT32_MAX,
                        .failure = (uint8_t)kind};
}

evl_failure session_failure(evl_session *s, const evl_action *action) {
    evl_failure failure = session_fail(s, (evl_failure_kind)action->failure);
    failure.node = action->node;
    return failure;
}

/* --- moving through the program --- */

void step_enter(evl_session *s) {
    s->phase = 0;
    s->match = 0;
    s->offset = 0;
    s->declared = 0;
    s->header.count = 0;
    s->header_whole = false;
    if (!s->room->cutting)
        return;
    s->room->cutting = false;
    s->room->frame = (evl_frame){0};
}

void step_advance(evl_session *s) {
    step_enter(s);
    evl_session_room *room = s->room;
    if (room->answer != NULL) {
        if (++room->answer_position < room->answer->count)
            return;
        room->answer = NULL;
    }
    s->position++;
}

evl_action step_go_to(evl_session *s, uint32_t target) {
    step_enter(s);
    s->position = target;
    return step_simple(s, EVL_ACTION_GO_ON);
}

/* Follows the chain of a live server's programs to the next unplayed step. */
void step_skip_program(evl_session *s) {
    while (s->program != NULL && s->position >= s->program->count && s->program->next != NULL) {
        s->program = s->program->next;
        s->position = 0;
    }
}

const evl_step *step_after(const evl_session *s) {
    const evl_session_room *room = s->room;
    if (room->answer != NULL && room->answer_position + 1 < room->answer->count)
        return &room->answer->steps[room->answer_position + 1];
    return step_at(s->program, s->position + 1);
}

static evl_action run_repeat(evl_session *s, const evl_step *step) {
    if (step_counts_round(step, &s->room->rounds[step->depth]))
        return step_go_to(s, step->target);
    step_advance(s);
    return step_simple(s, EVL_ACTION_GO_ON);
}

uint32_t session_round(const evl_session *s) {
    uint32_t round = 0;
    for (int depth = 0; depth < EVL_MAX_NESTING; depth++)
        round = s->room->rounds[depth] > 0 ? s->room->rounds[depth] : round;
    return round;
}

evl_action session_next(evl_session *s, evl_input *in) {
    assert(!s->failed);
    for (int move = 0; move < MOVES_AT_ONCE; move++) {
        const evl_step *step = step_current(s);
        if (step == NULL)
            return step_simple(s, s->live ? EVL_ACTION_WAIT_STEPS : EVL_ACTION_END);
        evl_action action = step_run(s, in, step);
        if (action.kind != EVL_ACTION_GO_ON)
            return action;
    }
    return step_simple(s, EVL_ACTION_GO_ON);
}

evl_action step_run(evl_session *s, evl_input *in, const evl_step *step) {
    switch ((evl_step_kind)step->kind) {
    case EVL_STEP_EXPECT_CONNECT:
        return step_done(s);
    case EVL_STEP_EXPECT_BYTES:
        return run_expect_bytes(s, in, step);
    case EVL_STEP_EXPECT_FRAME:
        return run_expect_frame(s, in, step);
    case EVL_STEP_RECEIVE_EXACTLY:
        return run_receive_exactly(s, in, step);
    case EVL_STEP_RECEIVE_AT_LEAST:
        return run_receive_at_least(s, in, step);
    case EVL_STEP_RECEIVE_UNTIL:
        return run_receive_until(s, in, step);
    case EVL_STEP_EXPECT_EOF:
        return run_expect_eof(s, in);
    case EVL_STEP_EXPECT_DISCONNECT:
        return run_expect_disconnect(s, in, step);
    case EVL_STEP_DISCONNECT:
        return run_disconnect(s, in, step);
    case EVL_STEP_EXPECT_SILENCE:
    case EVL_STEP_DELAY:
        return run_wait(s, in, step);
    case EVL_STEP_SEND:
        return run_send(s, in, step);
    case EVL_STEP_HALF_CLOSE:
        return run_end(s, step, EVL_ACTION_HALF_CLOSE);
    case EVL_STEP_CLOSE:
        return run_end(s, step, EVL_ACTION_CLOSE);
    case EVL_STEP_RESET:
        return run_end(s, step, EVL_ACTION_RESET);
    case EVL_STEP_ASK:
        return run_ask(s, in);
    case EVL_STEP_REPEAT:
        return run_repeat(s, step);
    case EVL_STEP_JUMP:
        return step_go_to(s, step->target);
    case EVL_STEP_PIECE:
        return run_piece(s, in, step);
    case EVL_STEP_CHOICE:
        return step->framed ? run_piece(s, in, step) : run_choice(s, in, step);
    case EVL_STEP_STALL:
    case EVL_STEP_STOP_READING:
    case EVL_STEP_RESUME_READING:
    case EVL_STEP_EXPECT_BACKPRESSURE:
        return run_hold(s, in, step);
    case EVL_STEP_EXPECT_NO_DELAY:
        return run_inspect(s, in);
    }
    assert(0 && "programs hold valid steps only");
    return step_simple(s, EVL_ACTION_END);
}
