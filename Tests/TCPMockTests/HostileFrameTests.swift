// Hostile frames against TCPMock's own reader, and which of them each framing has.

import TestClient
import Testing

@testable import TCPMock

/// All framings in many variants, each with payloads it can say.
private let framings: [Framing] = {
    var all: [Framing] = [
        .varint, .varint(offset: 1), .varint(max: 300), .line, .line(max: 20), .delimiter("\0"), .delimiter("\r\n"),
        .delimiter("aa"), .delimiter("END", max: 30), .fixed(1), .fixed(2), .fixed(5), .netstring, .netstring(max: 40),
        .chunks,
    ]
    func add(_ type: (some FixedWidthInteger & UnsignedInteger).Type) {
        for order in [Framing.ByteOrder.bigEndian, .littleEndian] {
            for (includes, offset, adjustment) in [
                (false, 0, 0), (true, 0, 0), (false, 1, 0), (true, 1, 0), (false, 2, -2), (false, 0, 4), (true, 3, 1),
            ] {
                all.append(
                    .lengthPrefix(
                        type, byteOrder: order, includesHeader: includes, offset: offset, adjustment: adjustment))
            }
        }
        all.append(.lengthPrefix(type, max: 20))
        all.append(.lengthPrefix(type, adjustment: -7, max: .max))
    }
    add(UInt8.self)
    add(UInt16.self)
    add(UInt32.self)
    add(UInt64.self)
    return all
}()

private let payloads: [[UInt8]] = [
    [], Array("x".utf8), Array("xy".utf8), Array("hello".utf8), Array("1:a,b,c".utf8), Array("xyzxyzxyzx".utf8),
    [UInt8](repeating: 0, count: 5), [UInt8](repeating: 0xff, count: 8), [UInt8](repeating: 0x2c, count: 130),
    [UInt8](repeating: 0x62, count: 300),
]

/// What TCPMock's reader makes of segments, as they come: what it takes, and whether it then has something to say.
private func read(_ segments: [[UInt8]], _ framing: Framing) -> (taken: [[UInt8]], error: String?) {
    var (decoder, taken) = (framing.decoder(), [[UInt8]]())
    do {
        for segment in segments {
            decoder.append(segment)
            while let payload = try decoder.next() { taken.append(payload) }
        }
        try decoder.finish()
        return (taken, nil)
    } catch {
        return (taken, "\(error)")
    }
}

private func frames(_ framing: Framing, _ payload: [UInt8]) -> [HostileFrame] {
    (try? framing.hostileFrames(around: payload)) ?? []
}

private func places() -> [(Framing, [UInt8])] {
    framings.flatMap { framing in payloads.filter { framing.literal(for: $0) != nil }.map { (framing, $0) } }
}

@Suite struct HostileFrameTests {
    @Test func aCorrectReaderTakesThoseThatMustBeTaken() {
        var count = 0
        for (framing, payload) in places() {
            for frame in frames(framing, payload) where frame.answer == .accept {
                let (taken, error) = read(frame.segments, framing)
                #expect(taken == frame.payloads && error == nil, "\(framing): \(frame): \(taken), \(error ?? "")")
                count += 1
            }
        }
        #expect(count > 1000)
    }

    @Test func aCorrectReaderRefusesThoseThatMustBeRefused() {
        var count = 0
        for (framing, payload) in places() {
            for frame in frames(framing, payload) where frame.answer == .refuse {
                let (taken, error) = read(frame.segments, framing)
                #expect(taken.isEmpty && error != nil, "\(framing): \(frame): \(taken)")
                #expect(frame.payloads.isEmpty)
                count += 1
            }
        }
        #expect(count > 1000)
    }

    @Test func ofThoseThatAreOpenAReaderTakesWhatIsSaidOrNothing() {
        for (framing, payload) in places() {
            for frame in frames(framing, payload) where frame.answer == .either {
                let (taken, error) = read(frame.segments, framing)
                let isTaken = Array(taken.prefix(frame.payloads.count)) == frame.payloads
                #expect(isTaken || (taken.isEmpty && error != nil), "\(framing): \(frame): \(taken)")
                #expect(!frame.payloads.isEmpty)
            }
        }
    }

    @Test func framesOfOneFramingHaveNamesOfTheirOwn() {
        for (framing, payload) in places() {
            let all = frames(framing, payload)
            #expect(Set(all.map(\.name)).count == all.count, "\(framing): \(all.map(\.name))")
            #expect(all.allSatisfy { !$0.segments.contains([]) && !$0.segments.isEmpty })
            #expect(!all.contains { $0.segments == [framing.unchecked(payload)] }, "\(framing)")
        }
    }

    struct Kind: Sendable {
        let framing: Framing
        let categories: [HostileFrame.Category]
    }

