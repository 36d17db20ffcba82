// What pytest-tcpclient's users rely on, by row: servers, connections, steps and their order.

import Foundation
import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)

// MARK: Servers

@Test func p1_aServerListensWhenItIsMade() async throws {
    expectClean(try await play([.expectConnect()]) { client, _ in client.close() })
}

@Test func p2_anyNumberOfServersEachWithItsPort() async throws {
    let servers = try (1...20).map { number in try MockServer([.send(.text("I am \(number)"))]) }
    let ports = Set(servers.map(\.port))
    #expect(ports.count == 20)
    for (number, server) in zip(1..., servers) {
        let client = try TestClient.connect(server.host, server.port)
        try client.expectText("I am \(number)")
        client.close()
        expectClean(await server.finish())
    }
}

@Test func p3_aServerTellsItsPort() async throws {
    let server = try MockServer()
    #expect((1...65535).contains(server.port))
    #expect(server.address.port == server.port)
    #expect("\(server.address)" == "127.0.0.1:\(server.port)")
    _ = await server.finish()
}

/// There it listens on all interfaces, at a port that was free a moment ago; here on loopback, at one the kernel gave.
@Test func p4_aServerListensOnLoopbackAlone() async throws {
    let server = try MockServer()
    #expect(throws: ClientError.self) { try TestClient.connect("127.0.0.2", server.port) }
    try TestClient.connect("127.0.0.1", server.port).close()
    _ = await server.finish()
}

@Test(arguments: [true, false]) func p5_theClientMayConnectBeforeOrAfterExpectConnect(connectsFirst: Bool) async throws
{
    let server = try MockServer()
    var client = connectsFirst ? try TestClient.connect(server.host, server.port) : nil
    try server.enqueue(.expectConnect(), .expect("Hello"))
    client = try client ?? TestClient.connect(server.host, server.port)
    try client?.send("Hello")
    client?.close()
    try await server.join()
    expectClean(await server.finish())
}

@Test func p6_expectConnectHasItsOwnLimit() async throws {
    let server = try MockServer([.expectConnect(within: soon)])
    let verdict = await server.finish()
    #expect(verdict.failures.map(\.kind) == [.notConnected])
    #expect(verdict.failures.first?.summary == "expected a client to connect, but nobody connected within 100 ms")
}

// MARK: Steps

@Test func p7_expectTakesExactlyItsBytesAndSurplusStays() async throws {
    let verdict = try await play([.expect("Hel"), .expect("lo, "), .receive(exactly: 2), .expect("rld")]) { client, _ in
        try client.send("Hello, world")
        client.close()
    }
    expectClean(verdict)
}

@Test func p8_aSendComesOnlyAfterTheExpectationsBeforeIt() async throws {
    let verdict = try await play([.expect("a"), .send("1"), .expect("b"), .send("2")]) { client, _ in
        try client.send("a")
        try client.awaitBytes(1)
        let first = try client.receiveSome()
        try client.send("b")
        let second = try client.receive(1)
        client.close()
        #expect([first, second] == [Array("1".utf8), Array("2".utf8)])
    }
    expectClean(verdict)
}

@Test func p9_aFrameIsALengthInFourBytesAndItsPayloadHoweverItIsCut() async throws {
    let frame = [0, 0, 0, 5] + Array("Hello".utf8)
    for cut in 0...frame.count {
        let verdict = try await play([.expectFrame("Hello"), .expectFrame("Hello")]) { client, _ in
            try client.send(Array(frame[..<cut]))
            try client.send(Array(frame[cut...]) + frame)
            client.close()
        }
        expectClean(verdict)
    }
}

/// Header and payload go out in one write, so no read sees one without the other.
@Test func p10_aFrameIsSentInOnePiece() async throws {
    let verdict = try await play([.sendFrame("Hello")]) { client, _ in
        try client.awaitBytes(1)
        let piece = try client.receiveSome()
        #expect(piece == [0, 0, 0, 5] + Array("Hello".utf8))
        client.close()
    }
    expectClean(verdict)
}

// MARK: expectDisconnect: (a) connected, (b) closed, (c) gone, (d) nothing stray, (e) nothing unread

@Test func p11a_expectDisconnectNeedsAConnection() async throws {
    let server = try MockServer([.expectDisconnect()], options: .init(limits: Limits(step: soon)))
    #expect(await server.finish().failures.map(\.kind) == [.notConnected])
}

@Test func p11b_expectDisconnectNeedsTheClientToClose() async throws {
    let verdict = try await play([.expectDisconnect(within: soon)]) { _, _ in }
    #expect(verdict.failures.map(\.kind) == [.limit])
}

/// There the client must have awaited its own close. Over sockets: one that shut down its sending side, but holds its
/// descriptor and leaves bytes unread, has not left.
@Test func p11c_expectDisconnectNeedsMoreThanAShutdown() async throws {
    let verdict = try await play([.send("Hola!"), .expectDisconnect(within: soon)]) { client, _ in
        try client.awaitBytes(5)
        client.shutDownWriting()
    }
    #expect(verdict.failures.map(\.kind) == [.limit])
}

@Test func p11c_aClientThatShutsDownAndReadsToTheEndHasLeftCleanly() async throws {
    let verdict = try await play([.send("Hola!"), .expectDisconnect()]) { client, _ in
        client.shutDownWriting()
        let all = try client.receiveAll()
        #expect(all == Array("Hola!".utf8))
    }
    expectClean(verdict)
}

@Test func p11d_expectDisconnectTakesNoStrayBytes() async throws {
    let verdict = try await play([.expectDisconnect()]) { client, _ in
        try client.send("Hello")
        client.close()
    }
    #expect(verdict.failures.map(\.kind) == [.unexpectedBytes])
}

