/* The framings once more, for comparison: all bytes at once, in wide numbers, with no thought of
 * speed. What the parser answers must be what this answers. */
#ifndef FUZZ_FRAME_REFERENCE_H
#define FUZZ_FRAME_REFERENCE_H

#include <string.h>

#include "evl_framing.h"

typedef struct reference {
    evl_frame_result result;
    size_t payload;
    size_t total;
} reference;

typedef __int128 wide;

static reference failed(evl_frame_result result) {
    return (reference){.result = result};
}

/* A frame of header, payload and end, if it is not too long and all there. */
static reference measured(wide header, wide payload, wide end, uint64_t max, size_t length) {
    if (payload > max || payload >= UINT64_MAX)
        return failed(EVL_FRAME_TOO_LONG);
    if (header + payload + end > length)
        return failed(EVL_FRAME_PARTIAL);
    return (reference){EVL_FRAME_WHOLE, (size_t)payload, (size_t)(header + payload + end)};
}

static reference reference_length(const evl_framing *f, const uint8_t *bytes, size_t length) {
    if (length < (size_t)f->offset + f->width)
        return failed(EVL_FRAME_PARTIAL);
    wide body = 0;
    for (int i = 0; i < f->width; i++) {
        int place = f->byte_order == EVL_BIG_ENDIAN ? i : f->width - 1 - i;
        body = body * 256 + bytes[f->offset + place];
    }
    body += f->adjustment;
    if (f->includes_header)
        body -= f->width;
    if (body < 0)
        return failed(EVL_FRAME_BAD_LENGTH);
    return measured(f->width, f->offset + body, 0, f->max, length);
}

static reference reference_varint(const evl_framing *f, const uint8_t *bytes, size_t length) {
    wide value = 0;
    for (int i = 0; i < 10; i++) {
        if ((size_t)f->offset + (size_t)i >= length)
            return failed(EVL_FRAME_PARTIAL);
        uint8_t byte = bytes[f->offset + i];
        value += (wide)(byte % 128) << (7 * i);
        if (value > UINT64_MAX)
            return failed(EVL_FRAME_BAD_LENGTH);
        if (byte < 128)
            return measured(i + 1, f->offset + value, 0, f->max, length);
    }
    return failed(EVL_FRAME_BAD_LENGTH);
}

static reference reference_line(const evl_framing *f, const uint8_t *bytes, size_t length) {
    size_t end = 0;
    while (end < length && bytes[end] != '\n')
        end++;
    size_t payload = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
    if (payload > f->max)
        return failed(EVL_FRAME_TOO_LONG);
    if (end == length)
        return failed(EVL_FRAME_PARTIAL);
    return (reference){EVL_FRAME_WHOLE, payload, end + 1};
}

static reference reference_delimiter(const evl_framing *f, const uint8_t *bytes, size_t length) {
    for (size_t start = 0;; start++) {
        if (start > f->max)
            return failed(EVL_FRAME_TOO_LONG);
        size_t there = length - start;
        if (there >= f->delimiter_length) {
            if (memcmp(bytes + start, f->delimiter, f->delimiter_length) == 0)
                return (reference){EVL_FRAME_WHOLE, start, start + f->delimiter_length};
        } else if (there == 0 || memcmp(bytes + start, f->delimiter, there) == 0)
            return failed(EVL_FRAME_PARTIAL);
    }
}

static reference reference_netstring(const evl_framing *f, const uint8_t *bytes, size_t length) {
    wide value = 0;
    size_t digits = 0;
    for (; digits < length && bytes[digits] >= '0' && bytes[digits] <= '9'; digits++) {
        if (digits > 0 && bytes[0] == '0')
            return failed(EVL_FRAME_BAD_LENGTH);
        value = value * 10 + (bytes[digits] - '0');
        if (value > f->max || value >= UINT64_MAX)
            return failed(EVL_FRAME_TOO_LONG);
    }
    if (digits == length)
        return failed(EVL_FRAME_PARTIAL);
    if (digits == 0 || bytes[digits] != ':')
        return failed(EVL_FRAME_BAD_LENGTH);
    reference whole = measured((wide)digits + 1, value, 1, f->max, length);
    bool is_ended = whole.result != EVL_FRAME_WHOLE || bytes[whole.total - 1] == ',';
    return is_ended ? whole : failed(EVL_FRAME_BAD_END);
}

static reference reference_cut(const evl_framing *f, const uint8_t *bytes, size_t length) {
    switch ((evl_framing_kind)f->kind) {
    case EVL_FRAMING_LENGTH:
        return reference_length(f, bytes, length);
    case EVL_FRAMING_VARINT:
        return reference_varint(f, bytes, length);
    case EVL_FRAMING_LINE:
        return reference_line(f, bytes, length);
    case EVL_FRAMING_DELIMITER:
        return reference_delimiter(f, bytes, length);
    case EVL_FRAMING_FIXED:
        return length < f->max ? failed(EVL_FRAME_PARTIAL)
                               : (reference){EVL_FRAME_WHOLE, f->max, f->max};
    case EVL_FRAMING_NETSTRING:
        return reference_netstring(f, bytes, length);
    case EVL_FRAMING_AVAILABLE:
        return length < f->max ? failed(EVL_FRAME_PARTIAL)
                               : (reference){EVL_FRAME_WHOLE, length, length};
    }
    return failed(EVL_FRAME_BAD_LENGTH);
}

#endif
