/* How the C programs of the benchmarks are spoken to: options, standard input, and the one line of
 * JSON. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number (or text) after `name` among the arguments, or `otherwise`. */
long program_number(int argc, char **argv, const char *name, long otherwise);
const char *program_text(int argc, char **argv, const char *name, const char *otherwise);

/* Says that the job is not known here and exits with 3. */
_Noreturn void program_unsupported(void);

/* Tells the port, once clients may connect. */
void program_ready(uint16_t port);

/* What a peer counts. */
typedef struct program_tally {
    uint64_t connections;
    uint64_t bytes; /* received */
    uint64_t failures;
    uint64_t open;      /* connections that are open now */
    size_t heap_before; /* program_heap() before the first connection */
} program_tally;

typedef enum program_order {
    PROGRAM_NOTHING,
    PROGRAM_IDLE, /* a line "idle": tell the memory */
    PROGRAM_END,  /* the end of standard input */
} program_order;

/* Reads what standard input has; call it when there is something. */
program_order program_read_order(void);

/* Bytes that malloc has given out and not got back. */
size_t program_heap(void);

/* Prints {"rss":…,"user_bytes":…}: the whole process's resident bytes, and heap bytes per open
 * connection. */
void program_tell_memory(const program_tally *tally);

/* Prints the peer's last line, and returns the process's exit code: 1 when there were failures. */
int program_finish(const program_tally *tally);

/* Writes latencies as raw little-endian uint32 to the file named by --latencies, if it is given. */
void program_write_latencies(int argc, char **argv, const uint32_t *latencies, size_t count);

#endif
