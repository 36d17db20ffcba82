/* Framings: one small function a kind, which finds where the frame at bytes[0] ends.
 *
 * The happy path: gather the length (if the kind has one), judge it, wait for the payload, then for
 * what ends it. It fails as soon as its header is whole or its payload can't fit any more. Lengths
 * from the peer are compared before they are used: nothing overflows or reads past `length`. */
#include "evl_framing.h"

#include <string.h>

#include "frame.h"

enum {
    VARINT_BYTES = 10 /* hold 64 bits, seven each: the last one has a single bit left to say */
};

static evl_frame_result cut_length(evl_frame *frame, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length);
static evl_frame_result cut_varint(evl_frame *frame, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length);
static evl_frame_result cut_line(evl_frame *frame, const evl_framing *framing, const uint8_t *bytes,
                                 size_t length);
static evl_frame_result cut_delimiter(evl_frame *frame, const evl_framing *framing,
                                      const uint8_t *bytes, size_t length);
static evl_frame_result cut_fixed(evl_frame *frame, const evl_framing *framing, size_t length);
static evl_frame_result cut_netstring(evl_frame *frame, const evl_framing *framing,
                                      const uint8_t *bytes, size_t length);
static evl_frame_result cut_available(evl_frame *frame, const evl_framing *framing, size_t length);

evl_frame_result evl_frame_cut(evl_frame *frame, const evl_framing *framing, const uint8_t *bytes,
                               size_t length) {
    switch ((evl_framing_kind)framing->kind) {
    case EVL_FRAMING_LENGTH:
        return cut_length(frame, framing, bytes, length);
    case EVL_FRAMING_VARINT:
        return cut_varint(frame, framing, bytes, length);
    case EVL_FRAMING_LINE:
        return cut_line(frame, framing, bytes, length);
    case EVL_FRAMING_DELIMITER:
        return cut_delimiter(frame, framing, bytes, length);
    case EVL_FRAMING_FIXED:
        return cut_fixed(frame, framing, length);
    case EVL_FRAMING_NETSTRING:
        return cut_netstring(frame, framing, bytes, length);
    case EVL_FRAMING_AVAILABLE:
        return cut_available(frame, framing, length);
    }
    return EVL_FRAME_BAD_LENGTH; /* no such kind: evl_framing_is_valid says so */
}

static bool width_is_valid(uint8_t width) {
    return width == 1 || width == 2 || width == 4 || width == 8;
}

bool evl_framing_is_valid(const evl_framing *framing) {
    if (framing->max == 0)
        return false;
    switch ((evl_framing_kind)framing->kind) {
    case EVL_FRAMING_LENGTH:
        return width_is_valid(framing->width) && framing->byte_order <= EVL_LITTLE_ENDIAN &&
               framing->offset <= framing->max;
    case EVL_FRAMING_DELIMITER:
        return framing->delimiter != NULL && framing->delimiter_length >= 1 &&
               framing->delimiter_length <= UINT8_MAX;
    case EVL_FRAMING_VARINT:
        return framing->offset <= framing->max;
    case EVL_FRAMING_LINE:
    case EVL_FRAMING_FIXED:
    case EVL_FRAMING_NETSTRING:
    case EVL_FRAMING_AVAILABLE:
        return true;
    }
    return false;
}

/* --- what the kinds share --------------------------------------------------------------------- */

static size_t at_most(size_t length, uint64_t limit) {
    return length < limit ? length : (size_t)limit;
}