/// There a reset counts as the end; here it does where the script says that it may.
@Test func p11d_aResetIsAnEndWhereTheScriptAllowsIt() async throws {
    expectClean(try await play([.expectDisconnect(.any)]) { client, _ in client.reset() })
    expectClean(try await play([.expectDisconnect(.reset)]) { client, _ in client.reset() })
    let verdict = try await play([.expectDisconnect()]) { client, _ in client.reset() }
    #expect(verdict.failures.map(\.kind) == [.departure])
}

@Test func p11e_expectDisconnectNeedsEverythingToBeRead() async throws {
    let verdict = try await play([.send("Hola!"), .expectDisconnect()]) { client, _ in
        try client.awaitBytes(5)
        client.close()
    }
    #expect(verdict.failures.map(\.kind) == [.departure])
}

@Test func p12_disconnectEndsTheStreamAndWaitsForTheClientToClose() async throws {
    let verdict = try await play([.send("bye"), .disconnect()]) { client, _ in
        try client.expectText("bye", reading: 4)
        client.close()
    }
    expectClean(verdict)
    let waiting = try await play([.disconnect(within: soon)]) { client, _ in try client.expectEnd() }
    #expect(waiting.failures.map(\.kind) == [.limit])
}

// MARK: join and the end

@Test func p13_joinWaitsForAllStepsAgainAndAgain() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    for word in ["one", "two", "three"] {
        try server.enqueue(.expect(.text(word)), .send("ok"))
        try client.send(word)
        try await server.join()
        try client.expectText("ok")
    }
    client.close()
    expectClean(await server.finish())
}

/// There joins after a failed one return in silence; here they throw it again, and record it once.
@Test func p13_joinThrowsTheFirstFailureEachTime() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try server.enqueue(.expect("one"), .expect("two"))
    try client.send("uno")
    for _ in 1...3 {
        let error = await #expect(throws: ScriptFailed.self) { try await server.join() }
        #expect(error?.failures.map(\.step) == [1])
    }
    #expect(await server.finish().failures.count == 1)
}

@Test func p14_theEndOfAScriptIsCheckedThoughNobodyWroteIt() async throws {
    let limits = Limits(afterScript: soon)
    let verdict = try await play([.expect("a")], options: .init(limits: limits)) { client, _ in try client.send("a") }
    #expect(verdict.failures.map(\.kind) == [.limit])
    #expect(verdict.failures.map(\.step) == [nil])
}

@Test func p14_theEndOfALiveServerIsCheckedToo() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try server.enqueue(.expect("a"))
    try client.send("ab")
    try await server.join()
    let verdict = await server.finish()
    client.close()
    #expect(verdict.failures.map(\.kind) == [.unexpectedBytes])
}

@Test func p15_expectDisconnectBeforeTheUnwrittenOneIsHarmless() async throws {
    expectClean(try await play([.expectDisconnect(), .expectDisconnect()]) { client, _ in client.close() })
    let server = try MockServer()
    try TestClient.connect(server.host, server.port).close()
    for _ in 1...2 {
        try server.enqueue(.expectDisconnect())
        try await server.join()
    }
    expectClean(await server.finish())
}

@Test func p16_stepsRunInTheOrderInWhichTheyWereAdded() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    for number in 0..<100 { try server.enqueue(.send(.text("\(number) "))) }
    let all = (0..<100).map { "\($0) " }.joined()
    try client.expectText(all)
    client.close()
    expectClean(await server.finish())
}

@Test func p17_stepsMayBeAddedFromAnyTaskAtAnyTime() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<50 { group.addTask { try server.enqueue(.expect("ping"), .send("pong")) } }
        try client.send(String(repeating: "ping", count: 50))
        try await group.waitForAll()
    }
    try client.expectText(String(repeating: "pong", count: 50))
    client.close()
    expectClean(await server.finish())
}

@Test func p18_theFirstFailureEndsTheScriptAndNoJoinHangs() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try server.enqueue(.expect("a"), .delay(.seconds(600)), .expect("never"))
    try client.send("b")
    await #expect(throws: ScriptFailed.self) { try await server.join() }
    client.expectReset()
    let verdict = await server.finish()
    #expect(verdict.failures.map(\.step) == [1])
    #expect(verdict.failures.first?.details.contains("not run   2 delay(600 s) · 3 expect \"never\"") == true)
}

/// There it surfaces at the next expectation.
@Test func p19_aFailedSendIsTheSendsOwnFailure() async throws {
    let server = try MockServer()
    try server.enqueue(.expectEOF(), .send("one"), .delay(.milliseconds(20)))
    try TestClient.connect(server.host, server.port).close()
    try await server.join()
    let here = #line
    try server.enqueue(.send("two"), .expectDisconnect(.any))
    await #expect(throws: ScriptFailed.self) { try await server.join() }
    let failure = try #require(await server.finish().failures.first)
    #expect(failure.kind == .send)
    #expect(Int(failure.location.line) == here + 1)
}

@Test func p20_aStepsClockStartsWhenItIsReached() async throws {
    let started = ContinuousClock.now
    let verdict = try await play([.delay(soon), .expect("a", within: soon)]) { _, _ in }
    #expect(ContinuousClock.now - started >= soon + soon)
    #expect(verdict.failures.map(\.step) == [2])
}

@Test func p20_sendsHaveALimitToo() async throws {
    let huge = Bytes([UInt8](repeating: 0, count: 16 << 20))
    let verdict = try await play([.send(huge)], options: .init(limits: Limits(step: soon))) { _, _ in }
    #expect(verdict.failures.map(\.kind) == [.limit])
    #expect(verdict.failures.map(\.step) == [1])
}
