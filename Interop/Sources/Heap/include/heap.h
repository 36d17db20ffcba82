/* What glibc's allocator says of itself. mallinfo(3), mallopt(3). */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

/* Bytes that the program has and has not given back; 0 where that can't be told. */
size_t heap_bytes_in_use(void);

/* Keeps the threshold from which a block is mapped by itself where it begins, at 128 KiB.
 *
 * Else the first large block that is freed raises it, and from then on such blocks come out of the
 * arenas, which keep what is freed in their midst: resident memory then goes up and down by tens of
 * MiB with the order in which threads happen to allocate. What is not freed stays resident as ever. */
void heap_fix_thresholds(void);

#endif
