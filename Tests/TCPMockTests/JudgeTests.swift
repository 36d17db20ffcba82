// From facts to verdicts, without a socket.

import Testing

@testable import TCPMock

private func summary(
    _ script: Script, _ failure: ConnectionReport.Failure, _ change: (inout ConnectionReport) -> Void = { _ in }
) throws -> String {
    let verdict = Judge.verdict(try makePlan(script), makeReport([makeConnection(failure: failure, change)]))
    return try #require(verdict.failures.first).summary
}

private func details(
    _ script: Script, _ failure: ConnectionReport.Failure, _ change: (inout ConnectionReport) -> Void = { _ in }
) throws -> String {
    let verdict = Judge.verdict(try makePlan(script), makeReport([makeConnection(failure: failure, change)]))
    return try #require(verdict.failures.first).details
}

// MARK: What was sent and not taken

@Test func computedBytesThatAreNotTakenAreTold() throws {
    let text = try summary([.send { _ in "abc" }], makeFailure(.limit)) { $0.unwritten = 2 }
    #expect(text == "connection 1, step 1 of 1: send { … } is not done: the client took nothing of it for 2 s")
}

/// What is written late is counted in the round that has begun by then.
@Test func writesThatFailNameNoRound() throws {
    let failed = try summary([.serve(.line) { _ in "ok" }], makeFailure(.write, error: 32)) { $0.round = 1 }
    #expect(failed.hasPrefix("connection 1, step 1 of 1: serve { … } failed: Broken pipe"), "\(failed)")
    let late = try summary([.serve(.line) { _ in "ok" }], makeFailure(.limit)) {
        $0.round = 1
        $0.unwritten = 2
    }
    #expect(late.hasPrefix("connection 1, step 1 of 1: serve { … } is not done"), "\(late)")
}

// MARK: Grouping

@Test func identicalFailuresOfManyConnectionsAreOneWithACount() throws {
    let plan = try makePlan([.expect("abc")], mode: .every(count: nil, oneAtATime: false))
    let connections = (1...300).map { number in
        makeConnection(number, failure: makeFailure(.mismatch, offset: number % 3 == 0 ? 1 : 2)) { $0.excerpt = [0x7a] }
    }
    let failures = Judge.verdict(plan, makeReport(connections)).failures
    #expect(failures.map(\.count) == [200, 100])
    #expect(failures.map(\.offset) == [2, 1])
    #expect(failures.map(\.connection) == [1, 3])
    #expect(failures[0].message.contains("(200 connections failed in this way; the first is shown)\n"))
}

@Test func failuresOfDifferentKindsOrStepsStayApart() throws {
    let plan = try makePlan([.expect("abc"), .expect("def")], mode: .every(count: nil, oneAtATime: false))
    let connections = [
        makeConnection(1, failure: makeFailure(.clientClosed, step: 0)),
        makeConnection(2, failure: makeFailure(.clientReset, step: 0)),
        makeConnection(3, failure: makeFailure(.clientClosed, step: 1)),
        makeConnection(4, failure: makeFailure(.clientClosed, step: 0)),
    ]
    let failures = Judge.verdict(plan, makeReport(connections)).failures
    #expect(failures.map(\.count) == [2, 1, 1])
    #expect(failures.map(\.step) == [1, 1, 2])
}

@Test func aConnectionThatNobodyCameForIsAFailureOfTheServer() throws {
    var report = makeReport([])
    report.awaited = EndpointReport.Awaited(script: 0, limit: 2_000_000_000, fault: nil)
    let failure = try #require(Judge.verdict(try makePlan([.expect("a")]), report).failures.first)
    #expect(failure.kind == .notConnected)
    #expect(failure.location == here)
    #expect(failure.connection == nil && failure.step == nil && failure.stepCount == 1)
}

@Test func noteworthyThingsThatAreNoFailuresAreNoted() throws {
    var report = makeReport([makeConnection(failure: nil) { $0.step = 1 }])
    report.resetAfterFailure = 1
    report.unscripted = 2
    report.acceptPauses = 1
    report.acceptError = 24
    let notes = Judge.verdict(try makePlan([.expect("a"), .send("b")]), report).notes
    #expect(notes[0] == #"connection 1 was stopped before step 2 of 2, send "b""#)
    #expect(notes[1] == "followed by 1 reconnect, which was reset")
    #expect(notes[2] == "2 connections came that no script was for")
    #expect(notes[3].hasPrefix("accepting paused 1 time: "))
}

// MARK: Kinds that a real client can't bring about at will

@Test func aFailureWithoutAnAnswerSaysSo() throws {
    #expect(
        try summary([.send("x")], makeFailure(.answer))
            == #"connection 1, step 1 of 1: send "x" failed: it got no answer"#)
}

@Test func aFailureForLackOfMemorySaysSo() throws {
    let text = try summary([.send("x")], makeFailure(.noMemory))
    #expect(text == #"connection 1, step 1 of 1: send "x" failed: out of memory"#)
}

