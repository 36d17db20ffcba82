// Framings as clients use them: payloads to frames and back, and what is said of what can't be.

import TestClient
import Testing

@testable import TCPMock

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A framing, a payload, and its frame.
struct Encoding: CustomTestStringConvertible, Sendable {
    let framing: Framing
    let payload: [UInt8]
    let frame: [UInt8]
    var testDescription: String { "\(framing)" }

    init(_ framing: Framing, _ payload: String, _ frame: [UInt8]) {
        (self.framing, self.payload, self.frame) = (framing, bytes(payload), frame)
    }

    static let all: [Encoding] = [
        Encoding(.lengthPrefix(), "abc", [0, 0, 0, 3] + bytes("abc")),
        Encoding(.lengthPrefix(), "", [0, 0, 0, 0]),
        Encoding(.lengthPrefix(UInt8.self), "abc", [3] + bytes("abc")),
        Encoding(.lengthPrefix(UInt16.self, byteOrder: .littleEndian), "abc", [3, 0] + bytes("abc")),
        Encoding(.lengthPrefix(UInt64.self), "abc", [0, 0, 0, 0, 0, 0, 0, 3] + bytes("abc")),
        Encoding(.lengthPrefix(includesHeader: true, offset: 1), "Qabc", bytes("Q\0\0\0\u{7}abc")),
        Encoding(.lengthPrefix(UInt8.self, offset: 2, adjustment: -2), "XYabc", bytes("XY\u{5}abc")),
        Encoding(.lengthPrefix(UInt8.self, adjustment: 2), "abcKK", [3] + bytes("abcKK")),
        Encoding(.varint, "abc", [3] + bytes("abc")),
        Encoding(.varint(offset: 1), "0abc", bytes("0\u{3}abc")),
        Encoding(.varint, String(repeating: "x", count: 300), [0xac, 0x02] + [UInt8](repeating: 0x78, count: 300)),
        Encoding(.line, "abc", bytes("abc\n")),
        Encoding(.line, "", bytes("\n")),
        Encoding(.line, "a\rb", bytes("a\rb\n")),
        Encoding(.delimiter("\r\n"), "a\r", bytes("a\r\r\n")),
        Encoding(.delimiter("\0"), "", [0]),
        Encoding(.fixed(3), "abc", bytes("abc")),
        Encoding(.netstring, "hello", bytes("5:hello,")),
        Encoding(.netstring, "", bytes("0:,")),
    ]
}

/// Something that can't be done, and what is said of it.
struct Refusal: CustomTestStringConvertible, Sendable {
    let framing: Framing
    let input: [UInt8]
    let text: String
    var testDescription: String { "\(framing), \(ByteText.quoted(input, limit: 16))" }

    init(_ framing: Framing, _ input: [UInt8], _ text: String) {
        (self.framing, self.input, self.text) = (framing, input, text)
    }

    init(_ framing: Framing, _ input: String, _ text: String) {
        self.init(framing, bytes(input), text)
    }

    static let payloads: [Refusal] = [
        Refusal(.lengthPrefix(max: 2), "abc", "a payload of 3 bytes is longer than the framing's maximum of 2"),
        Refusal(.varint(max: 2), "abc", "maximum of 2"),
        Refusal(.line(max: 2), "abc", "maximum of 2"),
        Refusal(.delimiter(";", max: 2), "abc", "maximum of 2"),
        Refusal(.netstring(max: 2), "abc", "maximum of 2"),
        Refusal(
            .lengthPrefix(UInt8.self), [UInt8](repeating: 0, count: 256),
            "256 bytes does not fit a length prefix of 1 byte"),
        Refusal(.lengthPrefix(UInt8.self, includesHeader: true), [UInt8](repeating: 0, count: 255), "does not fit"),
        Refusal(.varint(offset: 3), "ab", "a payload of 2 bytes is shorter than the 3 before the length prefix"),
        Refusal(.lengthPrefix(offset: 3), "ab", "a payload of 2 bytes is shorter than the 3 before the length prefix"),
        Refusal(.lengthPrefix(adjustment: 4), "abc", "with its adjustment the length would be -1"),
        Refusal(.line, "ab\nc", "would be cut at its byte 2, by the line ending"),
        Refusal(.line, "ab\r", "would be cut at its byte 2, by the line ending"),
        Refusal(.delimiter("--"), "ab--c", "would be cut at its byte 2, by the delimiter \"--\""),
        Refusal(.delimiter("aa"), "ba", "would be cut at its byte 1, by the delimiter \"aa\""),
        Refusal(.fixed(4), "abc", "a payload of 3 bytes is no frame of 4 bytes"),
    ]

