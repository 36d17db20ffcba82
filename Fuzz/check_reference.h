/* Checks of whole payloads once more, for comparison: said as briefly as can be. */
#ifndef FUZZ_CHECK_REFERENCE_H
#define FUZZ_CHECK_REFERENCE_H

#include <stdbool.h>
#include <string.h>

#include "evl_program.h"

static bool stands_at(const evl_check *node, const uint8_t *bytes, size_t length, size_t place) {
    return place <= length && node->length <= length - place &&
           memcmp(bytes + place, node->bytes, node->length) == 0;
}

static bool reference_passes(const evl_check *node, const uint8_t *bytes, size_t length) {
    uint32_t passed = 0, parts = 0;
    for (uint32_t i = 1; i < node->size; i += node[i].size, parts++)
        passed += reference_passes(node + i, bytes, length) ? 1 : 0;
    switch ((evl_check_kind)node->kind) {
    case EVL_CHECK_ANY:
        return true;
    case EVL_CHECK_EQUALS:
        return length == node->length && stands_at(node, bytes, length, 0);
    case EVL_CHECK_PREFIX:
        return stands_at(node, bytes, length, 0);
    case EVL_CHECK_SUFFIX:
        return length >= node->length && stands_at(node, bytes, length, length - node->length);
    case EVL_CHECK_CONTAINS:
        for (size_t place = 0; place < length; place++)
            if (stands_at(node, bytes, length, place))
                return true;
        return false;
    case EVL_CHECK_NOT:
        return passed == 0;
    case EVL_CHECK_ALL:
        return passed == parts;
    case EVL_CHECK_ANY_OF:
        return passed > 0;
    }
    return false;
}

#endif
