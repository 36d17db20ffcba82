/* What steps with EVL_STEP_KEEP received, one payload a step: its latest; the latest of all last.
 */
#ifndef EVL_KEEP_H
#define EVL_KEEP_H

#include "evl_event.h"
#include "evl_status.h"

typedef struct evl_keep {
    evl_kept *entries; /* each owns its bytes */
    size_t count, capacity;
    size_t bytes; /* in all entries together */
} evl_keep;

/* Keeps a copy in place of what the step received before; on EVL_NO_MEMORY that stays. */
evl_status keep_store(evl_keep *keep, uint32_t step, const uint8_t *bytes, size_t length);

void keep_free(evl_keep *keep);

#endif
