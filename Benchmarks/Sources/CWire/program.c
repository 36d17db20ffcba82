#include "program.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

const char *program_text(int argc, char **argv, const char *name, const char *otherwise) {
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return otherwise;
}

long program_number(int argc, char **argv, const char *name, long otherwise) {
    const char *text = program_text(argc, argv, name, NULL);
    if (text == NULL) {
        return otherwise;
    }
    char *end;
    long number = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "%s needs a number, not \"%s\"\n", name, text);
        exit(2);
    }
    return number;
}

_Noreturn void program_unsupported(void) {
    puts("unsupported");
    fflush(stdout);
    exit(3);
}

void program_ready(uint16_t port) {
    printf("PORT %u\n", port);
    fflush(stdout);
}

program_order program_read_order(void) {
    char text[64];
    ssize_t count = read(STDIN_FILENO, text, sizeof text - 1);
    if (count < 0 && errno == EINTR) {
        return PROGRAM_NOTHING;
    }
    if (count <= 0) {
        return PROGRAM_END;
    }
    text[count] = '\0';
    return strstr(text, "idle") != NULL ? PROGRAM_IDLE : PROGRAM_NOTHING;
}

size_t program_heap(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static size_t resident(void) {
    size_t all = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%zu %zu", &all, &pages) != 2) {
            pages = 0;
        }
        fclose(file);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

void program_tell_memory(const program_tally *tally) {
    size_t heap = program_heap() - tally->heap_before;
    double each = tally->open > 0 ? (double)heap / (double)tally->open : 0;
    printf("{\"rss\":%zu,\"user_bytes\":%.1f}\n", resident(), each);
    fflush(stdout);
}

int program_finish(const program_tally *tally) {
    printf("{\"connections\":%llu,\"bytes\":%llu,\"failures\":%llu}\n",
           (unsigned long long)tally->connections, (unsigned long long)tally->bytes,
           (unsigned long long)tally->failures);
    fflush(stdout);
    return tally->failures > 0;
}

void program_write_latencies(int argc, char **argv, const uint32_t *latencies, size_t count) {
    const char *path = program_text(argc, argv, "--latencies", NULL);
    if (path == NULL) {
        return;
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(latencies, sizeof *latencies, count, file) != count ||
        fclose(file) != 0) {
        net_fail(path, errno);
    }
}
