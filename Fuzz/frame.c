/* Fuzzes the frame parser: a framing is read from the input's first bytes, the rest is its stream.
 *
 * The stream is cut whole and again in pieces, each time from memory that ends where the input
 * ends, so that the sanitizers see a read beyond it. Both ways must agree on every frame, and at
 * every cut with a second, plain parser. */
#include "evl_framing.h"
#include "frame_reference.h"
#include "input.h"

/* Small limits are met by short streams, the largest by none. */
static uint64_t take_max(input *in) {
    switch (take(in) % 4) {
    case 0:
        return take(in);
    case 1:
        return take_number(in, 4);
    case 2:
        return UINT64_MAX - take(in);
    default:
        return (uint64_t)SIZE_MAX / 2 + take(in);
    }
}

/* Kinds are told by their number; `delimiter` has room for 255 bytes. */
static evl_framing take_framing(input *in, uint8_t *delimiter) {
    evl_framing framing = {.kind = take(in)};
    framing.max = take_max(in);
    if (framing.kind == EVL_FRAMING_LENGTH) {
        framing.width = take(in);
        framing.byte_order = take(in);
        framing.offset = take(in);
        framing.includes_header = take(in) & 1;
        framing.adjustment = (int32_t)take_number(in, 4);
    } else if (framing.kind == EVL_FRAMING_VARINT) {
        framing.offset = take(in);
    } else if (framing.kind == EVL_FRAMING_DELIMITER) {
        framing.delimiter_length = take(in);
        for (size_t i = 0; i < framing.delimiter_length; i++)
            delimiter[i] = take(in);
        framing.delimiter = delimiter;
    }
    return framing;
}

/* Calls the parser with `length` bytes of the stream and nothing readable behind them. */
static evl_frame_result cut(evl_frame *frame, const evl_framing *framing, const uint8_t *bytes,
                            size_t length) {
    uint8_t *copy = copy_exactly(bytes, length);
    evl_frame_result result = evl_frame_cut(frame, framing, copy, length);
    free(copy);
    return result;
}

static void check(const evl_frame *frame, const evl_framing *framing, evl_frame_result result,
                  const uint8_t *bytes, size_t length) {
    reference right = reference_cut(framing, bytes, length);
    MUST(result == right.result);
    MUST(frame->scanned <= length && frame->lead <= length && frame->header <= length);
    if (result != EVL_FRAME_WHOLE)
        return;
    MUST(frame->payload == right.payload && frame->total == right.total);
    MUST(frame->total >= 1 && frame->total <= length);
    MUST(frame->lead <= frame->payload && frame->payload <= length - frame->header);
}

/* The frame by growing beginnings of the stream; `step` chooses by how much they grow. */
static evl_frame_result cut_in_pieces(evl_frame *frame, const evl_framing *framing, input stream,
                                      uint32_t step) {
    for (size_t length = 0;; length += 1 + (step >> length % 24) % 4) {
        if (length > stream.length)
            length = stream.length;
        evl_frame_result result = cut(frame, framing, stream.bytes, length);
        check(frame, framing, result, stream.bytes, length);
        if (result != EVL_FRAME_PARTIAL || length == stream.length)
            return result;
    }
}

static void compare(const evl_frame *a, const evl_frame *b, evl_frame_result result) {
    MUST(a->declared == b->declared && a->header_whole == b->header_whole);
    MUST(a->header == b->header && a->lead == b->lead);
    if (result == EVL_FRAME_WHOLE)
        MUST(a->payload == b->payload && a->total == b->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    uint8_t delimiter[UINT8_MAX];
    input stream = {bytes, length};
    uint32_t step = take_number(&stream, 4);
    evl_framing framing = take_framing(&stream, delimiter);
    if (!evl_framing_is_valid(&framing))
        return -1;
    evl_frame_result result = EVL_FRAME_WHOLE;
    while (result == EVL_FRAME_WHOLE) {
        evl_frame whole = {0}, pieces = {0};
        result = cut(&whole, &framing, stream.bytes, stream.length);
        check(&whole, &framing, result, stream.bytes, stream.length);
        evl_frame_result other = cut_in_pieces(&pieces, &framing, stream, step);
        /* What is available is by its nature another matter in pieces. */
        if (framing.kind != EVL_FRAMING_AVAILABLE) {
            MUST(result == other);
            compare(&whole, &pieces, result);
        }
        stream.bytes += whole.total;
        stream.length -= whole.total;
    }
    return 0;
}
