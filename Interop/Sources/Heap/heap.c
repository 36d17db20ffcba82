#include "heap.h"

#include <stdlib.h> /* __GLIBC__ */

#ifdef __GLIBC__
#include <malloc.h>

size_t heap_bytes_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void heap_fix_thresholds(void) {
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

#else

size_t heap_bytes_in_use(void) {
    return 0;
}

void heap_fix_thresholds(void) {
}

#endif
