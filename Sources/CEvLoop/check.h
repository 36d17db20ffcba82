/* Checks of a payload: pure, never read past what they are given. */
#ifndef EVL_CHECK_H
#define EVL_CHECK_H

#include "evl_program.h"

typedef enum evl_check_result {
    EVL_CHECK_UNDECIDED, /* more of the payload may decide either way */
    EVL_CHECK_PASSED,
    EVL_CHECK_FAILED
} evl_check_result;

typedef struct evl_check_verdict {
    evl_check_result result;
    uint32_t node;   /* FAILED: which part failed, as an index into `nodes` */
    uint64_t offset; /* FAILED: up to which byte of the payload it could have passed */
} evl_check_verdict;

/* Judges the payload, or the beginning of it that has arrived, by the check at nodes[index]. */
evl_check_verdict check_payload(const evl_check *nodes, uint32_t index, const uint8_t *bytes,
                                size_t length, bool whole);

/* Whether the nodes are well-formed checks, so many of them one behind the other. */
bool check_is_valid(const evl_check *nodes, uint32_t count, uint32_t checks);

#endif