    static let plain: [HostileFrame.Category] = [.emptyPayload, .splitPayload, .twoFrames, .trailingByte]
    static let lengths: [HostileFrame.Category] =
        plain + [
            .zeroLength, .minusOne, .oneMore, .oneLess, .maxLength, .beyondMax, .topBit, .cutHeader, .splitHeader,
        ]
    static let varints = lengths + [.wrapsAround, .overlongLength, .endlessLength]
    static let endings = plain + [.missingTerminator, .splitTerminator, .maxLength, .beyondMax]
    static let kinds = [
        Kind(
            framing: .lengthPrefix(UInt8.self, max: 200),
            categories: lengths.filter { ![.cutHeader, .splitHeader].contains($0) }),
        Kind(framing: .lengthPrefix(UInt8.self, offset: 1, max: 200), categories: lengths),
        Kind(framing: .lengthPrefix(UInt16.self, max: 2000), categories: lengths),
        Kind(framing: .lengthPrefix(UInt16.self, byteOrder: .littleEndian, max: 2000), categories: lengths),
        Kind(framing: .lengthPrefix(), categories: lengths),
        Kind(framing: .lengthPrefix(byteOrder: .littleEndian, includesHeader: true, offset: 1), categories: lengths),
        Kind(framing: .lengthPrefix(UInt32.self, adjustment: -4), categories: lengths),
        Kind(framing: .lengthPrefix(UInt64.self), categories: lengths + [.wrapsAround]),
        Kind(framing: .varint, categories: varints.filter { $0 != .splitHeader }),
        Kind(framing: .varint(offset: 1), categories: varints),
        Kind(
            framing: .netstring,
            categories: varints.filter { $0 != .overlongLength } + [
                .oddDigits, .missingTerminator, .splitTerminator, .wrongTerminator,
            ]),
        Kind(framing: .line, categories: endings + [.cutTerminator, .otherTerminator, .falseTerminator]),
        Kind(framing: .delimiter("\r\n"), categories: endings + [.cutTerminator, .falseTerminator]),
        Kind(framing: .delimiter("\0"), categories: endings),
        Kind(framing: .fixed(5), categories: [.oneLess, .splitPayload, .twoFrames, .trailingByte]),
        Kind(framing: .chunks, categories: [.splitPayload, .twoFrames]),
    ]

    @Test(arguments: kinds.indices) func eachFramingHasTheCategoriesThatApplyToIt(index: Int) throws {
        let kind = Self.kinds[index]
        let all = try kind.framing.hostileFrames(around: "hello".utf8)
        #expect(Set(all.map(\.category)) == Set(kind.categories), "\(kind.framing): \(all.map(\.name))")
    }

    @Test func bytesAreThoseOfTheWire() throws {
        func bytes(_ framing: Framing, _ name: String) throws -> [[UInt8]]? {
            try framing.hostileFrames(around: "hi".utf8).first { $0.name == name }?.segments
        }
        let hi = Array("hi".utf8)
        #expect(try bytes(.lengthPrefix(), "length -1 (all ones)") == [[255, 255, 255, 255] + hi])
        #expect(try bytes(.lengthPrefix(UInt16.self, max: 300), "length beyond the longest payload") == [[1, 45] + hi])
        #expect(try bytes(.lengthPrefix(UInt16.self, includesHeader: true), "length 0") == [[0, 0] + hi])
        #expect(try bytes(.lengthPrefix(), "header in two segments") == [[0, 0, 0], [2] + hi])
        #expect(try bytes(.varint, "length in 2 bytes instead of 1") == [[0x82, 0] + hi])
        #expect(try bytes(.varint, "length + 2^64") == [[0x82] + [UInt8](repeating: 0x80, count: 8) + [2] + hi])
        #expect(try bytes(.netstring, "length with a leading zero") == [Array("02:hi,".utf8)])
        #expect(try bytes(.line, "CR and LF in two segments") == [Array("hi\r".utf8), Array("\n".utf8)])
        #expect(try bytes(.delimiter("\r\n"), "end inside the terminator") == [Array("hi\r".utf8)])
        #expect(try bytes(.fixed(2), "one byte less") == [Array("h".utf8)])
    }

    @Test func aShorterLengthLeavesTheRestBehind() throws {
        let less = try #require(
            try Framing.lengthPrefix().hostileFrames(around: "hello".utf8).first { $0.category == .oneLess })
        #expect(less.answer == .either && less.payloads == [Array("hell".utf8)])
        let netstring = try #require(
            try Framing.netstring.hostileFrames(around: "hello".utf8).first { $0.category == .oneLess })
        #expect(netstring.answer == .refuse, "no comma stands behind it")
    }

    @Test func whatTooLongALineMeansIsOpenUnlessSomebodySaidHowLong() throws {
        func answers(_ framing: Framing) throws -> [HostileFrame.Answer] {
            try framing.hostileFrames(around: "hi".utf8)
                .filter { $0.category == .maxLength || $0.category == .beyondMax }.map(\.answer)
        }
        #expect(try answers(.line) == [.either, .either])
        #expect(try answers(.line(max: 80)) == [.accept, .refuse])
    }

    @Test func aPayloadThatTheFramingCannotSayIsThrown() {
        #expect(throws: MockError.self) { try Framing.line.hostileFrames(around: "a\nb".utf8) }
        #expect(throws: MockError.self) { try Framing.fixed(3).hostileFrames(around: "ab".utf8) }
        #expect(throws: MockError.self) { try Framing.delimiter("").hostileFrames(around: "ab".utf8) }
    }

    @Test func theyAreAlwaysTheSame() throws {
        for framing in framings {
            let payload = payloads.first { framing.literal(for: $0) != nil && $0.count > 1 } ?? Array("x".utf8)
            guard let first = try? framing.hostileFrames(around: payload) else { continue }
            for _ in 0..<10 { #expect(try framing.hostileFrames(around: payload) == first) }
        }
    }

    @Test func theyAreDescribedInALine() throws {
        let all = try Framing.netstring.hostileFrames(around: "hello".utf8)
        let zero = try #require(all.first { $0.name == "length with a leading zero" })
        #expect("\(zero)" == "refuse \"length with a leading zero\": \"05:hello,\"")
    }
}
