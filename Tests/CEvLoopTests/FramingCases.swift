// Streams of each framing, good ones first, and where the bad ones go wrong.

import CEvLoop

private let ones = [UInt8](repeating: 0xff, count: 8)

extension FramingCase {
    static let lengths: [FramingCase] = [
        FramingCase("u8", .length(1), "\u{2}ab\u{0}\u{1}c", ["ab", "", "c"]),
        FramingCase("u16, big", .length(2), "\0\u{2}ab\0\0\0\u{1}c", ["ab", "", "c"]),
        FramingCase("u16, little", .length(2, EVL_LITTLE_ENDIAN), "\u{2}\0ab\u{1}\0c", ["ab", "c"]),
        FramingCase("u32, big", .length(4), [0, 0, 0, 1, 9, 0, 0, 0, 0], [[9], []]),
        FramingCase("u32, little", .length(4, EVL_LITTLE_ENDIAN), [1, 0, 0, 0, 9], [[9]]),
        FramingCase("u64, big", .length(8), [0, 0, 0, 0, 0, 0, 0, 2, 8, 9], [[8, 9]]),
        FramingCase("u64, little", .length(8, EVL_LITTLE_ENDIAN), [2, 0, 0, 0, 0, 0, 0, 0, 8, 9], [[8, 9]]),
        FramingCase("cut in the header", .length(4), [0, 0, 0], []),
        FramingCase("cut in the payload", .length(4), [0, 0, 0, 3, 8, 9], [], declared: 3),
        FramingCase("counts itself", .length(2, includesHeader: true), [0, 4, 8, 9, 0, 2], [[8, 9], []]),
        FramingCase("behind a lead", .length(1, offset: 2), [5, 6, 1, 7, 8, 9, 0], [[5, 6, 7], [8, 9]]),
        FramingCase(
            "lead and itself", .length(2, includesHeader: true, offset: 1), bytes("Q\0\u{4}hi"), [bytes("Qhi")]),
        FramingCase("counts its lead", .length(1, offset: 2, adjustment: -2), [5, 6, 3, 7], [[5, 6, 7]]),
        FramingCase("leaves a checksum out", .length(1, adjustment: 2), [1, 7, 8, 9, 0, 4, 4], [[7, 8, 9], [4, 4]]),
        FramingCase("of max", .length(1, max: 2), [2, 8, 9], [[8, 9]]),
        FramingCase("over max", .length(2, max: 2), [0, 3, 8], [], fails: EVL_FRAME_TOO_LONG, at: 2, declared: 3),
        FramingCase(
            "over max by its lead", .length(1, offset: 2, max: 3), [8, 8, 2], [], fails: EVL_FRAME_TOO_LONG, at: 3,
            declared: 4),
        FramingCase(
            "less than itself", .length(2, includesHeader: true), [0, 2, 0, 1], [[]], fails: EVL_FRAME_BAD_LENGTH,
            at: 4, declared: 1),
        FramingCase(
            "less than its lead", .length(1, offset: 2, adjustment: -2), [5, 6, 1], [], fails: EVL_FRAME_BAD_LENGTH,
            at: 3, declared: 1),
        FramingCase(
            "less than the least adjustment", .length(4, includesHeader: true, adjustment: .min),
            [0x80, 0, 0, 3], [], fails: EVL_FRAME_BAD_LENGTH, at: 4, declared: 0x8000_0003),
        FramingCase(
            "just the least adjustment", .length(4, includesHeader: true, adjustment: .min),
            [0x80, 0, 0, 5, 9], [[9]]),
        FramingCase("all ones", .length(8), ones, [], fails: EVL_FRAME_TOO_LONG, at: 8, declared: .max),
        FramingCase(
            "all ones and no limit", .length(8, max: .max), ones, [], fails: EVL_FRAME_TOO_LONG, at: 8, declared: .max),
        FramingCase(
            "all ones but one, no limit", .length(8, max: .max), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 1],
            [],
            declared: .max - 1),
        FramingCase(
            "over 64 bits by its adjustment", .length(8, adjustment: .max, max: .max), ones, [],
            fails: EVL_FRAME_TOO_LONG, at: 8, declared: .max),
        FramingCase(
            "over 64 bits by its lead", .length(8, offset: 2, max: .max), [1, 2] + ones, [], fails: EVL_FRAME_TOO_LONG,
            at: 10, declared: .max),
    ]

    static let varints: [FramingCase] = [
        FramingCase("one byte", .varint(), [2, 8, 9, 0, 1, 7], [[8, 9], [], [7]]),
        FramingCase(
            "two bytes", .varint(), [0x80, 0x01] + [UInt8](repeating: 5, count: 128), [.init(repeating: 5, count: 128)]),
        FramingCase("padded", .varint(), [0x82, 0x80, 0x00, 8, 9], [[8, 9]]),
        FramingCase("padded to ten bytes", .varint(), [0x81] + .init(repeating: 0x80, count: 8) + [0, 9], [[9]]),
        FramingCase("behind a lead", .varint(offset: 2), [5, 6, 1, 7, 8, 9, 0], [[5, 6, 7], [8, 9]]),
        FramingCase(
            "two bytes behind a lead", .varint(offset: 1), [9, 0x80, 0x01] + [UInt8](repeating: 5, count: 128),
            [[9] + .init(repeating: 5, count: 128)]),
        FramingCase("cut in the lead", .varint(offset: 2), [5], []),
        FramingCase(
            "over max by its lead", .varint(offset: 2, max: 3), [8, 8, 2], [], fails: EVL_FRAME_TOO_LONG, at: 3,
            declared: 4),
        FramingCase("cut in the length", .varint(), [0x80], []),
        FramingCase("cut in the payload", .varint(), [3, 8, 9], [], declared: 3),
        FramingCase("of max", .varint(max: 2), [2, 8, 9], [[8, 9]]),
        FramingCase(
            "over max", .varint(max: 300), [0xad, 0x02, 1], [], fails: EVL_FRAME_TOO_LONG, at: 2, declared: 301),
        FramingCase(
            "63 bits", .varint(), [UInt8](repeating: 0xff, count: 8) + [0x7f], [], fails: EVL_FRAME_TOO_LONG, at: 9,
            declared: 1 << 63 - 1),
        FramingCase(
            "64 bits", .varint(max: .max), [UInt8](repeating: 0xff, count: 9) + [1], [], fails: EVL_FRAME_TOO_LONG,
            at: 10, declared: .max),
        FramingCase(
            "64 bits but one", .varint(max: .max), [0xfe] + [UInt8](repeating: 0xff, count: 8) + [1, 9], [],
            declared: .max - 1),
        FramingCase(
            "65 bits", .varint(), [UInt8](repeating: 0x80, count: 9) + [2], [], fails: EVL_FRAME_BAD_LENGTH, at: 10),
        FramingCase(
            "eleven bytes", .varint(), [UInt8](repeating: 0x80, count: 10) + [0], [], fails: EVL_FRAME_BAD_LENGTH,
            at: 10),
    ]

    static let endings: [FramingCase] = [
        FramingCase("LF and CRLF", .line(), "a\nb\r\n\n\r\nc", ["a", "b", "", ""]),
        FramingCase("CR inside", .line(), "a\rb\n\r\r\nc\r", ["a\rb", "\r"]),
        FramingCase("line of max", .line(max: 2), "ab\nab\r\na\r\n\r\r\n", ["ab", "ab", "a", "\r"]),
        FramingCase("line of max, perhaps", .line(max: 2), "ab\r", []),
        FramingCase("line over max", .line(max: 2), "ab\nabc\n", ["ab"], fails: EVL_FRAME_TOO_LONG, at: 6),
        FramingCase("line over max by a CR", .line(max: 2), "ab\r\r\n", [], fails: EVL_FRAME_TOO_LONG, at: 4),
        FramingCase("line over max behind a CR", .line(max: 2), "ab\rc", [], fails: EVL_FRAME_TOO_LONG, at: 4),
        FramingCase("any line, no limit", .line(max: .max), "ab\r\nc", ["ab"]),
        FramingCase("one byte of delimiter", .delimiter(";"), "a;;bc;d", ["a", "", "bc"]),
        FramingCase("CRLF alone", .delimiter("\r\n"), "a\nb\r\r\n\r\n\rc\r", ["a\nb\r", ""]),
        FramingCase("borders in the delimiter", .delimiter("ababc"), "abababcababcx", ["ab", ""]),
        FramingCase("of one letter", .delimiter("aa"), "aaabaa", ["", "ab"]),
        FramingCase("delimiter at max", .delimiter("--", max: 2), "ab--a--", ["ab", "a"]),
        FramingCase("delimiter at max, perhaps", .delimiter("--", max: 2), "ab-", []),
        FramingCase("delimiter over max", .delimiter("--", max: 2), "abc--", [], fails: EVL_FRAME_TOO_LONG, at: 3),
        FramingCase("half a delimiter at max", .delimiter("--", max: 2), "ab-c", [], fails: EVL_FRAME_TOO_LONG, at: 4),
        FramingCase("half a delimiter in the payload", .delimiter("-+", max: 2), "ab-+c--+", ["ab", "c-"]),
        FramingCase("any delimiter, no limit", .delimiter("--", max: .max), "ab--c", ["ab"]),
    ]

    static let counts: [FramingCase] = [
        FramingCase("fixed", .fixed(3), "abcdefg", ["abc", "def"], declared: 3),
        FramingCase("fixed, without end", .fixed(.max), "abc", [], declared: .max),
        FramingCase("netstrings", .netstring(), "5:hello,0:,1:,,", ["hello", "", ","]),
        FramingCase("netstring cut in its digits", .netstring(), "12", [], declared: 12),
        FramingCase("netstring cut in its payload", .netstring(), "5:hell", [], declared: 5),
        FramingCase("netstring cut before its comma", .netstring(), "5:hello", [], declared: 5),
        FramingCase("of two digits", .netstring(), "10:0123456789,", ["0123456789"]),
        FramingCase("netstring of max", .netstring(max: 10), "10:0123456789,", ["0123456789"]),
        FramingCase(
            "netstring over max", .netstring(max: 9), "10:x", [], fails: EVL_FRAME_TOO_LONG, at: 2, declared: 10),
        FramingCase(
            "netstring over max before it is all said", .netstring(max: 99), "1234:x", [], fails: EVL_FRAME_TOO_LONG,
            at: 3, declared: 123),
        FramingCase(
            "another end", .netstring(), "1:a,5:hello;", ["a"], fails: EVL_FRAME_BAD_END, at: 12, declared: 5),
        FramingCase("no digits", .netstring(), ":x", [], fails: EVL_FRAME_BAD_LENGTH, at: 1),
        FramingCase("no number", .netstring(), "-1:x", [], fails: EVL_FRAME_BAD_LENGTH, at: 1),
        FramingCase("no number then", .netstring(), "1x:", [], fails: EVL_FRAME_BAD_LENGTH, at: 2, declared: 1),
        FramingCase("a leading zero", .netstring(), "05:hello,", [], fails: EVL_FRAME_BAD_LENGTH, at: 2),
        FramingCase("two zeros", .netstring(), "00:,", [], fails: EVL_FRAME_BAD_LENGTH, at: 2),
        FramingCase(
            "64 bits in digits", .netstring(max: .max), "18446744073709551615:", [], fails: EVL_FRAME_TOO_LONG, at: 20,
            declared: .max),
        FramingCase(
            "64 bits but one in digits", .netstring(max: .max), "18446744073709551614:x", [], declared: .max - 1),
        FramingCase(
            "over 64 bits in digits", .netstring(max: .max), "99999999999999999999:", [], fails: EVL_FRAME_TOO_LONG,
            at: 20, declared: .max),
    ]
}
