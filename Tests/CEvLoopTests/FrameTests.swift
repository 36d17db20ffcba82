// frame.c: a length prefix gathered from pieces, decoded once it is whole, judged against max at once.

import CEvLoop
import CEvLoopInternals
import Testing

private struct Header: Equatable {
    var result: evl_frame_result
    var declared: UInt64?
    /// How many bytes of each piece were taken.
    var used: [Int]
}

private func feed(_ pieces: [[UInt8]], width: UInt8, order: evl_byte_order = EVL_BIG_ENDIAN, max: UInt64 = .max)
    -> Header
{
    let guarded = GuardedBytes()
    var framing = evl_framing(lengthOf: width, byte_order: UInt8(order.rawValue), max: max)
    var header = evl_frame_header()
    var seen = Header(result: EVL_FRAME_PARTIAL, declared: nil, used: [])
    for piece in pieces where seen.result == EVL_FRAME_PARTIAL {
        var used = 0
        var declared = UInt64.max
        seen.result = withExtendedLifetime(guarded) {
            frame_header_feed(&header, &framing, guarded.place(piece), piece.count, &used, &declared)
        }
        seen.used.append(used)
        if seen.result != EVL_FRAME_PARTIAL { seen.declared = declared }
    }
    return seen
}

private let widths: [(width: UInt8, bytes: [UInt8], big: UInt64, little: UInt64)] = [
    (1, [0x81], 0x81, 0x81),
    (2, [0x01, 0xfe], 0x01fe, 0xfe01),
    (4, [0x80, 0x01, 0x02, 0xff], 0x8001_02ff, 0xff02_0180),
    (8, [0xf1, 2, 3, 4, 5, 6, 7, 8], 0xf102_0304_0506_0708, 0x0807_0605_0403_02f1),
]

@Test(arguments: widths)
func aHeaderIsDecodedInBothByteOrders(width: UInt8, bytes: [UInt8], big: UInt64, little: UInt64) {
    #expect(feed([bytes], width: width) == Header(result: EVL_FRAME_WHOLE, declared: big, used: [bytes.count]))
    #expect(feed([bytes], width: width, order: EVL_LITTLE_ENDIAN).declared == little)
}

@Test(arguments: widths)
func aHeaderInAnyPiecesIsTheSame(width: UInt8, bytes: [UInt8], big: UInt64, little: UInt64) {
    for pieces in splits(of: bytes) {
        let seen = feed(pieces, width: width)
        #expect(seen == Header(result: EVL_FRAME_WHOLE, declared: big, used: pieces.map(\.count)))
        #expect(feed(pieces, width: width, order: EVL_LITTLE_ENDIAN).declared == little)
    }
}

@Test(arguments: widths)
func aHeaderTakesNoByteOfThePayload(width: UInt8, bytes: [UInt8], big: UInt64, little: UInt64) {
    #expect(feed([bytes + [9, 9, 9]], width: width).used == [bytes.count])
}

@Test(arguments: widths)
func aHeaderWithoutItsLastByteIsPartial(width: UInt8, bytes: [UInt8], big: UInt64, little: UInt64) {
    let seen = feed([Array(bytes.dropLast())], width: width)
    #expect(seen == Header(result: EVL_FRAME_PARTIAL, declared: nil, used: [bytes.count - 1]))
}

@Test func noBytesAreNoHeader() {
    #expect(feed([[], []], width: 4) == Header(result: EVL_FRAME_PARTIAL, declared: nil, used: [0, 0]))
}

@Test func aLengthOfMaxIsAllowed() {
    #expect(feed([[0, 0, 1, 0]], width: 4, max: 256).result == EVL_FRAME_WHOLE)
}

@Test func aLengthOverMaxIsJudgedWhenTheHeaderIsWholeAndNotBefore() {
    for pieces in splits(of: [0, 0, 1, 1]) {
        let seen = feed(pieces, width: 4, max: 256)
        #expect(seen == Header(result: EVL_FRAME_TOO_LONG, declared: 257, used: pieces.map(\.count)))
    }
}

@Test func theLongestLengthOfEachWidthIsJudgedWithoutOverflow() {
    for (width, declared) in [(1, 0xff), (2, 0xffff), (4, 0xffff_ffff), (8, UInt64.max)] as [(UInt8, UInt64)] {
        let all = [UInt8](repeating: 0xff, count: Int(width))
        #expect(feed([all], width: width).declared == declared)
        #expect(feed([all], width: width).result == EVL_FRAME_WHOLE)
        #expect(feed([all], width: width, max: declared - 1).result == EVL_FRAME_TOO_LONG)
    }
}
