/* A list that is searched from its start: scripts have few steps that keep something. */
#include "keep.h"

#include <stdlib.h>
#include <string.h>

/* The step's entry, put last; NULL: it has none. */
static evl_kept *find(evl_keep *keep, uint32_t step) {
    for (size_t i = 0; i < keep->count; i++) {
        if (keep->entries[i].step != step)
            continue;
        evl_kept entry = keep->entries[i];
        evl_kept *last = &keep->entries[keep->count - 1];
        memmove(&keep->entries[i], &keep->entries[i + 1], (keep->count - 1 - i) * sizeof entry);
        *last = entry;
        return last;
    }
    return NULL;
}

static evl_kept *add(evl_keep *keep, uint32_t step) {
    if (keep->count == keep->capacity) {
        size_t capacity = keep->capacity == 0 ? 4 : keep->capacity * 2;
        evl_kept *entries = realloc(keep->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return NULL;
        keep->entries = entries;
        keep->capacity = capacity;
    }
    evl_kept *entry = &keep->entries[keep->count++];
    *entry = (evl_kept){.step = step};
    return entry;
}

evl_status keep_store(evl_keep *keep, uint32_t step, const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL)
        return EVL_NO_MEMORY;
    if (length > 0)
        memcpy(copy, bytes, length);
    evl_kept *entry = find(keep, step);
    if (entry == NULL)
        entry = add(keep, step);
    if (entry == NULL) {
        free(copy);
        return EVL_NO_MEMORY;
    }
    free((void *)(uintptr_t)entry->bytes); /* const to those it is lent to; it is ours */
    keep->bytes += length - entry->length;
    entry->bytes = copy;
    entry->length = length;
    return EVL_OK;
}

void keep_free(evl_keep *keep) {
    for (size_t i = 0; i < keep->count; i++)
        free((void *)(uintptr_t)keep->entries[i].bytes);
    free(keep->entries);
    *keep = (evl_keep){0};
}
