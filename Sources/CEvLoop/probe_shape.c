/* How a client's bytes came and how its socket is set. Linux: TCP_INFO of our own socket, and for
 * one in this process the client's, which is found by its inode among our descriptors. tcp(7). */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "probe.h"

#ifdef __linux__
#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* From include/net/tcp_states.h, which is not exported. */
enum {
    STATE_CLOSE_WAIT = 8,
    STATE_LAST_ACK = 9,
    STATE_CLOSING = 11
};

bool probe_segments(int fd, uint64_t *bytes, uint64_t *segments) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
        length < offsetof(struct tcp_info, tcpi_data_segs_in) + sizeof info.tcpi_data_segs_in)
        return false;
    /* A FIN is counted among the bytes, but not among the segments with data. */
    bool ended = info.tcpi_state == STATE_CLOSE_WAIT || info.tcpi_state == STATE_LAST_ACK ||
                 info.tcpi_state == STATE_CLOSING;
    *bytes = info.tcpi_bytes_received - (ended && info.tcpi_bytes_received > 0 ? 1 : 0);
    *segments = info.tcpi_data_segs_in;
    return true;
}

/* --- the client's own descriptor --- */

static bool is_socket(int fd, uint32_t inode) {
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode) && found.st_ino == inode;
}

/* -1: this process has none. */
static int find_descriptor(uint32_t inode) {
    DIR *folder = opendir("/proc/self/fd");
    int found = -1;
    if (folder == NULL || inode == 0) {
        if (folder != NULL)
            closedir(folder);
        return -1;
    }
    struct dirent *entry;
    while (found < 0 && (entry = readdir(folder)) != NULL) {
        int fd = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);
        if (fd >= 0 && is_socket(fd, inode))
            found = fd;
    }
    closedir(folder);
    return found;
}

static probe_answer find_inode(int fd, uint32_t *inode) {
    socket_end ours, theirs;
    probe_row row;
    evl_sample sample;
    if (!socket_local_end(fd, &ours) || !socket_peer_end(fd, &theirs))
        return PROBE_NOBODY; /* it is gone */
    if (ours.family == EVL_UNIX)
        return probe_unix_peer(fd, inode, 0, &sample);
    probe_answer answer = probe_find_row(&ours, &theirs, &row);
    *inode = answer == PROBE_TOLD ? row.inode : 0;
    return answer;
}

bool probe_is_ours(int fd) {
    uint32_t inode = 0;
    return find_inode(fd, &inode) == PROBE_TOLD && find_descriptor(inode) >= 0;
}

/* Another thread may close the descriptor meanwhile, and have its number for another socket: what
 * was read counts only if it is the same socket before and afterwards. */
evl_no_delay probe_no_delay(int fd) {
    uint32_t inode = 0;
    int on = 0;
    socklen_t length = sizeof on;
    probe_answer answer = find_inode(fd, &inode);
    if (answer == PROBE_UNABLE)
        return EVL_NO_DELAY_UNABLE;
    int client = answer == PROBE_TOLD ? find_descriptor(inode) : -1;
    if (client < 0)
        return EVL_NO_DELAY_ELSEWHERE;
    if (getsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, &length) != 0 ||
        !is_socket(client, inode))
        return EVL_NO_DELAY_ELSEWHERE;
    return on != 0 ? EVL_NO_DELAY_ON : EVL_NO_DELAY_OFF;
}

#else

bool probe_segments(int fd, uint64_t *bytes, uint64_t *segments) {
    (void)fd, (void)bytes, (void)segments;
    return false;
}

bool probe_is_ours(int fd) {
    (void)fd;
    return false;
}

evl_no_delay probe_no_delay(int fd) {
    (void)fd;
    return EVL_NO_DELAY_UNABLE;
}

#endif