    static let framings: [Refusal] = [
        Refusal(.lengthPrefix(UInt128.self), "", "1, 2, 4 or 8 bytes, not 16"),
        Refusal(.lengthPrefix(max: 0), "", "at least one byte"),
        Refusal(.lengthPrefix(offset: -1), "", "an offset of 0 to 255, not -1"),
        Refusal(.lengthPrefix(offset: 256), "", "an offset of 0 to 255, not 256"),
        Refusal(.lengthPrefix(offset: 9, max: 8), "", "the 9 bytes before the length"),
        Refusal(.lengthPrefix(adjustment: 1 << 31), "", "by 32 bits at most"),
        Refusal(.varint(offset: 256), "", "an offset of 0 to 255, not 256"),
        Refusal(.varint(offset: 9, max: 8), "", "the 9 bytes before the length"),
        Refusal(.varint(max: -1), "", "varint(max: -1): the longest payload has at least one byte"),
        Refusal(.line(max: 0), "", "at least one byte"),
        Refusal(.netstring(max: .min), "", "at least one byte"),
        Refusal(.fixed(0), "", "fixed(0): a frame of fixed size has at least one byte"),
        Refusal(.delimiter(""), "", "a delimiter has 1 to 255 bytes, not 0"),
        Refusal(.delimiter(Bytes([UInt8](repeating: 0, count: 256))), "", "not 256"),
        Refusal(.delimiter(.hex("0")), "", "pairs of hex digits"),
        Refusal(.delimiter(";", max: 0), "", "at least one byte"),
    ]

    static let streams: [Refusal] = [
        Refusal(.lengthPrefix(), [0, 0], "the first frame is cut off: 2 of the 4 bytes of its header"),
        Refusal(
            .lengthPrefix(), [0, 0, 0, 5] + bytes("hel"), "the first frame is cut off: 3 of its 5 bytes of payload"),
        Refusal(
            .lengthPrefix(), [0, 0, 0, 0, 0, 0, 0, 1], "frame 2, at byte 4, is cut off: 0 of its 1 byte of payload"),
        Refusal(.lengthPrefix(UInt16.self, offset: 1), "a", "1 of the 3 bytes of its header"),
        Refusal(
            .lengthPrefix(), [0xff, 0xff, 0xff, 0xff],
            "a payload of 4,294,967,295 bytes, more than the 16,777,216 allowed"),
        Refusal(.lengthPrefix(UInt8.self, includesHeader: true), [0], "has a length of 0, less than it must count"),
        Refusal(.varint, [0x80], "1 byte of its header, which goes on"),
        Refusal(.varint, [UInt8](repeating: 0xff, count: 10), "more than 10 bytes or 64 bits"),
        Refusal(.varint(max: 2), [3], "a payload of 3 bytes, more than the 2 allowed"),
        Refusal(.line, "a\nbc", "frame 2, at byte 2, is cut off: 2 bytes and no line ending"),
        Refusal(.line(max: 2), "abc", "the first frame is a line of more than the 2 allowed bytes"),
        Refusal(.delimiter(";"), "abc", "3 bytes and no \";\""),
        Refusal(.delimiter(";", max: 2), "abc", "goes on without \";\" for more than the 2 allowed bytes"),
        Refusal(.fixed(4), "abc", "3 of its 4 bytes"),
        Refusal(.netstring, "12", "2 bytes of its header, which goes on"),
        Refusal(.netstring, "3:a", "1 of its 3 bytes of payload"),
        Refusal(.netstring, "1:a", "all of its payload and no comma"),
        Refusal(.netstring, "1:a;", "has no comma behind its 1 byte of payload"),
        Refusal(.netstring, "x", "does not begin with a decimal length and a colon"),
        Refusal(.netstring(max: 9), "10:", "a payload of 10 bytes or more, more than the 9 allowed"),
    ]
}

@Suite struct FramingTests {
    @Test(arguments: Encoding.all)
    func aPayloadIsFramedAndFoundAgain(example: Encoding) throws {
        #expect(try example.framing.encode(example.payload) == example.frame)
        #expect(example.framing.literal(for: example.payload) == example.frame)
        #expect(try example.framing.decode(example.frame + example.frame) == [example.payload, example.payload])
    }

    @Test func whatOthersMayWriteIsReadAsWell() throws {
        #expect(try Framing.line.decode(bytes("a\r\nb\n")) == [bytes("a"), bytes("b")])
        #expect(try Framing.varint.decode([0x81, 0x00, 7]) == [[7]])
    }

    @Test(arguments: Refusal.payloads + Refusal.framings)
    func aPayloadThatCanNotBeSaidIsRefused(refusal: Refusal) {
        let error = #expect(throws: MockError.self) { try refusal.framing.encode(refusal.input) }
        #expect(error?.kind == .frame)
        #expect(error?.message.contains(refusal.text) == true, "\(String(describing: error))")
        #expect(refusal.framing.literal(for: refusal.input) == nil)
    }

