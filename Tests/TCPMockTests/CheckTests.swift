// Checks of frames, lines and pieces: what passes, and what a failure says.

import TestClient
import Testing

@testable import TCPMock

/// Serves one step to a client that sends `sent`, and gives the first failure's first line; nil: it passed.
private func summary(of step: Step, sending sent: String) async throws -> String? {
    let verdict = try await serve([step, .expectDisconnect(.any)]) { client in
        try client.send(sent)
        client.shutDownWriting()
        _ = try? client.receiveAll()
    }
    return verdict.failures.first?.summary
}

@Suite struct CheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let check: Check
        let line: String
        let passes: Bool
        var testDescription: String { "\(check) \(passes ? "passes" : "fails") \(line)" }
    }

    static let cases: [Case] = [
        Case(check: "QUIT", line: "QUIT", passes: true),
        Case(check: "QUIT", line: "QUITE", passes: false),
        Case(check: "QUIT", line: "QUI", passes: false),
        Case(check: "", line: "", passes: true),
        Case(check: "", line: "x", passes: false),
        Case(check: .any, line: "", passes: true),
        Case(check: .any, line: "anything", passes: true),
        Case(check: .prefix("EHLO "), line: "EHLO me", passes: true),
        Case(check: .prefix("EHLO "), line: "EHLO", passes: false),
        Case(check: .prefix("EHLO "), line: "HELO me", passes: false),
        Case(check: .suffix(">"), line: "MAIL FROM:<a>", passes: true),
        Case(check: .suffix("a>"), line: "MAIL FROM:<b>", passes: false),
        Case(check: .suffix("long"), line: "x", passes: false),
        Case(check: .contains("ROM"), line: "MAIL FROM:<a>", passes: true),
        Case(check: .contains("ROMA"), line: "MAIL FROM:<a>", passes: false),
        Case(check: .matches(/MAIL FROM:<.+>/), line: "MAIL FROM:<a>", passes: true),
        Case(check: .matches(/MAIL/), line: "MAIL FROM:<a>", passes: false),
        Case(check: .where { $0.count == 3 }, line: "abc", passes: true),
        Case(check: .where("three") { $0.count == 3 }, line: "ab", passes: false),
        Case(check: .not(.prefix("A")), line: "B", passes: true),
        Case(check: .not(.prefix("A")), line: "AB", passes: false),
        Case(check: .not(.matches(/A+/)), line: "AAA", passes: false),
        Case(check: .all([.prefix("A"), .suffix("Z")]), line: "A to Z", passes: true),
        Case(check: .all([.prefix("A"), .suffix("Z")]), line: "A to Y", passes: false),
        Case(check: .all([.prefix("A"), .matches(/[A-C]+/)]), line: "ABC", passes: true),
        Case(check: .all([.prefix("A"), .matches(/[A-C]+/)]), line: "ABCD", passes: false),
        Case(check: .anyOf(["A", "B"]), line: "B", passes: true),
        Case(check: .anyOf(["A", "B"]), line: "C", passes: false),
        Case(check: .anyOf([.not("A"), .where { _ in false }]), line: "A", passes: false),
    ]

    @Test(arguments: cases) func judgesALine(_ example: Case) async throws {
        let summary = try await summary(of: .expectLine(example.check), sending: example.line + "\r\n")
        #expect((summary == nil) == example.passes, "\(summary ?? "passed")")
    }

    @Test(arguments: cases) func judgesAFrame(_ example: Case) async throws {
        let frame = try Framing.netstring.encode(example.line.utf8)
        let step = Step.expectFrame(example.check, framing: .netstring)
        let summary = try await summary(of: step, sending: String(decoding: frame, as: UTF8.self))
        #expect((summary == nil) == example.passes, "\(summary ?? "passed")")
    }

    @Test(arguments: cases) func judgesAPieceUpToADelimiter(_ example: Case) async throws {
        let summary = try await summary(
            of: .expect(upTo: "\r\n\r\n", example.check), sending: example.line + "\r\n\r\n")
        #expect((summary == nil) == example.passes, "\(summary ?? "passed")")
    }

    @Test func linesEndWithLFOrCRLF() async throws {
        let verdict = try await serve([.expectLine("one"), .expectLine("two"), .expectLine("a\rb")]) { client in
            try client.send("one\ntwo\r\na\rb\n")
        }
        expectClean(verdict)
    }

    @Test func piecesArriveInAnySplit() async throws {
        let stream = Array("EHLO me\r\n5:hello,body;;".utf8)
        for cut in 1..<stream.count {
            let script: Script = [
                .expectLine(.prefix("EHLO")), .expectFrame(.contains("ell"), framing: .netstring),
                .expect(upTo: ";;", .suffix("dy")),
            ]
            let verdict = try await serve(script) { client in
                try client.send(Array(stream[..<cut]))
                try client.send(Array(stream[cut...]))
            }
            expectClean(verdict)
        }
    }

    // MARK: What failures say

    @Test func aWrongLineIsToldAtItsFirstWrongByteBeforeItIsWhole() async throws {
        let verdict = try await serve([.expectLine("PING")], staying: true) { client in
            try client.send("PONG")  // no end of line: nothing is waited for
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .check)
        #expect(failure.offset == 1)
        #expect(
            failure.summary == "connection 1, step 1 of 1: expected line \"PING\", got \"PONG\": "
                + "first difference at byte 1 ('I' 0x49, got 'O' 0x4F)")
        #expect(failure.details.contains("expected  50 49 4e 47"), "\(failure)")
    }

    @Test(arguments: [
        (
            Check.all([.prefix("A"), .suffix("Z")]), "A to Y",
            "suffix \"Z\" fails: first difference at byte 5 ('Z' 0x5A, got 'Y' 0x59)"
        ),
        (Check.not(.contains("to")), "A to Y", "that is what the piece does"),
        (Check.anyOf(["A", "B"]), "C", "none of them passes"),
        (Check.matches(/[0-9]+/), "12x", "the piece does not match it"),
        (Check.where("even") { $0.count.isMultiple(of: 2) }, "12x", "its closure answered false"),
        (
            Check.all([.prefix("1"), .where("even") { $0.count.isMultiple(of: 2) }]), "12x",
            "where even fails: its closure answered false"
        ),
        (Check.prefix("12345"), "123", "the piece ends after 3 bytes"),
    ]) func aFailureSaysWhichPartFailedAndWhere(_ check: Check, _ line: String, _ reason: String) async throws {
        let summary = try #require(try await summary(of: .expectLine(check), sending: line + "\n"))
        #expect(
            summary == "connection 1, step 1 of 2: expected line \(wanting(check)), got \"\(line)\": \(reason)")
    }

    private func wanting(_ check: Check) -> String {
        switch "\(check)".split(separator: " ").first {
        case "prefix": "with \(check)"
        case "matches": "that \(check)"
        default: "that passes \(check)"
        }
    }

    @Test(arguments: [100, 5_000]) func aLongPieceIsShownAroundTheDifference(_ count: Int) async throws {
        let dots = String(repeating: ".", count: count)
        let checks: [Check] = ["\(dots)end", .suffix("end"), .all([.prefix("."), .suffix("end")])]
        for check in checks {
            let summary = try #require(
                try await summary(of: .expectLine(check, max: 100_000), sending: "\(dots)and\n"))
            #expect(summary.contains("got …\"................and"), "\(summary)")
            #expect(summary.contains("(\(grouped(count + 3)) bytes): "), "\(summary)")
            #expect(
                summary.hasSuffix("first difference at byte \(count) ('e' 0x65, got 'a' 0x61)"), "\(summary)")
        }
    }

    @Test func aPieceLongerThanWhatIsKeptSaysSo() async throws {
        let dots = String(repeating: ".", count: 40_000)
        let summary = try #require(
            try await summary(of: .expectLine(.suffix("end"), max: 100_000), sending: "\(dots)and\n"))
        #expect(
            summary.contains("(40,003 bytes): it fails at byte 40000; of the piece 4,096 bytes were kept"), "\(summary)"
        )
    }

    @Test func whatCameForAPieceIsShownAsItCame() async throws {
        let typed = Framing.lengthPrefix(UInt8.self, offset: 2)
        let script: Script = [.expectLine("first"), .expectFrame(.prefix("AB12"), framing: typed)]
        let verdict = try await serve(script, staying: true) { client in
            try client.send("first\n" + "AB\u{3}13!")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let details = verdict.failures.first?.details ?? ""
        #expect(details.contains(#"<- "AB\x0313!" "#), "\(details)")
    }

    @Test func aClosureThatThrowsIsTheStepsFailure() async throws {
        struct Unreadable: Error {}
        let summary = try await summary(of: .expectLine(.where { _ in throw Unreadable() }), sending: "x\n")
        #expect(summary?.contains("failed: its closure threw Unreadable()") == true, "\(summary ?? "")")
    }

    @Test func aRegularExpressionWantsText() async throws {
        let verdict = try await serve([.expectFrame(.matches(/.*/), framing: .fixed(2)), .expectDisconnect(.any)]) {
            try $0.send([0xff, 0xfe])
        }
        #expect(verdict.failures.first?.summary.contains("the piece is not UTF-8 text") == true, "\(verdict)")
    }

    @Test(arguments: [
        (Framing.netstring, "3:abc;", "has no comma behind its 3 bytes of payload", ScriptFailure.Kind.badFrame),
        (Framing.netstring, "x", "does not begin with a decimal length and a colon", .badFrame),
        (Framing.netstring(max: 3), "4:", "has a payload of 4 bytes or more, more than the 3 allowed", .frameTooLong),
        (Framing.line(max: 3), "abcd", "is a line of more than the 3 allowed bytes", .frameTooLong),
        (
            Framing.delimiter("--", max: 3), "abcdef", "goes on without \"--\" for more than the 3 allowed bytes",
            .frameTooLong
        ),
        (Framing.fixed(4), "abc", "got 3 of its 4 bytes (\"abc\"), then the client ended its stream", .clientClosed),
        (Framing.line, "abc", "got 3 bytes and no line ending (\"abc\"), then the client ended", .clientClosed),
    ]) func aFrameThatIsNoneSaysWhy(
        _ framing: Framing, _ sent: String, _ text: String, _ kind: ScriptFailure.Kind
    ) async throws {
        let verdict = try await serve([.expectFrame(.any, framing: framing)]) { client in
            try client.send(sent)
            client.shutDownWriting()
            _ = try? client.receiveAll()
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == kind)
        #expect(failure.summary.contains(text), "\(failure)")
    }

    @Test func anOverlongVarintIsItsOwnFailure() async throws {
        let verdict = try await serve([.expectFrame(.any, framing: .varint)], staying: true) { client in
            try client.send([UInt8](repeating: 0xff, count: 10))
            _ = try? client.receiveAll()
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .badFrame)
        #expect(failure.summary.contains("has a length of more than 10 bytes or 64 bits"), "\(failure)")
    }

    @Test func aPieceOverTheBufferLimitIsStillGathered() async throws {
        var options = MockServer.Options()
        options.limits.maxBuffered = 1000
        let body = [UInt8](repeating: 7, count: 300_000)
        let verdict = try await serve(
            [.expectFrame(.where("all sevens") { $0 == body }), .send("ok")], options: options
        ) { client in
            try client.send(try Framing.lengthPrefix().encode(body))
            #expect(try client.receiveText(2) == "ok")
        }
        expectClean(verdict)
    }

    @Test func aMessageWithItsTypeBeforeItsLengthIsOnePiece() async throws {
        let postgres = Framing.lengthPrefix(includesHeader: true, offset: 1)
        let script: Script = [
            .expectFrame(.prefix("Q"), as: "query", framing: postgres), .sendFrame("Zdone", framing: postgres),
        ]
        let verdict = try await serve(script) { client in
            for byte in try postgres.encode("Qselect 1".utf8) { try client.send([byte]) }
            #expect(try client.receiveSome() == postgres.encode("Zdone".utf8))
        }
        expectClean(verdict)
        #expect(verdict.connections[0].captures.text("query") == "Qselect 1")
    }
}
