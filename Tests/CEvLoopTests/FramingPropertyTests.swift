// framing.c under chance: streams that are nearly right, in pieces of any size.

import CEvLoop
import TestClient
import Testing

/// Any framing that is valid, of limits that short streams meet.
private func framing(_ chance: inout SplitMix64) -> CoreFraming {
    let max = chance.pick([1, 3, 10, 200, 1 << 20, UInt64.max])
    switch chance.number(0...5) {
    case 0:
        let offset = chance.pick([0, 0, 1, 7, 255] as [UInt8])
        return .length(
            chance.pick([1, 2, 4, 8]), chance.pick([EVL_BIG_ENDIAN, EVL_LITTLE_ENDIAN]),
            includesHeader: Bool.random(using: &chance), offset: offset,
            adjustment: chance.pick([0, 0, 1, -1, -9, 300, .min, .max]), max: Swift.max(max, UInt64(offset)))
    case 1:
        let offset = chance.pick([0, 0, 1, 7, 255] as [UInt8])
        return .varint(offset: offset, max: Swift.max(max, UInt64(offset)))
    case 2: return .line(max: max)
    case 3: return .delimiter(chance.bytes(chance.number(1...4), of: bytes("ab\r\n")), max: max)
    case 4: return .fixed(max)
    default: return .netstring(max: max)
    }
}

/// Frames of several kinds and parts of them, one after the other.
private func stream(_ chance: inout SplitMix64) -> [UInt8] {
    let parts: [[UInt8]] = [
        [0], [0, 0, 0, 2], [2, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 3], [0x81, 0x80, 0x00], [0xff, 0xff, 0xff, 0xff],
        bytes("\r"), bytes("\n"), bytes("\r\n"), bytes("ab"), bytes("aab\r\n"), bytes("3:abc,"), bytes("0:,"),
        bytes("12:"), bytes("1:"), bytes(","),
    ]
    return (0..<chance.number(0...12)).flatMap { _ in
        chance.number(0...9) == 0 ? chance.bytes(chance.number(1...30)) : chance.pick(parts)
    }
}

@Suite struct FramingPropertyTests {
    /// In front of a guard page: a byte read too many ends the process.
    @Test func anyStreamInAnyPiecesIsCutAlikeAndNeverReadPast() throws {
        let seed = Seed.ofThisRun
        let guarded = GuardedBytes()
        for round in 0..<3000 {
            var chance = seed.round(round)
            let framing = framing(&chance)
            let stream = stream(&chance)
            let whole = cut(framing, [stream], guarded)
            let pieces = chance.pieces(of: stream) + [[]]
            try #require(cut(framing, pieces, guarded) == whole, "\(seed), round \(round): \(framing.core), \(pieces)")
        }
    }
}
