// Pieces and questions of whole endpoints: what a question lends, late and second answers, what is held of a client.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

private let line = CoreFraming.line()
private let serving: [CoreStep] = [
    .piece(line, flags: orLeave | question | keep, target: 2), .back(to: 0, rounds: endless), .disconnects(),
]

@Suite(.blocking) struct PieceEndpointTests {
    @Test func aQuestionLendsItsPayloadAndWhatWasKept() throws {
        let server = try CoreListener([
            [.piece(line, flags: keep), .piece(.length(1, offset: 2), flags: question | keep), .ask, .close]
        ])
        let client = try server.connect()
        try client.send("first\r\nab\u{2}cdmore")
        var expected = Notice(kind: EVL_NOTICE_QUESTION, number: 1, step: 1)
        expected.payload = "abcd"
        expected.kept = [0: "first"]
        #expect(server.notices.next() == expected)
        #expect(server.answer(1, []) == EVL_OK)
        expected = Notice(kind: EVL_NOTICE_QUESTION, number: 1, step: 2)
        expected.kept = [0: "first", 1: "abcd"]
        #expect(server.notices.next() == expected)
        #expect(server.answer(1, question: 2, [.expect("more"), .send("!")]) == EVL_OK)
        #expect(try client.receiveText(1) == "!")
    }

    @Test func anAnswerThatComesTwiceIsNotTheNextQuestions() throws {
        // It used to answer whatever was asked by then.
        let server = try CoreListener([serving])
        let client = try server.connect()
        try client.send("a\nb\n")
        #expect(server.notices.next()?.payload == "a")
        #expect(server.answer(1, [.send("1")]) == EVL_OK)
        #expect(server.notices.next()?.payload == "b")
        #expect(server.answer(1, [.send("one again")]) == EVL_OK)
        #expect(server.answer(1, question: 3, [.send("too early")]) == EVL_OK)
        #expect(server.answer(1, question: 2, [.send("2")]) == EVL_OK)
        client.shutDownWriting()
        #expect(String(decoding: try client.receiveAll(), as: UTF8.self) == "12")
    }

    @Test func anOptionThatCanNotBeFailsTheStep() throws {
        // It used to be read from behind the options.
        for option in [0, 2, .max] as [UInt32] {
            let server = try CoreListener([
                [
                    .choice(
                        [.on(.prefix("a"), to: 1), .on(.any, to: 2)], line, flags: eachOnce | question, target: 3),
                    .jump(to: 0), .jump(to: 0),
                ]
            ])
            let client = try server.connect()
            try client.send("a\nb\n")
            #expect(server.notices.next()?.payload == "a")
            #expect(server.answer(1, [], option: 0) == EVL_OK)
            #expect(server.notices.next()?.payload == "b")
            #expect(server.answer(1, question: 2, [], option: option) == EVL_OK)
            #expect(server.notices.next()?.failures == [Failure(kind: EVL_FAILURE_ANSWER, step: 0, offset: 1)])
        }
    }

    @Test func aJoinIsDoneWhileAServerRests() throws {
        let server = try CoreListener([serving])
        let client = try server.connect()
        try client.send("a\n")
        #expect(server.notices.next()?.payload == "a")
        #expect(evl_endpoint_join(server.raw, 7) == EVL_OK)
        #expect(loopTakesAJob())
        #expect(server.notices.isEmpty)  // it owes an answer
        #expect(server.answer(1, [.send("1")]) == EVL_OK)
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_JOINED, token: 7))
        client.close()
    }

    @Test func whoRestsHasTheLimitOfAScriptsEnd() throws {
        var options = CoreListener.Options()
        options.step = 1
        options.afterScript = 100_000_000
        let server = try CoreListener([serving], options)
        let client = try server.connect()
        #expect(server.notices.next()?.failures == [Failure(kind: EVL_FAILURE_LIMIT, step: 0, offset: 0)])
        client.close()
    }

    @Test func whoIsAskedHasTheLimitOfItsStep() throws {
        var options = CoreListener.Options()
        options.step = 100_000_000
        let server = try CoreListener([serving], options)
        let client = try server.connect()
        try client.send("abc\n")
        #expect(server.notices.next()?.payload == "abc")
        #expect(server.notices.next()?.failures.first?.kind == EVL_FAILURE_LIMIT)
        client.close()
    }

    // MARK: what is held

    @Test func aPieceMayBeLongerThanWhatIsBuffered() throws {
        var options = CoreListener.Options()
        options.maxBuffered = 1000
        let server = try CoreListener([[.piece(.length(4), .suffix("z")), .send("ok"), .close]], options)
        let client = try server.connect()
        let payload = [UInt8](repeating: 0x61, count: 3 << 20) + bytes("z")
        try client.send([0, 0x30, 0, 1] + payload)
        #expect(try client.receiveText(2) == "ok")
    }

    @Test func aClientThatTakesNoRepliesIsNotReadWithoutEnd() throws {
        // While a reply waited to be written, all that came was taken in.
        var options = CoreListener.Options()
        options.maxBuffered = 64 << 10
        let big = CoreStep(EVL_STEP_SEND, [UInt8](repeating: 7, count: 16 << 20))
        let server = try CoreListener([[big, .piece(line), .close]], options)
        let client = try server.connect()
        #expect(try client.receive(1).count == 1)
        let taken = try client.sendWhatFits(most: 64 << 20)
        #expect(taken < 48 << 20, "\(taken) bytes")  // the kernel's own queues hold a few MiB
        client.close()
    }
}
