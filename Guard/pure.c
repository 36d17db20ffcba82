/* The session alone: no socket, no clock, no loop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"
#include "scripts.h"
#include "session.h"

enum {
    AT_ONCE = 64
};

void require(int is_so, const char *what) {
    if (is_so)
        return;
    fprintf(stderr, "guard: %s went wrong\n", what);
    exit(1);
}

/* Plays until it wants more input; answers how many messages it has written. */
static uint32_t play(evl_session *session, evl_input *in) {
    evl_played played;
    uint32_t written = 0;
    for (;;) {
        played.most = PLAYED_AT_ONCE;
        played.most_writes = AT_ONCE;
        evl_action action = session_play(session, in, &played);
        written += (uint32_t)played.writes;
        if (action.kind == EVL_ACTION_WAIT_INPUT || action.kind == EVL_ACTION_END)
            return written;
        require(action.kind == EVL_ACTION_GO_ON, "an action");
    }
}

static void play_rounds(manner manner, uint32_t count) {
    static uint8_t stream[AT_ONCE * MOST_MESSAGE];
    uint8_t message[MOST_MESSAGE];
    size_t length = write_message(manner, message);
    for (int i = 0; i < AT_ONCE; i++)
        memcpy(stream + (size_t)i * length, message, length);
    evl_program *program = make_rounds(manner, false, ROUNDS_ENOUGH, false);
    evl_session session;
    evl_session_room room = {0};
    session_start(&session, program, false, &room);
    uint32_t written = 0;
    while (written < count) {
        uint32_t now = count - written < AT_ONCE ? count - written : AT_ONCE;
        evl_input in = {.bytes = stream, .length = now * length};
        written += play(&session, &in);
        require(in.used == in.length, "a session");
    }
    evl_program_release(program);
}

void play_pairs(uint32_t count) {
    play_rounds(RAW, count);
}

void play_frames(uint32_t count) {
    play_rounds(FRAMED, count);
}

void play_pieces(uint32_t count) {
    play_rounds(PIECES, count);
}
