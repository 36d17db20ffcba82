/* What glibc's allocator says of itself, and how it is told to keep little. mallinfo(3). */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

/* Bytes that the program has and has not given back; 0 where that can't be told. */
size_t heap_bytes_in_use(void);

/* Starts the program anew, once, with an allocator that keeps little of what is freed; returns in
 * the new one. "Memory Allocation Tunables" of the glibc manual.
 *
 * Resident memory else goes up and down by tens of MiB, and up for minutes, with what the allocator
 * keeps: each thread has its own arena and a cache of freed blocks of every size, and the threshold
 * from which blocks are mapped by themselves rises with the first large one that is freed. None of
 * this can hide growth: what is not freed stays resident as ever. */
void heap_keep_little(char **arguments);

#endif
