// Which rows a ladder has, and from which lifeline to which.

import Testing

@testable import TCPMock

private let script: Script = [.expect("ab"), .send("cd"), .expect("efg"), .send("h")]

private let played = [
    makeEvent(.connected, at: 1), makeEvent(.stepDone, step: 0, at: 1.25, consumed: 2),
    makeEvent(.stepDone, step: 1, at: 1.25, consumed: 2, sent: 2),
]

private func conversation(_ change: (inout ConnectionReport) -> Void) throws -> Conversation {
    var connection = makeConnection(failure: nil)
    connection.received = KeptBytes(Array("abef".utf8))
    connection.sent = KeptBytes(Array("cd".utf8))
    connection.receivedTotal = 4
    connection.sentTotal = 2
    connection.events = played
    change(&connection)
    return ConversationBuilder(connection, try makePlan(script).scripts[0]).conversation
}

private func shapes(_ conversation: Conversation) -> [Ladder.Shape] {
    Ladder(conversation).rows.map(\.shape)
}

@Test func eachMessageIsAnArrowFromItsSender() throws {
    let rows = Ladder(try conversation { _ in }).rows
    #expect(
        rows.prefix(3).map(\.shape) == [
            .arrow(from: .client, .connect), .arrow(from: .client, .data), .arrow(from: .server, .data),
        ])
    #expect(rows.prefix(3).map(\.label) == ["SYN", "\"ab\"", "\"cd\""])
    #expect(rows[1].asides == ["2 bytes"])
    #expect(rows[1].time == 250_000)
    #expect(rows[2].mark?.number == 2)
}

@Test func aClientsScriptSendsFromTheLeft() throws {
    let conversation = try conversation { $0.side = .client }
    #expect(
        shapes(conversation).prefix(3) == [
            .arrow(from: .client, .connect), .arrow(from: .server, .data), .arrow(from: .client, .data),
        ])
}

@Test func aLongPauseIsARowOfItsOwn() throws {
    let conversation = try conversation { connection in
        connection.events = played + [makeEvent(.fin, step: 2, at: 51.25)]
    }
    let rows = Ladder(conversation).rows
    #expect(rows[3].shape == .gap)
    #expect(rows[3].label == "… 50 ms …")
    #expect(rows[4].shape == .arrow(from: .client, .fin))
}

@Test func theFailingStepIsInItsPlaceAndTheOthersBehindIt() throws {
    var conversation = try conversation { connection in
        connection.events = played + [makeEvent(.failed, step: 2, at: 3), makeEvent(.closed, step: 2, at: 3)]
        connection.failure = makeFailure(.mismatch, step: 2, offset: 2)
        connection.consumedTotal = 4
        connection.excerpt = Array("x".utf8)
    }
    conversation.notRun = StepsNotRun(steps: ["4 send \"h · x\""], count: 3)
    let rows = Ladder(conversation).rows
    #expect(rows.map(\.isFailing) == [false, false, false, true, false, false, false, false])
    #expect(rows[3].label == "\"efx\"")
    #expect(rows[4].shape == .arrow(from: .server, .reset))
    #expect(rows.suffix(3).map(\.shape) == [.end, .notRun, .notRun])
    #expect(rows.suffix(2).map(\.label) == ["4 send \"h · x\"", "… 2 more"])
}

@Test func veryManyRowsAreCutInTheMiddleAndCounted() throws {
    let rounds = (0..<1000).map { makeEvent(.stepDone, step: 1, at: 2, consumed: 2, sent: $0) }
    let conversation = try conversation { $0.events = [played[0]] + rounds }
    let rows = Ladder(conversation, most: 100).rows
    #expect(rows.count == 102)
    #expect(rows[50].shape == .cut)
    #expect(rows[50].label == "\(conversation.entries.count - 100) rows not drawn")
}

@Test func whatTheKernelSaidStandsWhereItHappened() throws {
    var conversation = try conversation { _ in }
    let note = Conversation.Entry(time: 1_100_000, content: .kernel("FIN delivered"), mark: nil)
    conversation.entries.append(note)
    #expect(shapes(conversation)[1] == .note)
}

@Test func stepsThatWereNotKeptAreNamed() throws {
    let conversation = try conversation { connection in
        connection.eventsHead = 2
        connection.eventsCut = 7
    }
    let cut = try #require(Ladder(conversation).rows.first { $0.shape == .cut })
    #expect(cut.label == "7 steps not kept")
    #expect(cut.time == nil)
}

@Test(arguments: [
    (0, "+0.00 ms"), (210_000, "+0.21 ms"), (1_999_999, "+2.00 ms"), (67_250_000, "+67.25 ms"),
])
func timesCountFromTheBeginning(nanoseconds: UInt64, shown: String) {
    #expect(LadderText.moment(nanoseconds) == shown)
}

@Test(arguments: [(50_000_000, "50 ms"), (999_400_000, "999 ms"), (1_250_000_000, "1.25 s")])
func gapsAreShort(nanoseconds: UInt64, shown: String) {
    #expect(LadderText.gap(nanoseconds) == shown)
}

@Test(arguments: [
    (0, "1970-01-01 00:00:00.000 UTC"), (951_782_400_000, "2000-02-29 00:00:00.000 UTC"),
    (1_772_323_200_001, "2026-03-01 00:00:00.001 UTC"), (1_795_253_405_250, "2026-11-21 09:30:05.250 UTC"),
])
func theTimeOfDayIsThatOfTheWorld(milliseconds: Int64, shown: String) {
    #expect(LadderText.timeOfDay(milliseconds * 1_000_000) == shown)
}
