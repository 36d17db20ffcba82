// framing.c: where each kind of frame ends, whatever pieces it arrives in, and the first byte that can't be right.

import CEvLoop
import Testing

/// A stream, the payloads in it, and what is said of the rest.
struct FramingCase: CustomTestStringConvertible, Sendable {
    let framing: CoreFraming
    let input: [UInt8]
    let cuts: Cuts
    /// For failures: how many bytes it takes to see it.
    let known: Int?
    let testDescription: String

    /// Ends in a failure with `fails`, known after `at` bytes; else with what is PARTIAL.
    init(
        _ name: String, _ framing: CoreFraming, _ input: [UInt8], _ payloads: [[UInt8]],
        fails: evl_frame_result = EVL_FRAME_PARTIAL, at known: Int? = nil, declared: UInt64 = 0
    ) {
        self.framing = framing
        self.input = input
        self.cuts = Cuts(payloads: payloads, result: fails, declared: declared)
        self.known = known
        testDescription = name
    }

    init(
        _ name: String, _ framing: CoreFraming, _ input: String, _ payloads: [String],
        fails: evl_frame_result = EVL_FRAME_PARTIAL, at known: Int? = nil, declared: UInt64 = 0
    ) {
        self.init(name, framing, bytes(input), payloads.map(bytes), fails: fails, at: known, declared: declared)
    }
}

/// Splits into three, for input that is not too long.
private func threes(_ bytes: [UInt8]) -> [[[UInt8]]] {
    guard (3...40).contains(bytes.count) else { return [] }
    return (1..<(bytes.count - 1)).flatMap { first in
        ((first + 1)..<bytes.count).map { second in
            [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
        }
    }
}

@Suite struct FramingTests {
    @Test(arguments: FramingCase.lengths + FramingCase.varints + FramingCase.endings + FramingCase.counts)
    func aStreamInAnyPiecesIsCutIntoTheSameFrames(example: FramingCase) {
        #expect(example.framing.isValid)
        let guarded = GuardedBytes()
        let all = splits(of: example.input) + threes(example.input) + [example.input.flatMap { [[$0], []] }]
        let odd = all.first { cut(example.framing, $0, guarded) != example.cuts }
        #expect(odd == nil, "\(cut(example.framing, odd ?? []))")
    }

    @Test(
        arguments: (FramingCase.lengths + FramingCase.varints + FramingCase.endings + FramingCase.counts)
            .filter { $0.known != nil })
    func aFailureIsFoundAtTheFirstByteThatShowsIt(example: FramingCase) {
        #expect(cut(example.framing, example.input.map { [$0] }).arrived == example.known)
    }

    @Test func whatIsAvailableIsTakenOnceItIsEnough() {
        #expect(cut(.available(3), [bytes("ab")]) == Cuts())
        #expect(cut(.available(3), [bytes("ab"), bytes("cd")]).payloads == [bytes("abcd")])
        #expect(cut(.available(3), [bytes("abc"), bytes("defg")]).payloads == [bytes("abc"), bytes("defg")])
    }

    @Test func theLeadAndTheBodyStandOnBothSidesOfTheLength() {
        var frame = evl_frame()
        let framing = CoreFraming.length(2, offset: 3)
        let result = framing.with { evl_frame_cut(&frame, $0, bytes("abc\u{0}\u{2}de!"), 8) }
        #expect(result == EVL_FRAME_WHOLE)
        #expect(frame.lead == 3 && frame.header == 2 && frame.payload == 5 && frame.total == 7)
        #expect(frame.declared == 5)
    }

    @Test func aPartialHeaderSaysHowMuchOfItIsThere() {
        var frame = evl_frame()
        let framing = CoreFraming.length(4, offset: 2)
        for (length, lead, header) in [(1, 1, 0), (2, 2, 0), (3, 2, 1), (5, 2, 3)] {
            let result = framing.with { evl_frame_cut(&frame, $0, [UInt8](repeating: 0, count: 5), length) }
            #expect(result == EVL_FRAME_PARTIAL && !frame.header_whole)
            #expect(frame.lead == lead && frame.header == header)
        }
    }

    /// 4,000 bytes one by one: what was looked at is not looked at again.
    @Test(arguments: [CoreFraming.line(), .delimiter("\0\0"), .delimiter("--end")])
    func theBytesBeforeAnEndingAreScannedOnce(framing: CoreFraming) {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 4000)
        var frame = evl_frame()
        let odd = (0...input.count).first { length in
            let wasScanned = frame.scanned == max(0, length - 1)
            return framing.with { evl_frame_cut(&frame, $0, input, length) } != EVL_FRAME_PARTIAL || !wasScanned
        }
        #expect(odd == nil)
        #expect(frame.scanned == input.count)
    }

    @Test func framingsThatCutNothingAreNotValid() {
        var kind = CoreFraming.line()
        kind.core.kind = 7
        var order = CoreFraming.length()
        order.core.byte_order = 2
        let bad: [CoreFraming] = [
            kind, order, .length(0), .length(3), .length(16), .length(max: 0), .length(offset: 9, max: 8),
            .varint(max: 0), .varint(offset: 9, max: 8), .line(max: 0), .delimiter("x", max: 0), .fixed(0),
            .netstring(max: 0), .available(0),
            .delimiter(""), .delimiter([UInt8](repeating: 0, count: 256)),
        ]
        for framing in bad {
            #expect(!framing.isValid, "\(framing.core)")
        }
        #expect(!withUnsafePointer(to: CoreFraming.delimiter("x").core, evl_framing_is_valid))
        #expect(CoreFraming.delimiter([UInt8](repeating: 0, count: 255)).isValid)
        #expect(CoreFraming.length(1, offset: 255, adjustment: .min, max: 255).isValid)
    }
}