/* UINT64_MAX stands for every length that 64 bits can't say. */
static uint64_t add(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static bool is_too_long(const evl_frame *frame, const evl_framing *framing) {
    return frame->declared > framing->max || frame->declared == UINT64_MAX;
}

/* Bytes that have arrived behind a whole header. */
static size_t behind_header(const evl_frame *frame, size_t length) {
    return length - frame->lead - frame->header;
}

static evl_frame_result whole(evl_frame *frame, size_t payload, size_t end) {
    frame->payload = payload;
    frame->total = frame->header + payload + end;
    return EVL_FRAME_WHOLE;
}

/* --- lengths ---------------------------------------------------------------------------------- */

/* False if the field says less than it must count; `declared` is then what it says. */
static bool measure(evl_frame *frame, const evl_framing *framing, uint64_t field) {
    int64_t extra = (int64_t)framing->adjustment - (framing->includes_header ? framing->width : 0);
    uint64_t less = extra < 0 ? (uint64_t)-extra : 0;
    uint64_t more = extra < 0 ? 0 : (uint64_t)extra;
    frame->declared = field;
    if (field < less)
        return false;
    frame->declared = add(add(field - less, more), framing->offset);
    return true;
}

static evl_frame_result cut_length(evl_frame *frame, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length) {
    if (!frame->header_whole) {
        frame->lead = at_most(length, framing->offset);
        frame->header = at_most(length - frame->lead, framing->width);
        frame->scanned = frame->lead + frame->header;
        if (frame->header < framing->width)
            return EVL_FRAME_PARTIAL;
        if (!measure(frame, framing,
                     frame_decode(bytes + frame->lead, framing->width, framing->byte_order)))
            return EVL_FRAME_BAD_LENGTH;
        frame->header_whole = true;
    }
    if (is_too_long(frame, framing))
        return EVL_FRAME_TOO_LONG;
    if (behind_header(frame, length) < frame->declared - frame->lead)
        return EVL_FRAME_PARTIAL;
    return whole(frame, (size_t)frame->declared, 0);
}

/* Padded lengths such as 80 00 are taken, as protobuf's own decoders take them. */
static evl_frame_result cut_varint(evl_frame *frame, const evl_framing *framing,
                                   const uint8_t *bytes, size_t length) {
    frame->lead = at_most(length, framing->offset);
    while (!frame->header_whole) {
        if (frame->header == VARINT_BYTES)
            return EVL_FRAME_BAD_LENGTH;
        frame->scanned = frame->lead + frame->header;
        if (frame->scanned == length)
            return EVL_FRAME_PARTIAL;
        uint8_t byte = bytes[frame->scanned++];
        frame->declared |= (uint64_t)(byte & 0x7f) << (7 * frame->header++);
        if (frame->header == VARINT_BYTES && byte > 1)
            return EVL_FRAME_BAD_LENGTH;
        frame->header_whole = byte < 0x80;
        if (frame->header_whole)
            frame->declared = add(frame->declared, framing->offset);
    }
    if (is_too_long(frame, framing))
        return EVL_FRAME_TOO_LONG;
    if (behind_header(frame, length) < frame->declared - frame->lead)
        return EVL_FRAME_PARTIAL;
    return whole(frame, (size_t)frame->declared, 0);
}

/* Each digit makes the length longer, so that it is judged by what it says so far. */
static evl_frame_result read_decimal(evl_frame *frame, const evl_framing *framing,
                                     const uint8_t *bytes, size_t length) {
    while (!frame->header_whole) {
        if (frame->header == length)
            return EVL_FRAME_PARTIAL;
        uint8_t byte = bytes[frame->header];
        bool is_behind_zero = frame->header == 1 && frame->declared == 0;
        frame->scanned = ++frame->header;
        frame->header_whole = byte == ':' && frame->header > 1;
        if (frame->header_whole)
            break;
        if (byte < '0' || byte > '9' || is_behind_zero)
            return EVL_FRAME_BAD_LENGTH;
        uint64_t tens = frame->declared > UINT64_MAX / 10 ? UINT64_MAX : frame->declared * 10;
        frame->declared = add(tens, (uint64_t)(byte - '0'));
        if (is_too_long(frame, framing))
            return EVL_FRAME_TOO_LONG;
    }
    return EVL_FRAME_WHOLE;
}

/* See https://cr.yp.to/proto/netstrings.txt */
static evl_frame_result cut_netstring(evl_frame *frame, const evl_framing *framing,
                                      const uint8_t *bytes, size_t length) {
    evl_frame_result header = read_decimal(frame, framing, bytes, length);
    if (header != EVL_FRAME_WHOLE)
        return header;
    if (behind_header(frame, length) <= frame->declared)
        return EVL_FRAME_PARTIAL;
    if (bytes[frame->header + frame->declared] != ',')
        return EVL_FRAME_BAD_END;
    return whole(frame, (size_t)frame->declared, 1);
}

/* --- endings ---------------------------------------------------------------------------------- */

static evl_frame_result cut_line(evl_frame *frame, const evl_framing *framing, const uint8_t *bytes,
                                 size_t length) {
    size_t seen = at_most(length, add(framing->max, 2)); /* the payload, CR and LF */
    const uint8_t *feed = NULL;
    if (seen > frame->scanned)
        feed = memchr(bytes + frame->scanned, '\n', seen - frame->scanned);
    size_t end = feed != NULL ? (size_t)(feed - bytes) : seen;
    /* A last CR may yet turn out to belong to the ending. */
    size_t payload = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
    if (payload > framing->max)
        return EVL_FRAME_TOO_LONG;
    if (feed != NULL)
        return whole(frame, payload, end + 1 - payload);
    frame->scanned = seen;
    return EVL_FRAME_PARTIAL;
}

/* `scanned` stands where the first delimiter may begin that is not ruled out yet. */
static evl_frame_result cut_delimiter(evl_frame *frame, const evl_framing *framing,
                                      const uint8_t *bytes, size_t length) {
    size_t last = at_most(length, add(framing->max, 1)); /* one behind the last place for it */
    while (frame->scanned < last) {
        const uint8_t *here = bytes + frame->scanned;
        const uint8_t *first = memchr(here, framing->delimiter[0], last - frame->scanned);
        frame->scanned = first != NULL ? (size_t)(first - bytes) : last;
        if (first == NULL)
            break;
        size_t there = at_most(length - frame->scanned, framing->delimiter_length);
        if (memcmp(first, framing->delimiter, there) != 0)
            frame->scanned++;
        else if (there < framing->delimiter_length)
            return EVL_FRAME_PARTIAL;
        else
            return whole(frame, frame->scanned, framing->delimiter_length);
    }
    return frame->scanned > framing->max ? EVL_FRAME_TOO_LONG : EVL_FRAME_PARTIAL;
}

/* --- plain counts ----------------------------------------------------------------------------- */

static evl_frame_result cut_fixed(evl_frame *frame, const evl_framing *framing, size_t length) {
    frame->declared = framing->max;
    frame->header_whole = true;
    frame->scanned = at_most(length, framing->max);
    if (length < framing->max)
        return EVL_FRAME_PARTIAL;
    return whole(frame, (size_t)framing->max, 0);
}

static evl_frame_result cut_available(evl_frame *frame, const evl_framing *framing, size_t length) {
    frame->scanned = length;
    return length < framing->max ? EVL_FRAME_PARTIAL : whole(frame, length, 0);
}
