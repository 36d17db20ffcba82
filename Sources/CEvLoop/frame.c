/* A header is gathered byte by byte, decoded once it is whole, and judged against `max` at once. */
#include "frame.h"

#include <assert.h>
#include <string.h>

evl_frame_result frame_header_feed(evl_frame_header *header, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length, size_t *used,
                                   uint64_t *declared) {
    assert(framing->width <= EVL_MAX_HEADER && header->count < framing->width);
    size_t missing = (size_t)(framing->width - header->count);
    size_t taken = length < missing ? length : missing;
    if (taken > 0)
        memcpy(header->bytes + header->count, bytes, taken);
    header->count = (uint8_t)(header->count + taken);
    *used = taken;
    if (header->count < framing->width)
        return EVL_FRAME_PARTIAL;
    *declared = frame_decode(header->bytes, framing->width, framing->byte_order);
    return *declared > framing->max ? EVL_FRAME_TOO_LONG : EVL_FRAME_WHOLE;
}
