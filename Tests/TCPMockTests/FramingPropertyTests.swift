// Framings under chance: what is encoded is decoded, in pieces of any size, and nothing else crashes.

import TestClient
import Testing

@testable import TCPMock

/// Any framing that is valid.
private func framing(_ chance: inout SplitMix64) -> Framing {
    let max = chance.pick([1, 20, 300, 1 << 20])
    switch chance.number(0...5) {
    case 0:
        let offset = chance.pick([0, 0, 0, 1, 5])
        let (order, adjustment) = (
            chance.pick([Framing.ByteOrder.bigEndian, .littleEndian]), chance.pick([0, 0, -3, 2])
        )
        let includes = Bool.random(using: &chance)
        func make(_ type: (some FixedWidthInteger & UnsignedInteger).Type) -> Framing {
            .lengthPrefix(
                type, byteOrder: order, includesHeader: includes, offset: offset, adjustment: adjustment,
                max: Swift.max(max, offset))
        }
        return chance.pick([make(UInt8.self), make(UInt16.self), make(UInt32.self), make(UInt64.self)])
    case 1:
        let offset = chance.pick([0, 0, 1, 5])
        return .varint(offset: offset, max: Swift.max(max, offset))
    case 2: return .line(max: max)
    case 3: return .delimiter(Bytes(chance.bytes(chance.number(1...4), of: Array("ab\r\n".utf8))), max: max)
    case 4: return .fixed(chance.number(1...20))
    default: return .netstring(max: max)
    }
}

private func payload(_ chance: inout SplitMix64) -> [UInt8] {
    let alphabets: [[UInt8]] = [Array(0...255), Array("ab\r\n".utf8), Array("0123456789:,".utf8)]
    return chance.bytes(chance.pick([0, 1, 2, 5, 20, 130, 300]), of: chance.pick(alphabets))
}

/// The payloads, and the error's text if there was one.
private func decode(_ framing: Framing, _ pieces: [[UInt8]]) -> (payloads: [[UInt8]], error: String?) {
    var (decoder, payloads) = (framing.decoder(), [[UInt8]]())
    do {
        for piece in pieces {
            decoder.append(piece)
            while let payload = try decoder.next() { payloads.append(payload) }
        }
        try decoder.finish()
        return (payloads, nil)
    } catch {
        return (payloads, "\(error)")
    }
}

@Suite struct FramingPropertyTests {
    @Test func whatIsEncodedIsDecodedInAnyPieces() throws {
        let seed = Seed.ofThisRun
        var encoded = 0
        for round in 0..<1000 {
            var chance = seed.round(round)
            let framing = framing(&chance)
            let wanted = (0..<chance.number(0...4)).map { _ in payload(&chance) }
                .filter { framing.literal(for: $0) != nil }
            let stream = try wanted.flatMap { try framing.encode($0) }
            let (payloads, error) = decode(framing, chance.pieces(of: stream, upTo: chance.pick([1, 7, 400])))
            try #require(payloads == wanted && error == nil, "\(seed), round \(round): \(framing), \(error ?? "")")
            encoded += wanted.count
        }
        #expect(encoded > 500, "\(seed)")
    }

    @Test func damagedFramesAreJudgedAlikeInAnyPieces() throws {
        let seed = Seed.ofThisRun
        for round in 0..<1000 {
            var chance = seed.round(round)
            let framing = framing(&chance)
            var stream = (0..<4).flatMap { _ in framing.literal(for: payload(&chance)) ?? [] }
            for _ in 0..<chance.number(1...3) where !stream.isEmpty {
                stream[chance.number(0...(stream.count - 1))] = chance.bytes(1)[0]
            }
            let whole = decode(framing, [stream])
            let pieces = decode(framing, chance.pieces(of: stream))
            try #require(whole == pieces, "\(seed), round \(round): \(framing), \(ByteText.hex(stream))")
        }
    }
}
