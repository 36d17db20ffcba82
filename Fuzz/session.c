/* Fuzzes the session: a program, answers and facts are read from the input, the rest is its stream.
 *
 * The program is played against the whole stream, and again against it in pieces, each time from
 * memory that ends where what has come ends. Both plays must do the same and fail alike; each frame
 * that was taken or asked about must be what a second, plain parser and check say.
 *
 * Two plays may rightly differ: when a step takes what is there, or minds bytes that come too early
 * (AVAILABLE, RECEIVE_AT_LEAST, EXPECT_SILENCE), and when a reset comes before the end was reached.
 * The first are played and not compared; a reset comes when all has been played that can be. */
#include "session.h"
#include "check_reference.h"
#include "frame_reference.h"
#include "session_program.h"

enum {
    MOST_ACTIONS = 100000, /* far more than a program of the decoder's makes of its stream */
    ANSWERS = 4
};

/* What the peer does once all its bytes have come. */
typedef struct facts {
    bool fin, fin_with_last, rst, finishing;
    evl_leave leave;
    uint8_t answers[8];
    uint32_t pieces;
} facts;

typedef struct play {
    const draft *draft;
    const evl_program *program;
    const facts *facts;
    input stream;         /* what has not come yet */
    const uint8_t *whole; /* all of it, as it was sent */
    evl_session session;
    evl_session_room *room;
    uint8_t *unread; /* what has come and is not used; the session may have moved some of it */
    size_t unread_length;
    size_t consumed, began; /* `began`: where in the stream the current step began */
    bool fin, rst, time_up, finishing, in_pieces;
    uint32_t questions, piece;
    evl_action *actions; /* all but waits; `length` stays, `bytes` become a checksum in `time_ns` */
    evl_failure failure; /* of the last one, if that is a FAIL */
    size_t action_count, action_room;
} play;

/* --- what is right --- */

static bool is_cut(const play *p, uint32_t step) {
    uint32_t by = step < p->draft->count ? p->draft->cut_by[step] : UINT32_MAX;
    return by != UINT32_MAX && p->draft->steps[by].framing.kind != EVL_FRAMING_AVAILABLE;
}

/* The frame that stands where the current step began. */
static reference frame_at_step(const play *p, const evl_framing *framing, uint8_t *payload) {
    const uint8_t *start = p->whole + p->began;
    size_t come = p->consumed + p->unread_length - p->began;
    reference right = reference_cut(framing, start, come);
    MUST(right.result == EVL_FRAME_WHOLE && right.payload <= come);
    size_t lead = framing->kind == EVL_FRAMING_LENGTH ? framing->offset : 0;
    size_t header = right.total - right.payload;
    if (framing->kind == EVL_FRAMING_LINE || framing->kind == EVL_FRAMING_DELIMITER)
        header = 0;
    if (framing->kind == EVL_FRAMING_NETSTRING)
        header--;
    memcpy(payload, start, lead);
    memcpy(payload + lead, start + lead + header, right.payload - lead);
    return right;
}

static void check_payload_is_right(const play *p, uint32_t step, const uint8_t *bytes,
                                   size_t length) {
    const evl_step *cutter = &p->draft->steps[p->draft->cut_by[step]];
    uint8_t *payload = malloc(p->consumed + p->unread_length + 1);
    MUST(payload != NULL);
    reference right = frame_at_step(p, &cutter->framing, payload);
    if (bytes != NULL)
        MUST(length == right.payload && memcmp(bytes, payload, length) == 0);
    if (cutter->kind == EVL_STEP_PIECE)
        MUST(reference_passes(cutter->checks, payload, right.payload));
    free(payload);
}

/* A frame was taken: the right one, and all of it. */
static void check_taken(const play *p, const evl_action *action, const uint8_t *bytes) {
    uint8_t *payload = malloc(p->consumed + p->unread_length + 1);
    MUST(payload != NULL);
    const evl_step *cutter = &p->draft->steps[p->draft->cut_by[action->step]];
    reference right = frame_at_step(p, &cutter->framing, payload);
    MUST(p->consumed == p->began + right.total);
    free(payload);
    check_payload_is_right(p, action->step, bytes, action->length);
}

static void check_asked(const play *p, const evl_input *in) {
    size_t length = 0;
    const uint8_t *bytes = session_payload(&p->session, in, &length);
    uint32_t step = session_index(&p->session);
    if (bytes == NULL)
        return;
    MUST(length <= in->length - in->used);
    if (is_cut(p, step))
        check_payload_is_right(p, step, bytes, length);
}

/* --- playing --- */

static void note(play *p, evl_action action) {
    uint64_t sum = action.time_ns;
    for (size_t i = 0; action.bytes != NULL && i < action.length; i++)
        sum = (sum ^ action.bytes[i]) * 0x100000001b3u;
    action.time_ns = sum;
    action.bytes = NULL;
    MUST(p->action_count < MOST_ACTIONS);
    if (p->action_count == p->action_room) {
        p->action_room = p->action_room == 0 ? 64 : p->action_room * 2;
        p->actions = realloc(p->actions, p->action_room * sizeof *p->actions);
        MUST(p->actions != NULL);
    }
    p->actions[p->action_count++] = action;
}

