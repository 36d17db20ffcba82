#include "heap.h"

#include <stdlib.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>

size_t heap_bytes_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void heap_keep_little(char **arguments) {
    static const char name[] = "GLIBC_TUNABLES"; /* read when a program starts, only */
    if (getenv(name) != NULL)
        return;
    setenv(name,
           "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=2:"
           "glibc.malloc.mmap_threshold=131072",
           1);
    execv("/proc/self/exe", arguments); /* where that fails it goes on as it is */
}

#else

size_t heap_bytes_in_use(void) {
    return 0;
}

void heap_keep_little(char **arguments) {
    (void)arguments;
}

#endif
