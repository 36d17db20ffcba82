// From facts to words, without sockets: who waits for whom.

import Testing

@testable import TCPMock

private func explain(_ aim: WaitFacts.Aim, _ change: (inout WaitFacts) -> Void = { _ in }) -> WaitExplanation {
    var facts = WaitFacts(aim: aim)
    facts.unread = 0
    change(&facts)
    return WaitExplanation(facts)
}

private func lines(_ explanation: WaitExplanation) -> [String] {
    explanation.facts.map { "\($0.topic): \($0.text)" }
}

private func call(_ name: String, thread: UInt = 1) -> BlockedCall {
    BlockedCall(name: name, location: here, thread: thread, endpoint: nil, began: 0)
}

@Suite struct WaitExplanationTests {
    @Test func aMistakeThatTheBytesShowComesBeforeBytesUnread() {
        let shown = explain(.bytes(.init(had: 5, clue: .lineFeedAlone))) { $0.unread = 3 }
        #expect(shown.cause?.hasPrefix("what came ends in LF alone") == true)
        let late = explain(.bytes(.init(had: 5, clue: .noEnding("\"\\r\\n\"")))) { $0.unread = 3 }
        #expect(late.cause?.hasPrefix("the client has not read what it was sent") == true)
    }

    @Test func aReplyThatComesLaterIsNamed() {
        let later = WaitFacts.Later(number: 4, step: "send \"OK\"")
        #expect(
            explain(.bytes(.init())) { $0.next = .step(later) }.cause
                == "does the client wait for step 4, send \"OK\", which comes only after this one? Or has it not flushed?"
        )
        #expect(
            explain(.bytes(.init(had: 1, missing: 1))) { $0.next = .step(later) }.cause
                == "the script waits for 1 more byte, and the client, it seems, for step 4, send \"OK\", which comes only after them"
        )
    }

    @Test func aReplyOfTheNextRoundIsNamedAsThat() {
        let later = WaitFacts.Later(number: 1, step: "send \"> \"", isNextRound: true)
        #expect(
            explain(.bytes(.init(had: 1, missing: 1))) { $0.next = .step(later) }.cause?
                .hasSuffix("for step 1, send \"> \", which comes only in the next round") == true)
    }

    @Test func aConnectionThatCantBeEndedYetSaysWhatItWaitsFor() {
        let waits = explain(.acknowledging(before: "reset")) { $0.hasEnded = true }
        #expect(waits.cause?.hasPrefix("reset waits until the client's kernel has all that was sent") == true)
        let both = explain(.acknowledging(before: "reset")) { $0.queues = .init(held: 1, withheld: 1) }
        #expect(both.cause?.hasPrefix("both sides write and neither reads") == true)
    }

    @Test func whereBytesWaitIsTold() {
        let explanation = explain(.taking(inLockstep: false)) {
            $0.unwritten = 1
            $0.queues = .init(unacknowledged: 2, held: 3, withheld: 4, hasRoom: false)
        }
        #expect(
            lines(explanation) == [
                "sending: 1 byte is not yet the kernel's, and 2 bytes not acknowledged by the client's kernel",
                "arriving: 3 bytes of the client's are unread here, and 4 bytes still in its own kernel, which has no room for more",
            ])
        let withheld = explain(.taking(inLockstep: false)) { $0.queues = .init(withheld: 1) }
        #expect(lines(withheld) == ["arriving: 1 byte of the client's is still in its own kernel"])
        #expect(explain(.endOfStream) { $0.queues = .init() }.facts.isEmpty)
    }

    @Test func blockedThreadsAreCountedAndNamed() {
        let explanation = explain(.endOfStream) {
            $0.thread = 1
            $0.blocked = [call("server.join()")] + (2...5).map { call("a.finish()", thread: $0) }
        }
        #expect(explanation.facts.count == 4)
        #expect(
            lines(explanation).first
                == "threads: the thread that made the server is blocked in server.join() at Made.swift:1, so it can't be the client that sends"
        )
        #expect(lines(explanation).last == "threads: 2 more are blocked in such calls")
        #expect(
            explanation.cause?.hasSuffix("; or is the client to run on the thread that is blocked in server.join()?")
                == true)
    }

    @Test(arguments: [
        (WaitFacts.Opener.State.behindThisWait, "step 2 opens it, which comes only after this wait"),
        (.nobodyConnected, "nobody has connected for step 2, which opens it"),
        (
            .at(connection: 3, step: "step 1, expect \"a\""),
            "connection 3, which opens it, had only come to step 1, expect \"a\""
        ),
        (.late(connection: 3, by: .milliseconds(5)), "connection 3 opened it 5 ms too late"),
        (.gone(connection: 3), "connection 3 had ended before it came to step 2, which opens it"),
    ])
    func aGateNamesWhoShouldHaveOpenedIt(state: WaitFacts.Opener.State, text: String) {
        #expect(explain(.gate([.init(step: "step 2", state: state)])).cause == text)
    }

    @Test func whoStaysIsToldByWhoSpokeLast() {
        let stay = { (change: (inout WaitFacts) -> Void) in explain(.leaving(.init()), change).cause ?? "" }
        #expect(stay { $0.lastSpeaker = .peer }.hasPrefix("the client spoke last"))
        #expect(stay { $0.lastSpeaker = .script }.contains(".mayStayOpen"))
        #expect(
            stay {
                $0.lastSpeaker = .script; $0.unread = nil
            }.hasPrefix("close the client; or"))
        #expect(
            stay {
                $0.lastSpeaker = .script; $0.unread = 2
            }.hasPrefix("the client has not read"))
        #expect(stay { $0.side = .client }.hasPrefix("here the server must close first"))
        #expect(stay { $0.hasEnded = true }.contains("waits, it seems, for the end of ours"))
    }
}

