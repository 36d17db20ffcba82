// What a conversation says of its end and of its steps, where ladders, transcripts, captures and failures have to agree.

import TestClient
import Testing

@testable import TCPMock

private func capture(_ verdict: Verdict) -> CaptureFile { CaptureFile(verdict.pcapng) }

private func ladder(_ verdict: Verdict) throws -> [Ladder.Row] {
    Ladder(try #require(verdict.evidence().conversations.first)).rows
}

/// The conversation of one connection that was made by hand.
private func conversation(
    _ script: Script, _ connection: ConnectionReport
) throws -> Conversation {
    let verdict = Judge.verdict(try makePlan(script), makeReport([connection]))
    return try #require(verdict.evidence().conversations.first)
}

private func strokes(_ rows: [Ladder.Row]) -> [Ladder.Stroke] {
    rows.compactMap { if case .arrow(_, let stroke) = $0.shape { stroke } else { nil } }
}

// MARK: How this side's socket went

/// Its socket was closed before the script judged that: what was closed can't be reset any more.
@Test func aClientThatLeavesInTheWrongMannerIsAnsweredByAFIN() async throws {
    let verdict = try await serve([.expect("PUT\r\n"), .expectDisconnect(.reset)]) { try $0.send("PUT\r\n") }
    #expect(verdict.failures.count == 1)
    #expect(!"\(verdict)".contains("TCPMock reset"))
    #expect(strokes(try ladder(verdict)) == [.connect, .data, .fin, .fin])
    #expect(capture(verdict).ladder.count { $0.contains("RST") } == 0)
    #expect(capture(verdict).ladder.count { $0.contains("FIN") } == 2)
    #expect(capture(verdict).oddities == [])
}

@Test(arguments: [ConnectionReport.Leave.fin, .byScript])
func whatWasFoundAfterAConnectionsEndDoesNotResetIt(leave: ConnectionReport.Leave) throws {
    let connection = makeConnection(failure: makeFailure(.leftUnread, step: 1)) { connection in
        connection.leave = leave
        connection.gotFin = true
        connection.events = [
            makeEvent(.connected, at: 1), makeEvent(.fin, step: 1, at: 2), makeEvent(.failed, step: 1, at: 2),
            makeEvent(.closed, step: 1, at: 2),
        ]
    }
    #expect(try conversation([.send("a"), .expectDisconnect()], connection).close == .fin)
}

@Test func aConnectionThatFailedWhileItWasThereIsReset() throws {
    let connection = makeConnection(failure: makeFailure(.mismatch)) { connection in
        connection.events = [makeEvent(.connected, at: 1), makeEvent(.failed, at: 2), makeEvent(.closed, at: 2)]
    }
    #expect(try conversation([.expect("a")], connection).close == .reset)
}

// MARK: Why it was reset

/// A client that has ended its stream may be gone: nobody knows that it waits.
@Test(arguments: [false, true]) func allSayTheSameOfWhyAConnectionWasReset(hasEnded: Bool) async throws {
    let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n")], staying: true) { client in
        try client.send(hasEnded ? "PI" : "PONG\r\n")
        if hasEnded { client.shutDownWriting() }
        client.expectReset()
    }
    let reason = "so that the client does not wait"
    #expect("\(verdict)".contains("TCPMock reset the connection"))
    #expect("\(verdict)".contains(reason) == !hasEnded)
    let row = try #require(try ladder(verdict).first { $0.label == "RST" })
    #expect(row.asides == (hasEnded ? [] : [reason]))
    let comments = capture(verdict).packets.last?.comments ?? []
    #expect(comments.contains { $0.contains("reset") })
    #expect(comments.contains { $0.contains(reason) } == !hasEnded)
}

// MARK: Steps that were not run

@Test func whatHasComeInAnyOrderIsNotAmongTheStepsThatWereNotRun() async throws {
    let verdict = try await serve(
        [.anyOrder([.expect("USER a\r\n"), .expect("PASS b\r\n")]), .send("+OK\r\n")], staying: true
    ) { client in
        try client.send("PASS b\r\nQUIT\r\n")
        client.expectReset()
    }
    let notRun = [#"1 expect "USER a\r\n""#, #"3 send "+OK\r\n""#]
    #expect("\(verdict)".contains("not run   " + notRun.joined(separator: " · ")))
    #expect(try ladder(verdict).filter { $0.shape == .notRun }.map(\.label) == notRun)
    #expect(
        capture(verdict).packets.last?.comments.contains("not run: " + notRun.joined(separator: " · ")) == true)
}

/// One step that failed is not one of those that were not run as well.
@Test func theChoiceThatFailedIsNamedByAllItsSteps() async throws {
    let verdict = try await serve(
        [.anyOrder([.expect("USER a\r\n"), .expect("PASS b\r\n")]), .send("+OK\r\n")], staying: true
    ) { client in
        try client.send("QUIT\r\n")
        client.expectReset()
    }
    #expect("\(verdict)".contains("steps 1 to 2 failed"))
    #expect(verdict.html().contains("steps 1 to 2, failed"))
    #expect(verdict.html().contains("steps 1 to 2 of 3"))
    #expect(capture(verdict).packets.contains { $0.comments.contains { $0.hasPrefix("steps 1 to 2 of 3 ") } })
}