@Test func aResetBeforeASendSaysSo() throws {
    let text = try summary([.send("x")], makeFailure(.clientReset)) { $0.gotRst = true }
    #expect(
        text == #"connection 1, step 1 of 1: send "x" can't be played: the client reset the connection (RST) before it"#
    )
}

@Test func aStepOfAnyKindThatRunsIntoItsLimitSaysSo() throws {
    let steps: [(Step, String)] = [
        (.halfClose(), "halfClose is not done: the client did not acknowledge all that was sent within 2 s"),
        (.reset(), "reset is not done: the client did not acknowledge all that was sent within 2 s"),
        (.sendFrame("x"), #"sendFrame "x" is not done: the client took nothing of it for 2 s"#),
        (.disconnect(), "expected the client to disconnect, but it was still connected after 2 s"),
        (.receive(exactly: 2), "expected 2 bytes, got none in 2 s"),
    ]
    for (step, text) in steps {
        #expect(try summary([step], makeFailure(.limit)) == "connection 1, step 1 of 1: \(text)")
    }
}

// MARK: What the kernel knows

private let leave: Script = [.send("OneTwo"), .expectDisconnect()]

private func sample(unread: Int, at milliseconds: UInt64) -> ConnectionReport.Sample {
    ConnectionReport.Sample(time: milliseconds * 1_000_000, unread: unread, orphaned: false, sentFin: false)
}

private func sentSix(_ connection: inout ConnectionReport, _ sample: ConnectionReport.Sample?) {
    connection.leave = .rst
    connection.gotRst = true
    connection.sentTotal = 6
    connection.sent = KeptBytes(Array("OneTwo".utf8))
    connection.sample = sample
}

@Test func aSampleSaysWhatWasUnreadAndHowOldItIs() throws {
    let failure = makeFailure(.leftByReset, step: 1)
    let text = try summary(leave, failure) { sentSix(&$0, sample(unread: 3, at: 2)) }
    let end = #"(RST), with 3 of the 6 bytes sent to it ("Two") unread when the kernel was last asked"#
    #expect(text.hasSuffix(end))
    let kernel = try details(leave, failure) { sentSix(&$0, sample(unread: 3, at: 2)) }
    #expect(
        kernel.contains(
            "  kernel    3 of the 6 bytes sent to it were still in the client's queue, asked 1 ms before the failure\n")
    )
}

@Test func aSampleOlderThanTheClientsLastBytesAccusesNobody() throws {
    let failure = makeFailure(.leftByReset, step: 1)
    let text = try summary(leave, failure) { sentSix(&$0, sample(unread: 3, at: 1)) }
    #expect(text.hasSuffix("it closed without reading everything it was sent, or meant to reset"))
    let kernel = try details(leave, failure) { sentSix(&$0, sample(unread: 3, at: 1)) }
    #expect(
        kernel.contains(
            "  kernel    not asked since the client's last bytes: how much the client had left unread is not known\n"))
}

@Test func aSampleOlderThanTheLastSendAccusesNobody() throws {
    let text = try summary(leave, makeFailure(.leftByReset, step: 1)) { connection in
        sentSix(&connection, sample(unread: 3, at: 2))
        connection.events = [makeEvent(.stepDone, at: 2.5, sent: 6)]
    }
    #expect(text.hasSuffix("it closed without reading everything it was sent, or meant to reset"))
}

@Test func noSampleIsSaidToBeMissing() throws {
    let kernel = try details(leave, makeFailure(.leftByReset, step: 1)) { sentSix(&$0, nil) }
    #expect(
        kernel.contains(
            "  kernel    not asked before the client left: how much the client had left unread is not known\n"))
}

@Test func aSingleByteIsToldInTheSingular() throws {
    let kernel = try details([.send("x"), .expectDisconnect()], makeFailure(.leftByReset, step: 1)) {
        sentSix(&$0, sample(unread: 1, at: 2))
        $0.sentTotal = 1
        $0.sent = KeptBytes([0x78])
    }
    #expect(kernel.contains("the 1 byte sent to it was still in the client's queue"))
}

@Test func aLoopThatWasLateItselfSaysSo() throws {
    let text = try details([.expect("a")], makeFailure(.limit)) { $0.lag = 250_000_000 }
    #expect(text.contains("  loop      was late by 250 ms itself, so the limit was extended by as much\n"))
}

// MARK: Many failures

@Test func aStrangerIsToldWhatTheOthersWereDoing() throws {
    let plan = try makePlan([.expect("a"), .send("b")])
    let first = makeConnection(1, failure: nil) { $0.isOpen = true }
    func text(step: Int) throws -> String {
        let stranger = makeConnection(2, failure: makeFailure(.unscripted, step: step)) { $0.script = nil }
        return try #require(Judge.verdict(plan, makeReport([first, stranger])).failures.first).summary
    }
    let start = "connection 2: no script is for it; the server is for one connection, and connection 1"
    #expect(try text(step: 0) == start + #" was at step 1 of 2, expect "a""#)
    #expect(try text(step: 2) == start + " had played its script and had not disconnected")
}
