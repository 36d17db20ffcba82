/* Does one operation so many times; the callgrind runs of scripts/instructions.sh count what that
 * takes. `instructions --list` prints each operation's name and how often to do it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"

static const operation operations[] = {
    {"session-pair", 20000, play_pairs},
    {"session-frame", 20000, play_frames},
    {"session-piece", 20000, play_pieces},
    {"round-trip", 1500, make_round_trips},
    {"round-trip-framed", 1500, make_framed_round_trips},
    {"connection", 1000, make_connections},
    {"enqueue", 6400, enqueue_steps},
};

enum {
    OPERATIONS = sizeof operations / sizeof *operations
};

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (int i = 0; i < OPERATIONS; i++)
            printf("%s %u\n", operations[i].name, operations[i].count);
        return 0;
    }
    for (int i = 0; argc == 3 && i < OPERATIONS; i++) {
        if (strcmp(argv[1], operations[i].name) != 0)
            continue;
        operations[i].run((uint32_t)strtoul(argv[2], NULL, 10));
        return 0;
    }
    fprintf(stderr, "usage: instructions --list | NAME COUNT\n");
    return 2;
}