    @Test(arguments: Refusal.framings)
    func aFramingThatCutsNothingDecodesNothing(refusal: Refusal) {
        let error = #expect(throws: MockError.self) { try refusal.framing.decode(refusal.input) }
        #expect(error?.message.contains(refusal.text) == true, "\(String(describing: error))")
    }

    @Test(arguments: Refusal.streams)
    func bytesThatAreNoFramesAreRefused(refusal: Refusal) {
        let error = #expect(throws: MockError.self) { try refusal.framing.decode(refusal.input) }
        #expect(error?.kind == .frame)
        #expect(error?.message.contains(refusal.text) == true, "\(String(describing: error))")
    }

    @Test func framesOfAllKindsAreSent() async throws {
        let steps = Encoding.all.map { Step.sendFrame(Bytes($0.payload), framing: $0.framing) }
        let verdict = try await serve(Script(steps)) { client in
            for example in Encoding.all {
                let received = try client.receive(example.frame.count)
                #expect(received == example.frame)
            }
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func framingsAreDescribedAsTheyAreWritten() {
        let all: [Framing] = [
            .lengthPrefix(), .lengthPrefix(UInt16.self, byteOrder: .littleEndian, max: 9),
            .lengthPrefix(UInt8.self, includesHeader: true, offset: 1, adjustment: -2), .varint, .varint(max: 1),
            .varint(offset: 1), .line, .line(max: 80), .delimiter("\r\n"), .delimiter([0], max: 3), .fixed(8),
            .netstring,
        ]
        let texts = [
            "lengthPrefix(UInt32)", "lengthPrefix(UInt16, byteOrder: littleEndian, max: 9)",
            "lengthPrefix(UInt8, includesHeader: true, offset: 1, adjustment: -2)", "varint", "varint(max: 1)",
            "varint(offset: 1)", "line", "line(max: 80)", "delimiter(\"\\r\\n\")", "delimiter(00, max: 3)", "fixed(8)",
            "netstring",
        ]
        #expect(all.map { "\($0)" } == texts)
        #expect(all.map(\.isPlainLengthPrefix) == [true, true] + .init(repeating: false, count: 10))
    }
}

/// `read_frame` of other tools answers empty at the end of the stream, and raises inside a frame.
@Suite struct FramingParityTests {
    @Test func p28_aClientReadsFramesUntilTheStreamEnds() throws {
        var decoder = Framing.lengthPrefix().decoder()
        let stream = try Framing.lengthPrefix().encode(bytes("hello")) + Framing.lengthPrefix().encode([])
        for byte in stream.dropLast() {
            decoder.append([byte])
            if let payload = try decoder.next() { #expect(payload == bytes("hello")) }
        }
        decoder.append(stream.suffix(1))
        #expect(try decoder.next() == [])  // an empty frame is a frame
        #expect(try decoder.next() == nil)
        try decoder.finish()
    }

    @Test func p28_theEndOfTheStreamAtABoundaryIsNoFrame() throws {
        #expect(try Framing.lengthPrefix().decode([]) == [])
        try Framing.line.decoder().finish()
    }

    @Test func p28_theEndOfTheStreamInsideAFrameIsAnError() throws {
        var decoder = Framing.lengthPrefix().decoder()
        decoder.append([0, 0, 0])
        #expect(try decoder.next() == nil)
        let header = #expect(throws: MockError.self) { try decoder.finish() }
        #expect(header?.message == "the first frame is cut off: 3 of the 4 bytes of its header")
        decoder.append([2, 7])
        #expect(try decoder.next() == nil)
        let payload = #expect(throws: MockError.self) { try decoder.finish() }
        #expect(payload?.message == "the first frame is cut off: 1 of its 2 bytes of payload")
        decoder.append([8])
        try decoder.finish()
        #expect(try decoder.next() == [7, 8])
    }

    @Test func p28_aBadFrameIsTheSameErrorFromThenOn() throws {
        var decoder = Framing.netstring.decoder()
        decoder.append(bytes("1:a,x"))
        #expect(try decoder.next() == bytes("a"))
        let error = try #require(throws: MockError.self) { try decoder.next() }
        decoder.append(bytes("1:a,"))
        #expect(throws: error) { try decoder.next() }
        #expect(throws: error) { try decoder.finish() }
    }

    @Test func p28_framesGoThroughARealSocket() async throws {
        let framing = Framing.lengthPrefix(UInt16.self)
        let verdict = try await serve([.expectFrame("ping", framing: framing), .sendFrame("pong", framing: framing)]) {
            var decoder = framing.decoder()
            try $0.send(try framing.encode(bytes("ping")))
            while try decoder.next() == nil { decoder.append(try $0.receiveSome()) }
        }
        #expect(verdict.isClean, "\(verdict)")
    }
}
