/* Which of this process's descriptors a socket has, found by its inode. Looking at all of them
 * costs some 4 µs each: so what was found is kept, and believed after a second look. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "evl_loop.h"
#include "probe.h"

#ifdef __linux__
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#define COST_SHARE 20 /* of the time at most one part in so many goes by with looking in vain */

typedef struct owned_socket {
    uint32_t inode;
    int fd;
} owned_socket;

static struct {
    owned_socket *sockets; /* by inode */
    size_t count, capacity;
    uint64_t looked_ns, cost_ns;
} owned;

bool probe_is_socket(int fd, uint32_t inode) {
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode) && (uint32_t)found.st_ino == inode;
}

static int by_inode(const void *one, const void *other) {
    uint32_t a = ((const owned_socket *)one)->inode, b = ((const owned_socket *)other)->inode;
    return (a > b) - (a < b);
}

static bool keep(owned_socket socket) {
    if (owned.count == owned.capacity) {
        size_t capacity = owned.capacity > 0 ? owned.capacity * 2 : 64;
        owned_socket *grown = realloc(owned.sockets, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        owned.sockets = grown;
        owned.capacity = capacity;
    }
    owned.sockets[owned.count++] = socket;
    return true;
}

/* Without memory, or without /proc: those found so far. */
static void look(void) {
    uint64_t began = evl_clock_ns();
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    bool room = folder != NULL;
    owned.count = 0;
    while (room && (entry = readdir(folder)) != NULL) {
        int fd = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);
        struct stat found;
        if (fd >= 0 && fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode))
            room = keep((owned_socket){.inode = (uint32_t)found.st_ino, .fd = fd});
    }
    if (folder != NULL)
        closedir(folder);
    if (owned.count > 0)
        qsort(owned.sockets, owned.count, sizeof *owned.sockets, by_inode);
    owned.looked_ns = evl_clock_ns();
    owned.cost_ns = owned.looked_ns - began;
}

static int kept_descriptor(uint32_t inode) {
    owned_socket wanted = {.inode = inode};
    owned_socket *found =
        owned.count == 0 ? NULL
                         : bsearch(&wanted, owned.sockets, owned.count, sizeof wanted, by_inode);
    return found != NULL && probe_is_socket(found->fd, inode) ? found->fd : -1;
}

int probe_descriptor(uint32_t inode) {
    if (inode == 0)
        return -1;
    int fd = kept_descriptor(inode);
    if (fd >= 0)
        return fd;
    look();
    return kept_descriptor(inode);
}

bool probe_is_ours(uint32_t inode) {
    if (inode == 0)
        return false;
    if (kept_descriptor(inode) >= 0)
        return true;
    if (evl_clock_ns() - owned.looked_ns < COST_SHARE * owned.cost_ns)
        return false;
    look();
    return kept_descriptor(inode) >= 0;
}

#else

int probe_descriptor(uint32_t inode) {
    (void)inode;
    return -1;
}

bool probe_is_ours(uint32_t inode) {
    (void)inode;
    return false;
}

bool probe_is_socket(int fd, uint32_t inode) {
    (void)fd, (void)inode;
    return false;
}

#endif