@Suite struct FramingClueTests {
    private static let prefixed = Framing.lengthPrefix(UInt16.self)

    @Test(arguments: [
        ([5, 0, 1, 2, 3, 4, 5], FramingClue.otherByteOrder(length: 5)),
        ([0, 7, 1, 2, 3, 4, 5], .countsHeader(width: 2)),
        ([0x47, 0x45, 0x54], .promise(length: 0x4745, came: 1, asText: "\"GE\"")),
        ([0x47, 0x45, 0xff], .promise(length: 0x4745, came: 1)),
        ([0x47, 0x45], .promise(length: 0x4745, came: 0)),
        ([0, 9, 1, 2], .promise(length: 9, came: 2)),
    ])
    func aLengthThatIsNotThatOfWhatCame(bytes: [UInt8], clue: FramingClue) {
        #expect(FramingClue(bytes, total: bytes.count, in: Self.prefixed) == clue)
    }

    @Test func textIsNoLengthOnlyWhereNoLengthCanBe() {
        let small = Framing.lengthPrefix(UInt16.self, max: 0x4744)
        #expect(FramingClue([0x47, 0x45, 0xff], total: 3, in: small) == .text("\"GE\""))
        let wide = Framing.lengthPrefix(UInt64.self)
        #expect(FramingClue(Array("GET / HT".utf8), total: 8, in: wide) == .text("\"GET / HT\""))
    }

    @Test func aLengthThatIsRightOrNotAllThereSaysNothing() {
        #expect(FramingClue([0, 1, 2], total: 3, in: Self.prefixed) == nil)
        #expect(FramingClue([0], total: 1, in: Self.prefixed) == nil)
        #expect(FramingClue([], total: 0, in: .line) == nil)
        #expect(FramingClue([9, 9], total: 2, in: .fixed(3)) == nil)
    }

    @Test func aLengthBehindOtherBytesIsFound() {
        let framing = Framing.lengthPrefix(UInt16.self, byteOrder: .littleEndian, includesHeader: true, offset: 1)
        #expect(FramingClue([9, 0, 4, 1, 2], total: 5, in: framing) == .otherByteOrder(length: 2))
    }

    @Test func endsOfLinesAreToldApart() {
        #expect(FramingClue(Array("A\r\nB".utf8), total: 4, in: .delimiter("\0")) == .noEnding("00"))
        #expect(FramingClue(Array("A\n".utf8), total: 2, in: .delimiter("\r\n\r\n")) == .lineFeedAlone)
        #expect(FramingClue(Array("A\r\n".utf8), total: 3, in: .delimiter("\r\n\r\n")) == .noEnding("\"\\r\\n\\r\\n\""))
        #expect(FramingClue(Array("A".utf8), total: 1, in: .line) == .noEnding("line ending"))
        #expect(
            FramingClue(Array("a\nb".utf8), total: 3, in: .delimiter("\r\n")) == .noEnding("\"\\r\\n\""),
            "it may be late")
        #expect(
            FramingClue(Array("a\n".utf8), total: 3, in: .delimiter("\r\n")) == .noEnding("\"\\r\\n\""),
            "more has come than is kept")
    }
}