@Test(arguments: [(9, 9), (100, 100), (250, 101)])
func aLadderListsTheStepsThatWereNotRunAndCountsTheRest(count: Int, rows: Int) throws {
    let script = Script([.expect("a")] + (0..<count).map { _ in .send("b") })
    let connection = makeConnection(failure: makeFailure(.mismatch)) {
        $0.events = [makeEvent(.connected, at: 1), makeEvent(.failed, at: 2), makeEvent(.closed, at: 2)]
    }
    let conversation = try conversation(script, connection)
    let notRun = Ladder(conversation).rows.filter { $0.shape == .notRun }.map(\.label)
    #expect(notRun.count == rows)
    #expect(notRun.first == #"2 send "b""#)
    #expect(notRun.last == (count > 100 ? "… \(count - 100) more" : #"\#(count + 1) send "b""#))
}

// MARK: Bytes that never left

private let answers: Script = [.expect("ab"), .send("cd"), .send("efgh")]

/// A connection that took so many of the six bytes of its answers.
private func answered(_ count: Int, sent: KeptBytes = KeptBytes(Array("cdefgh".utf8))) -> ConnectionReport {
    makeConnection(failure: makeFailure(.write, step: 2, error: 32)) { connection in
        connection.received = KeptBytes(Array("ab".utf8))
        connection.receivedTotal = 2
        connection.consumedTotal = 2
        connection.sent = sent
        connection.sentTotal = 6
        connection.unwritten = 6 - count
        connection.events = [
            makeEvent(.connected, at: 1), makeEvent(.stepDone, step: 0, at: 1.25, consumed: 2),
            makeEvent(.stepDone, step: 1, at: 1.25, consumed: 2, sent: 2),
            makeEvent(.stepDone, step: 2, at: 1.25, consumed: 2, sent: 6), makeEvent(.rst, at: 2),
            makeEvent(.failed, step: 2, at: 2, consumed: 2, sent: 6),
        ]
    }
}

@Test(arguments: [
    (6, ["2 bytes", "2 bytes", "4 bytes"]), (3, ["2 bytes", "2 bytes", "1 of 4 bytes sent"]),
    (2, ["2 bytes", "2 bytes", "0 of 4 bytes sent"]), (0, ["2 bytes", "0 of 2 bytes sent", "0 of 4 bytes sent"]),
])
func bytesThatNeverLeftAreNotDrawnAsIfTheyHad(count: Int, told: [String]) throws {
    let rows = Ladder(try conversation(answers, answered(count))).rows.filter { $0.message != nil }
    #expect(rows.map { $0.asides[0] } == told)
}

@Test func anArrowOfWhatNeverLeftStopsShort() throws {
    let verdict = Judge.verdict(try makePlan(answers), makeReport([answered(3)]))
    #expect(verdict.html().contains("from-server data short numbered"))
    #expect(verdict.html().contains("from-server data numbered"))
}

@Test func aTranscriptSaysHowManyOfTheBytesLeft() throws {
    let text = try conversation(answers, answered(3))
    let lines = TranscriptText(.text, ink: Ink(.off)).paragraph(text).split(separator: "\n")
    #expect(lines[3] == "  +0.25 ms     -> \"cd\"                                   step 2 ok")
    #expect(lines[4] == "  +0.25 ms     -> \"efgh\", 1 of 4 bytes sent              step 3 tried")
}

/// What it would have ended with was never sent, and is not said to be kept.
@Test func ofALongAnswerThatStuckTheEndIsNotShown() throws {
    let sent = KeptBytes(head: Array("cde".utf8), tail: Array("h".utf8), total: 6)
    let stuck = try conversation(answers, answered(4, sent: sent))
    let text = TranscriptText(.hexDump, ink: Ink(.off)).paragraph(stuck)
    #expect(text.contains(#"-> "e"… (2 of 4 bytes sent, the first 1 kept)"#), "\(text)")
    #expect(text.contains("… 1 byte not kept"))
    #expect(text.contains("… 2 bytes not sent"))
    #expect(!text.contains("68    "), "\(text)")
}

@Test func whatWasTakenOfAnEndIsShown() throws {
    let sent = KeptBytes(head: Array("c".utf8), tail: Array("fgh".utf8), total: 6)
    let stuck = try conversation(answers, answered(5, sent: sent))
    let text = TranscriptText(.hexDump, ink: Ink(.off)).paragraph(stuck)
    #expect(text.contains("-> 3 of 4 bytes sent, the last 2 kept"), "\(text)")
    #expect(text.contains("00000003  66 67  "), "\(text)")
}
