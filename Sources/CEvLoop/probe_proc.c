/* Linux without socket diagnostics (gVisor, some sandboxes): the client's line in /proc/net/tcp or
 * tcp6. proc(5). Reading it takes longer the more sockets there are. */
#include "probe.h"

#ifdef __linux__
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    END_DIGITS = 40 /* 32 of an IPv6 address, a colon, 5 of a port at most, a NUL */
};

/* As the kernel prints it: each four bytes of the address as a number of this machine. */
static void print_end(const socket_end *end, char text[END_DIGITS]) {
    size_t words = end->family == EVL_IPV6 ? 4 : 1;
    uint32_t address[4];
    memcpy(address, end->bytes, sizeof address);
    for (size_t i = 0; i < words; i++)
        snprintf(text + 8 * i, END_DIGITS - 8 * i, "%08" PRIX32, address[i]);
    snprintf(text + 8 * words, END_DIGITS - 8 * words, ":%04X", end->port);
}

/* "  12: 0100007F:8D2A 0100007F:D3B4 01 00000000:00000005 …": the second queue is unread input. */
static bool read_line(const char *line, const char *pair, uint32_t *unread) {
    const char *ends = strchr(line, ':');
    if (ends == NULL || strlen(ends) < 2 || strncmp(ends + 2, pair, strlen(pair)) != 0)
        return false;
    return sscanf(ends + 2 + strlen(pair), " %*x %*x:%" SCNx32, unread) == 1;
}

static probe_answer search(FILE *file, const char *pair, uint32_t *unread) {
    char line[512];
    while (fgets(line, sizeof line, file) != NULL)
        if (read_line(line, pair, unread))
            return PROBE_TOLD;
    return PROBE_NOBODY;
}

probe_answer probe_peer_in_proc(int fd, const socket_end *ours, const socket_end *theirs,
                                bool fin_sent, uint64_t now_ns, evl_sample *sample) {
    socket_end asked[2];
    if ((ours == NULL && !socket_local_end(fd, &asked[0])) ||
        (theirs == NULL && !socket_peer_end(fd, &asked[1])))
        return PROBE_UNABLE;
    ours = ours == NULL ? &asked[0] : ours;
    theirs = theirs == NULL ? &asked[1] : theirs;
    char client[END_DIGITS], server[END_DIGITS], pair[2 * END_DIGITS];
    print_end(theirs, client);
    print_end(ours, server);
    snprintf(pair, sizeof pair, "%s %s", client, server);
    FILE *file = fopen(ours->family == EVL_IPV6 ? "/proc/net/tcp6" : "/proc/net/tcp", "re");
    if (file == NULL)
        return PROBE_UNABLE;
    uint32_t queued = 0;
    probe_answer answer = search(file, pair, &queued);
    fclose(file);
    if (answer == PROBE_TOLD) {
        sample->time_ns = now_ns;
        sample->unread = fin_sent && queued > 0 ? queued - 1 : queued;
    }
    return answer;
}

#else

probe_answer probe_peer_in_proc(int fd, const socket_end *ours, const socket_end *theirs,
                                bool fin_sent, uint64_t now_ns, evl_sample *sample) {
    (void)fd, (void)ours, (void)theirs, (void)fin_sent, (void)now_ns, (void)sample;
    return PROBE_UNABLE;
}

#endif