static bool is_wait(evl_action_kind kind) {
    return kind == EVL_ACTION_WAIT_INPUT || kind == EVL_ACTION_WAIT_TIME ||
           kind == EVL_ACTION_WAIT_ANSWER || kind == EVL_ACTION_GO_ON;
}

static void step_is_done(play *p, const evl_action *action, bool in_answer) {
    if (action->kind == EVL_ACTION_STEP_DONE && !in_answer && is_cut(p, action->step))
        check_taken(p, action, action->bytes);
    p->began = p->consumed;
    p->time_up = false;
}

/* A run of steps at once, told as session_next tells them. */
static evl_action play_run(play *p, evl_input *in) {
    evl_played played = {.most = PLAYED_AT_ONCE, .most_writes = 1 + (int)(p->facts->pieces % 7)};
    size_t consumed = p->consumed, come = p->unread_length;
    evl_action last = session_play(&p->session, in, &played);
    for (int i = 0; i < played.count; i++) {
        const evl_done *done = &played.done[i];
        evl_action action = {.kind = done->bytes != NULL ? EVL_ACTION_WRITE : EVL_ACTION_STEP_DONE,
                             .step = done->step,
                             .bytes = done->bytes,
                             .length = done->length};
        p->consumed = consumed + done->used;
        p->unread_length = come - done->used;
        /* Where it has been asked, some of them may be steps of the answer. */
        step_is_done(p, &action, p->questions > 0);
        note(p, action);
    }
    p->consumed = consumed;
    p->unread_length = come;
    return last;
}

/* Asks for the next action, with what has come in memory of just its size. */
static evl_action next(play *p) {
    uint8_t *come = copy_exactly(p->unread, p->unread_length);
    evl_input in = {.bytes = come,
                    .length = p->unread_length,
                    .fin = p->fin,
                    .rst = p->rst,
                    .time_up = p->time_up,
                    .finishing = p->finishing};
    bool in_answer = p->session.room->answer != NULL;
    evl_action action = p->in_pieces ? session_next(&p->session, &in) : play_run(p, &in);
    MUST(in.used <= in.length && in.length == p->unread_length);
    p->consumed += in.used;
    p->unread_length -= in.used;
    memcpy(p->unread, come + in.used, p->unread_length);
    if (session_is_asking(&p->session))
        check_asked(p, &in);
    if (action.kind == EVL_ACTION_WRITE)
        session_written(&p->session);
    if (action.kind == EVL_ACTION_STEP_DONE || action.kind == EVL_ACTION_WRITE)
        step_is_done(p, &action, in_answer || (!p->in_pieces && p->questions > 0));
    if (action.kind == EVL_ACTION_FAIL)
        p->failure = session_failure(&p->session, &action);
    if (!is_wait(action.kind))
        note(p, action);
    free(come);
    return action;
}

/* The next bytes, or what comes behind them. False: that was all. */
static bool tell(play *p) {
    size_t length = p->stream.length;
    if (p->in_pieces && length > 0) {
        size_t piece = 1 + (p->facts->pieces >> p->piece++ % 28) % 8;
        length = piece < length ? piece : length;
    }
    if (length > 0) {
        memcpy(p->unread + p->unread_length, p->stream.bytes, length);
        p->unread_length += length;
        p->stream.bytes += length;
        p->stream.length -= length;
        p->fin = p->facts->fin && p->facts->fin_with_last && !p->in_pieces;
        return true;
    }
    bool *facts[] = {&p->fin, &p->rst, &p->finishing};
    bool wanted[] = {p->facts->fin, p->facts->rst, p->facts->finishing};
    for (int i = 0; i < 3; i++) {
        if (wanted[i] && !*facts[i]) {
            *facts[i] = true;
            return true;
        }
    }
    return false;
}

static evl_program *make_answer(int kind) {
    static const uint8_t text[] = "ab";
    evl_step steps[2] = {{.kind = EVL_STEP_SEND, .bytes = text, .length = 2},
                         {.kind = EVL_STEP_RECEIVE_EXACTLY, .number = 2}};
    evl_program *program = NULL;
    MUST(evl_program_create(steps + (kind == 2 ? 1 : 0), (uint32_t)(kind == 0 ? 0 : 3 - kind), 0,
                            &program) == EVL_OK);
    return program;
}

static uint32_t choose_option(const play *p, uint8_t how) {
    const evl_step *step = session_step(&p->session);
    uint32_t option = step->kind == EVL_STEP_CHOICE ? how % step->option_count : 0;
    while (!session_may_take(&p->session, option))
        option = (option + 1) % step->option_count;
    return option;
}

/* False: the answer was that the step fails. In pieces more bytes may come before it. */
static bool answer(play *p, evl_program *const *answers) {
    uint8_t how = p->facts->answers[p->questions++ % 8];
    if (p->in_pieces && p->stream.length > 0 && (how & 0x80) != 0) {
        tell(p);
        MUST(next(p).kind == EVL_ACTION_WAIT_ANSWER);
    }
    if (how % 16 == 15) {
        p->failure = session_fail(&p->session, EVL_FAILURE_ANSWER);
        note(p, (evl_action){.kind = EVL_ACTION_FAIL, .failure = EVL_FAILURE_ANSWER});
        return false;
    }
    session_answer(&p->session, how % ANSWERS == 3 ? NULL : answers[how % ANSWERS],
                   choose_option(p, how >> 4));
    return true;
}

