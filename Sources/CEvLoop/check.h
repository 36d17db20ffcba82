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
    uint64_t known;  /* PASSED, FAILED: with how many of its bytes; CHECK_KNOWN_AT_END */
} evl_check_verdict;

#define CHECK_KNOWN_AT_END UINT64_MAX /* only with the last, and that it is the last */

/* A payload, or the beginning of it that has arrived. */
typedef struct evl_payload {
    const uint8_t *bytes;
    size_t length;
    size_t judged; /* so many have been judged before, and did not fail this check */
    bool whole;
} evl_payload;

/* Judges the payload by the check at nodes[index]. In whatever pieces it arrives, what fails it in
 * the end is the same: of several things the one that is known first. */
evl_check_verdict check_payload(const evl_check *nodes, uint32_t index, evl_payload payload);

/* Whether the nodes are well-formed checks, so many of them one behind the other. */
bool check_is_valid(const evl_check *nodes, uint32_t count, uint32_t checks);

#endif
