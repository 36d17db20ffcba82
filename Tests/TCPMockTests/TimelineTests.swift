// What happened, as lines.

import Testing

@testable import TCPMock

private let script: Script = [.expect("ab"), .send("cd"), .expect("efg")]

private func lines(_ change: (inout ConnectionReport) -> Void, most: Int? = nil) throws -> [String] {
    var connection = makeConnection(failure: nil)
    connection.received = KeptBytes(Array("abef".utf8))
    connection.sent = KeptBytes(Array("cd".utf8))
    connection.receivedTotal = 4
    connection.sentTotal = 2
    change(&connection)
    let timeline = Timeline(connection, try makePlan(script).scripts[0])
    return most.map(timeline.lines(most:)) ?? timeline.lines
}

private let played = [
    makeEvent(.connected, at: 1), makeEvent(.stepDone, step: 0, at: 1.25, consumed: 2),
    makeEvent(.stepDone, step: 1, at: 1.25, consumed: 2, sent: 2),
]

@Test func eachStepIsALineWithItsBytesAndTime() throws {
    let text = try lines { $0.events = played }
    #expect(
        text == [
            "+0.00 ms     client 127.0.0.1:40000 connected",
            "+0.25 ms     <- \"ab\"                                   step 1 ok",
            "+0.25 ms     -> \"cd\"                                   step 2 ok",
        ])
}

@Test func theBytesOfAStepThatStarvedStandWhereTheyCame() throws {
    let text = try lines { connection in
        connection.events = played + [makeEvent(.fin, step: 2, at: 2.5), makeEvent(.failed, step: 2, at: 3)]
        connection.failure = makeFailure(.clientClosed, step: 2, offset: 2)
        connection.consumedTotal = 4
    }
    #expect(
        text.suffix(3) == [
            "+1.00 ms     <- \"ef\"", "+1.50 ms     client ended its stream (FIN)", "+2.00 ms     step 3 failed",
        ])
}

@Test func bytesThatDifferStandInTheLineOfTheirStep() throws {
    let text = try lines { connection in
        connection.events = played + [makeEvent(.failed, step: 2, at: 3)]
        connection.failure = makeFailure(.mismatch, step: 2, offset: 2)
        connection.consumedTotal = 4
        connection.excerpt = Array("x".utf8)
    }
    #expect(text.last == "+2.00 ms     <- \"efx\"                                  step 3 failed")
}

@Test func aSendThatFailedLaterWasOnlyTried() throws {
    let text = try lines { connection in
        connection.events = played + [makeEvent(.failed, step: 1, at: 3)]
        connection.failure = makeFailure(.write, step: 1, error: 32)
    }
    #expect(text[1].hasSuffix("step 1 ok"))
    #expect(text[2].hasSuffix("step 2 tried"))
}

@Test func bytesThatWereNotKeptAreCounted() throws {
    let text = try lines { connection in
        connection.events = played
        connection.received = KeptBytes(head: [], tail: [], total: 4)
        connection.sent = KeptBytes(head: [], tail: [], total: 2)
    }
    #expect(text[1].contains("<- 2 bytes, not kept"))
    #expect(text[2].contains("-> 2 bytes, not kept"))
}

@Test func aLongTimelineKeepsItsStartAndItsEndAndNamesTheCut() throws {
    let rounds = (0..<100).map { makeEvent(.stepDone, step: 1, at: 2, consumed: 2, sent: $0) }
    let text = try lines({ $0.events = played + rounds }, most: 12)
    #expect(text.count == 12)
    #expect(text[3] == "…            92 lines left out")
}

@Test func stepsTheCoreLeftOutAreNamed() throws {
    let text = try lines { connection in
        connection.events = played
        connection.eventsHead = 2
        connection.eventsCut = 1
    }
    #expect(text[2] == "…            1 step left out")
    #expect(text[3].hasSuffix("step 2 ok"))
}
