/* Framings: how messages are cut out of a byte stream. Pure; any thread. */
#ifndef EVL_FRAMING_H
#define EVL_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum evl_framing_kind {
    EVL_FRAMING_LENGTH,    /* lead, length field, body: see evl_framing */
    EVL_FRAMING_VARINT,    /* lead, base-128 length of 1 to 10 bytes (protobuf, MQTT), body */
    EVL_FRAMING_LINE,      /* payload, then LF or CRLF */
    EVL_FRAMING_DELIMITER, /* payload, then the delimiter */
    EVL_FRAMING_FIXED,     /* `max` bytes */
    EVL_FRAMING_NETSTRING, /* decimal length, ':', payload, ',' */
    EVL_FRAMING_AVAILABLE  /* all that is there, once it is `max` bytes or more */
} evl_framing_kind;

typedef enum evl_byte_order {
    EVL_BIG_ENDIAN,
    EVL_LITTLE_ENDIAN
} evl_byte_order;

/* LENGTH: `offset` bytes of lead, then the length field of `width` (1, 2, 4 or 8) bytes, then the
 * body, which has (field + adjustment) bytes, less `width` when the field counts itself. The
 * payload is lead and body, without the field between them. VARINT has a lead likewise. */
typedef struct evl_framing {
    uint8_t kind;             /* evl_framing_kind */
    uint8_t width;            /* LENGTH */
    uint8_t byte_order;       /* LENGTH: evl_byte_order */
    uint8_t offset;           /* LENGTH, VARINT */
    bool includes_header;     /* LENGTH: the field counts its own bytes as well */
    int32_t adjustment;       /* LENGTH */
    uint64_t max;             /* the longest payload; one that is longer is a failure at once */
    const uint8_t *delimiter; /* DELIMITER: 1 to 255 bytes */
    size_t delimiter_length;
} evl_framing;

typedef enum evl_frame_result {
    EVL_FRAME_PARTIAL,    /* the frame is not whole yet */
    EVL_FRAME_WHOLE,      /* it is: `payload` and `total` are set */
    EVL_FRAME_TOO_LONG,   /* its payload is longer than `max`; `declared` is set where there is a
                             length: for a netstring, what its digits said so far */
    EVL_FRAME_BAD_LENGTH, /* the length field says less than it must count (`declared`: what it
                             says); a varint has more than 10 bytes or 64 bits; a netstring's
                             length is no decimal number */
    EVL_FRAME_BAD_END     /* a netstring's payload is not followed by a comma */
} evl_frame_result;

/* How far one frame has been cut; all zero at its start. */
typedef struct evl_frame {
    uint64_t declared; /* the payload's length, lead included, once the header is whole */
    size_t scanned;    /* bytes that were looked at and need not be looked at again */
    size_t header; /* bytes of the length field (with the colon); how many so far, until whole */
    size_t lead;   /* bytes before it that belong to the payload */
    bool header_whole;
    size_t payload; /* once whole: the payload's bytes, lead included */
    size_t total;   /* once whole: all of the frame's bytes in the stream */
} evl_frame;

/* Cuts the frame that begins at bytes[0], of which `length` bytes have arrived.
 *
 * Called again with the same beginning and more bytes, it goes on where it stopped: byte by byte
 * costs linear time. After a failure it is not to be called again. The payload stands at
 * bytes[frame->header], except that with a lead those first `lead` bytes stand at bytes[0]. Reads
 * nothing beyond `length`. */
evl_frame_result evl_frame_cut(evl_frame *frame, const evl_framing *framing, const uint8_t *bytes,
                               size_t length);

/* Whether the framing keeps the rules above. */
bool evl_framing_is_valid(const evl_framing *framing);

#endif
