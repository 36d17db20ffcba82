/* Each kind of node says as early as can be known that a payload fails; that it passes is said of
 * whole payloads only, but for those that no byte can fail any more. */
#include "check.h"

#include <string.h>

static evl_check_verdict passed(uint64_t known) {
    return (evl_check_verdict){.result = EVL_CHECK_PASSED, .known = known};
}

static evl_check_verdict undecided(void) {
    return (evl_check_verdict){.result = EVL_CHECK_UNDECIDED};
}

static evl_check_verdict failed(uint32_t node, uint64_t offset, uint64_t known) {
    return (evl_check_verdict){
        .result = EVL_CHECK_FAILED, .node = node, .offset = offset, .known = known};
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t common_length(const uint8_t *a, const uint8_t *b, size_t length) {
    if (length == 0 || memcmp(a, b, length) == 0)
        return length;
    size_t i = 0;
    while (a[i] == b[i])
        i++;
    return i;
}

/* How far node and payload agree from their start; what has been judged does. */
static size_t common_start(const evl_check *node, evl_payload payload) {
    size_t shorter = smaller(node->length, payload.length);
    size_t judged = smaller(payload.judged, shorter);
    return judged + common_length(node->bytes + judged, payload.bytes + judged, shorter - judged);
}

static evl_check_verdict equals(const evl_check *node, uint32_t index, evl_payload payload) {
    size_t common = common_start(node, payload);
    if (common < payload.length)
        return failed(index, common, common + 1);
    if (!payload.whole)
        return undecided();
    return common == node->length ? passed(CHECK_KNOWN_AT_END)
                                  : failed(index, common, CHECK_KNOWN_AT_END);
}

static evl_check_verdict prefix(const evl_check *node, uint32_t index, evl_payload payload) {
    size_t common = common_start(node, payload);
    if (common == node->length)
        return passed(common);
    if (common < payload.length)
        return failed(index, common, common + 1);
    return payload.whole ? failed(index, common, CHECK_KNOWN_AT_END) : undecided();
}

static evl_check_verdict suffix(const evl_check *node, uint32_t index, evl_payload payload) {
    if (!payload.whole)
        return undecided();
    if (payload.length < node->length)
        return failed(index, payload.length, CHECK_KNOWN_AT_END);
    size_t start = payload.length - node->length;
    size_t common = common_length(node->bytes, payload.bytes + start, node->length);
    return common == node->length ? passed(CHECK_KNOWN_AT_END)
                                  : failed(index, start + common, CHECK_KNOWN_AT_END);
}

static bool contains_bytes(const uint8_t *bytes, size_t length, const evl_check *node) {
    while (length >= node->length) {
        const uint8_t *first = memchr(bytes, node->bytes[0], length - node->length + 1);
        if (first == NULL)
            return false;
        if (memcmp(first, node->bytes, node->length) == 0)
            return true;
        length -= (size_t)(first + 1 - bytes);
        bytes = first + 1;
    }
    return false;
}

static evl_check_verdict contains(const evl_check *node, uint32_t index, evl_payload payload) {
    if (!payload.whole)
        return undecided(); /* looked for once, not on each read */
    return contains_bytes(payload.bytes, payload.length, node)
               ? passed(CHECK_KNOWN_AT_END)
               : failed(index, payload.length, CHECK_KNOWN_AT_END);
}

static evl_check_verdict not(const evl_check *nodes, uint32_t index, evl_payload payload) {
    payload.judged = 0; /* its part may have failed by then, and must again */
    evl_check_verdict part = check_payload(nodes, index + 1, payload);
    switch (part.result) {
    case EVL_CHECK_UNDECIDED:
        return part;
    case EVL_CHECK_PASSED:
        return failed(index, part.known < payload.length ? part.known : payload.length, part.known);
    case EVL_CHECK_FAILED:
        return passed(part.known);
    }
    return part;
}

/* The part that is known first to fail decides. */
static evl_check_verdict all(const evl_check *nodes, uint32_t index, evl_payload payload) {
    evl_check_verdict result = passed(0);
    uint32_t end = index + nodes[index].size;
    for (uint32_t i = index + 1; i < end; i += nodes[i].size) {
        evl_check_verdict part = check_payload(nodes, i, payload);
        if (result.result == EVL_CHECK_FAILED) {
            if (part.result == EVL_CHECK_FAILED && part.known < result.known)
                result = part;
        } else if (part.result != EVL_CHECK_PASSED) {
            result = part;
        } else if (result.result == EVL_CHECK_PASSED && part.known > result.known) {
            result.known = part.known;
        }
    }
    return result;
}

/* Of parts that all fail, the one that went furthest says where. */
static evl_check_verdict any_of(const evl_check *nodes, uint32_t index, evl_payload payload) {
    evl_check_verdict result = failed(index, 0, 0);
    uint32_t end = index + nodes[index].size;
    payload.judged = 0; /* as above */
    for (uint32_t i = index + 1; i < end; i += nodes[i].size) {
        evl_check_verdict part = check_payload(nodes, i, payload);
        if (result.result == EVL_CHECK_PASSED) {
            if (part.result == EVL_CHECK_PASSED && part.known < result.known)
                result = part;
        } else if (part.result != EVL_CHECK_FAILED) {
            result = part;
        } else if (result.result == EVL_CHECK_FAILED) {
            result.offset = part.offset > result.offset ? part.offset : result.offset;
            result.known = part.known > result.known ? part.known : result.known;
        }
    }
    return result;
}

evl_check_verdict check_payload(const evl_check *nodes, uint32_t index, evl_payload payload) {
    const evl_check *node = &nodes[index];
    switch ((evl_check_kind)node->kind) {
    case EVL_CHECK_ANY:
        return passed(0);
    case EVL_CHECK_EQUALS:
        return equals(node, index, payload);
    case EVL_CHECK_PREFIX:
        return prefix(node, index, payload);
    case EVL_CHECK_SUFFIX:
        return suffix(node, index, payload);
    case EVL_CHECK_CONTAINS:
        return contains(node, index, payload);
    case EVL_CHECK_NOT:
        return not(nodes, index, payload);
    case EVL_CHECK_ALL:
        return all(nodes, index, payload);
    case EVL_CHECK_ANY_OF:
        return any_of(nodes, index, payload);
    }
    return undecided();
}

/* --- well-formed runs --- */

/* The length of the valid run at nodes[0], of `count` nodes at most; 0: there is none. */
static uint32_t valid_run(const evl_check *nodes, uint32_t count, int depth) {
    if (count == 0 || depth >= EVL_MAX_CHECK_DEPTH || nodes->size == 0 || nodes->size > count)
        return 0;
    uint32_t parts = 0, used = 1;
    while (used < nodes->size) {
        uint32_t run = valid_run(nodes + used, nodes->size - used, depth + 1);
        if (run == 0)
            return 0;
        used += run;
        parts++;
    }
    switch ((evl_check_kind)nodes->kind) {
    case EVL_CHECK_ANY:
    case EVL_CHECK_EQUALS:
        return parts == 0 ? used : 0;
    case EVL_CHECK_PREFIX:
    case EVL_CHECK_SUFFIX:
    case EVL_CHECK_CONTAINS:
        return parts == 0 && nodes->length > 0 ? used : 0;
    case EVL_CHECK_NOT:
        return parts == 1 ? used : 0;
    case EVL_CHECK_ALL:
    case EVL_CHECK_ANY_OF:
        return parts > 0 ? used : 0;
    }
    return 0;
}

bool check_is_valid(const evl_check *nodes, uint32_t count, uint32_t checks) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < checks; i++) {
        uint32_t run = valid_run(nodes + used, count - used, 0);
        if (run == 0)
            return false;
        used += run;
    }
    return used == count;
}
