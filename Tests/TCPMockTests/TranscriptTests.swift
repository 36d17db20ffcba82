// What was said, as text.

import Testing

@testable import TCPMock

private let script: Script = [.expectFrame("ab"), .send("cd\r\n"), .expect("efg")]

/// A connection that got a frame, was answered, and then sent a wrong byte.
private func makeConversation(_ number: Int = 1, _ change: (inout ConnectionReport) -> Void = { _ in }) throws
    -> Conversation
{
    var connection = makeConnection(number, failure: makeFailure(.mismatch, step: 2, offset: 1))
    connection.received = KeptBytes([0, 0, 0, 2] + Array("abex".utf8))
    connection.sent = KeptBytes(Array("cd\r\n".utf8))
    connection.receivedTotal = 8
    connection.sentTotal = 4
    connection.consumedTotal = 7
    connection.unjudged = 1
    connection.excerpt = Array("x".utf8)
    connection.events = [
        makeEvent(.connected, at: 1), makeEvent(.stepDone, step: 0, at: 1.25, consumed: 6),
        makeEvent(.stepDone, step: 1, at: 1.25, consumed: 6, sent: 4),
        makeEvent(.failed, step: 2, at: 3, consumed: 7, sent: 4),
    ]
    change(&connection)
    return ConversationBuilder(connection, try makePlan(script).scripts[0]).conversation
}

private func paragraph(
    _ payload: TranscriptPayload, ink: Ink = Ink(.off), _ change: (inout ConnectionReport) -> Void = { _ in }
) throws -> [String] {
    TranscriptText(payload, ink: ink).paragraph(try makeConversation(1, change)).split(separator: "\n").map(String.init)
}

@Test func aTranscriptHasALineForEachStepAndSaysHowItEnded() throws {
    #expect(
        try paragraph(.text) == [
            "connection 1",
            "  +0.00 ms     client 127.0.0.1:40000 connected",
            "  +0.25 ms     <- 00 00 00 02 61 62                      step 1 ok",
            "  +0.25 ms     -> \"cd\\r\\n\"                               step 2 ok",
            "  +2.00 ms     <- \"ex\"                                   step 3 failed",
            "  ended        the client was still connected; 8 bytes received, 4 sent",
        ])
}

@Test func aHexDumpStandsBelowItsMessageWithItsPlaceInTheStream() throws {
    let text = try paragraph(.hexDump)
    #expect(text[3] == "               00000000  00 00 00 02 61 62                                 ....ab")
    #expect(text[7] == "               00000006  65 78                                             ex")
}

@Test func framesAreCutOutByTheStepsOwnFraming() throws {
    let text = try paragraph(.frames)
    #expect(text[3] == "               frame 1, 2 bytes: \"ab\"")
    #expect(text.count == 7, "the other steps have none")
}

@Test func whereAStepHasNoFramingTheOneGivenIsUsedAndWhatIsNoFrameIsSaid() throws {
    let text = try paragraph(.frames(.line))
    #expect(text.contains("               frame 1, 2 bytes: \"cd\""))
    #expect(text.contains { $0.hasPrefix("               (the first frame is cut off: 2 bytes and no line ending") })
}

@Test func bytesThatWereNotKeptAreNamedAtTheEnd() throws {
    let text = try paragraph(.text) { connection in
        connection.sent = KeptBytes(head: Array("cd".utf8), tail: [], total: 4)
    }
    #expect(text[3] == "  +0.25 ms     -> \"cd\"… (4 bytes, the first 2 kept)      step 2 ok")
    #expect(text.last?.hasSuffix("8 bytes received, 4 sent; not shown: 2 of those sent") == true)
}

@Test func theBytesOfATextAreAsManyAsAskedFor() throws {
    let text = try paragraph(.text(limit: 1))
    #expect(text[3] == "  +0.25 ms     -> \"c\"… (4 bytes)                         step 2 ok")
}

@Test func connectionsMergedStandInOrderOfTime() throws {
    let first = try makeConversation(1)
    let second = try makeConversation(12) { connection in
        connection.accepted = 1_100_000
        connection.events = connection.events.map { event in
            makeEvent(
                event.kind, step: event.step, at: Double(event.time) / 1e6 + 0.1, consumed: event.consumed,
                sent: event.sent)
        }
    }
    let text = TranscriptText(.text, ink: Ink(.off)).merged([first, second]).split(separator: "\n")
    let tags = text.map { String($0.prefix { $0 != " " }) }
    #expect(tags == ["#1", "#12", "#1", "#1", "#12", "#12", "#1", "#12", "#1", "#12"])
    #expect(text[1].hasPrefix("#12  +0.10 ms"))
    #expect(text[0].hasPrefix("#1   +0.00 ms"))
}

@Test func bytesThatNobodyJudgedAreShownWhenNothingFailed() throws {
    let text = try paragraph(.text) { connection in
        connection.failure = nil
        connection.events[3] = makeEvent(.closed, step: 2, at: 3, consumed: 6, sent: 4)
    }
    #expect(text[4] == "  +1.00 ms     <- \"ex\"")
}

@Test func colouredLinesEndTheirColourAndTheOthersHaveNone() throws {
    let text = try paragraph(.text, ink: Ink(.on))
    let failed = try #require(text.first { $0.contains("step 3 failed") })
    #expect(failed.hasPrefix("  \u{1B}[1;31m") && failed.hasSuffix("\u{1B}[0m"))
    #expect(try paragraph(.text).allSatisfy { !$0.contains("\u{1B}") })
}

@Test(arguments: [
    (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
    (true, ["TERM": "dumb"], false),
])
func colourIsForTerminalsThatHaveNotRefusedIt(isTerminal: Bool, environment: [String: String], isWanted: Bool) {
    #expect(Ink.isWanted(isTerminal: isTerminal) { environment[$0] } == isWanted)
}