static void play_all(play *p, evl_program *const *answers) {
    for (;;) {
        evl_action action = next(p);
        switch (action.kind) {
        case EVL_ACTION_WAIT_INPUT:
            if (!tell(p))
                return;
            break;
        case EVL_ACTION_WAIT_TIME:
            p->time_up = true;
            break;
        case EVL_ACTION_WAIT_ANSWER:
            if (!answer(p, answers))
                return;
            break;
        case EVL_ACTION_JUDGE_LEAVE:
            session_left(&p->session, p->facts->leave);
            break;
        case EVL_ACTION_CLOSE: /* then nothing more comes, however much was on its way */
        case EVL_ACTION_RESET:
        case EVL_ACTION_FAIL:
        case EVL_ACTION_END:
            return;
        case EVL_ACTION_WAIT_STEPS:
            MUST(!"only live sessions wait for steps");
            break;
        case EVL_ACTION_STEP_DONE:
        case EVL_ACTION_WRITE:
        case EVL_ACTION_HALF_CLOSE:
        case EVL_ACTION_HOLD:
        case EVL_ACTION_START_TIME:
        case EVL_ACTION_ASK:
        case EVL_ACTION_GO_ON:
            break;
        }
    }
}

static play begin(const draft *d, evl_program *program, const facts *facts, input stream,
                  bool in_pieces) {
    play p = {.draft = d,
              .program = program,
              .facts = facts,
              .stream = stream,
              .whole = stream.bytes,
              .in_pieces = in_pieces,
              .unread = malloc(stream.length + 1),
              .room = calloc(1, sizeof *p.room)};
    MUST(p.unread != NULL && p.room != NULL);
    session_start(&p.session, program, false, program_needs_room(program) ? p.room : NULL);
    return p;
}

/* --- comparing --- */

static void compare_failures(const evl_failure *a, const evl_failure *b) {
    MUST(a->kind == b->kind && a->step == b->step);
    MUST(a->offset == b->offset && a->node == b->node);
    MUST(a->taken == b->taken && a->asked == b->asked);
}

/* What both did, for who looks at a finding with FUZZ_TELL set. */
static void tell_play(const play *p) {
    for (size_t i = 0; getenv("FUZZ_TELL") != NULL && i < p->action_count; i++) {
        const evl_action *action = &p->actions[i];
        fprintf(stderr, "%s action %d, step %u, length %zu, failure %u at %llu, node %u\n",
                p->in_pieces ? "pieces" : "whole ", (int)action->kind, action->step, action->length,
                action->failure, (unsigned long long)p->failure.offset, action->node);
    }
}

static void compare(const play *a, const play *b) {
    tell_play(a);
    tell_play(b);
    size_t shared = a->action_count < b->action_count ? a->action_count : b->action_count;
    for (size_t i = 0; i < shared; i++) {
        const evl_action *one = &a->actions[i], *other = &b->actions[i];
        MUST(one->kind == other->kind && one->step == other->step);
        MUST(one->discard == other->discard && one->length == other->length);
        MUST(one->time_ns == other->time_ns);
        MUST(one->failure == other->failure && one->node == other->node);
    }
    MUST(a->action_count == b->action_count);
    compare_failures(&a->failure, &b->failure);
}

static facts take_facts(input *in) {
    uint8_t how = take(in);
    static const evl_leave leaves[] = {EVL_LEAVE_FIN, EVL_LEAVE_RST_AFTER_FIN};
    facts facts = {.fin = how & 1,
                   .fin_with_last = (how >> 1) & 1,
                   .rst = (how >> 2) & 1,
                   .finishing = (how >> 3) & 1,
                   .leave = leaves[(how >> 4) & 1],
                   .pieces = take_number(in, 4)};
    for (int i = 0; i < 8; i++)
        facts.answers[i] = take(in);
    return facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static draft draft;
    static evl_program *answers[ANSWERS - 1];
    for (int i = 0; i < ANSWERS - 1; i++)
        answers[i] = answers[i] != NULL ? answers[i] : make_answer(i);
    input stream = {bytes, length};
    facts facts = take_facts(&stream);
    take_program(&draft, &stream);
    evl_program *program = NULL;
    MUST(evl_program_create(draft.steps, draft.count, 0, &program) == EVL_OK);
    play whole = begin(&draft, program, &facts, stream, false);
    play pieces = begin(&draft, program, &facts, stream, true);
    play_all(&whole, answers);
    play_all(&pieces, answers);
    if (!draft.by_arrival)
        compare(&whole, &pieces);
    free(whole.room);
    free(pieces.room);
    free(whole.unread);
    free(pieces.unread);
    free(whole.actions);
    free(pieces.actions);
    evl_program_release(program);
    return 0;
}
