/* The conversations that the guards play: a message of 64 bytes there, one of 64 bytes back. */
#ifndef GUARD_SCRIPTS_H
#define GUARD_SCRIPTS_H

#include "evl_program.h"

typedef enum manner {
    RAW,    /* so many bytes */
    FRAMED, /* behind a length of four bytes */
    PIECES  /* lines, told by their beginnings */
} manner;

enum {
    MOST_MESSAGE = 80
};

#define ROUNDS_ENOUGH 1000000000u

/* What one side says, on the wire; answers how many bytes that is. */
size_t write_message(manner manner, uint8_t message[MOST_MESSAGE]);

/* Rounds of expecting such a message and saying one, in the order that `speaks_first` says. They
 * end when `rounds` have been played; ROUNDS_ENOUGH: nobody sees that. `ends` adds the end of the
 * connection: who speaks first closes it. */
evl_program *make_rounds(manner manner, bool speaks_first, uint64_t rounds, bool ends);

#endif
