// A server that goes away and comes back on its port.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let refused = ClientError(call: "connect", code: ECONNREFUSED)
private let patient = MockServer.Options(limits: Limits(step: .seconds(60)), afterScript: .mayStayOpen)
/// As usual, but for a machine that may stand still for seconds.
private let unhurried = MockServer.Options(limits: Limits(step: .seconds(60)))

@Test func aServerThatIsDownRefusesAndOneThatIsUpAgainServes() async throws {
    let server = try MockServer(
        connections: [[.expect("a"), .send("1")], [.expect("b"), .send("2")]], options: unhurried)
    let first = try server.connect()
    try first.send("a")
    try first.expectText("1")
    first.close()
    try await server.takeDown()
    #expect(throws: refused) { try server.connect() }
    try await server.takeDown()
    #expect(throws: refused) { try server.connect() }
    try await server.bringUp()
    try await server.bringUp()
    let second = try server.connect()
    try second.send("b")
    try second.expectText("2")
    second.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.isComplete)
    #expect(verdict.accepted == 2)
}

@Test(arguments: [MockAddress.loopback, .loopbackIPv6])
func nobodyElseGetsThePortOfAServerThatIsDown(address: MockAddress) async throws {
    let server = try MockServer(every: [.send("x")], options: .init(address: address, afterScript: .mayStayOpen))
    let client = try server.connect()
    try client.expectText("x")
    for _ in 1...3 {
        try await server.takeDown()
        let error = #expect(throws: MockError.self) { try MockServer(options: .init(address: server.address)) }
        #expect(error?.errno == EADDRINUSE)
        try await server.bringUp()
        let again = #expect(throws: MockError.self) { try MockServer(options: .init(address: server.address)) }
        #expect(again?.errno == EADDRINUSE)
    }
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func openConnectionsGoOnWhileAServerIsDown() async throws {
    let server = try MockServer([.expect("a"), .send("1"), .expect("b"), .send("2")], options: unhurried)
    let client = try server.connect()
    try client.send("a")
    try client.expectText("1")
    try await server.takeDown()
    try client.send("b")
    try client.expectText("2")
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.isComplete)
}

@Test func openConnectionsAreResetIfAsked() async throws {
    let server = try MockServer(
        connections: [[.expect("a"), .send("1"), .expect("more")], [.expect("b")]], options: unhurried)
    let client = try server.connect()
    try client.send("a")
    try client.expectText("1")
    try await server.takeDown(resettingConnections: true)
    client.expectReset()
    #expect(server.active == 0)
    try await server.bringUp()
    let second = try server.connect()
    try second.send("b")
    second.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.map(\.end) == [.takenDown, .fin])
    #expect(
        verdict.notes == [
            #"connection 1 was reset, for the server was taken down, before step 3 of 3, expect "more""#
        ])
}

/// All written steps were done, and only the client had yet to leave: nothing is missing.
@Test func aConnectionThatWasDoneWhenItWasResetNeedsNoNote() async throws {
    let server = try MockServer([.expect("a"), .send("1")], options: unhurried)
    let client = try server.connect()
    try client.send("a")
    try client.expectText("1")
    try await server.takeDown(resettingConnections: true)
    client.expectReset()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.isComplete)
    #expect(verdict.notes == [])
}

@Test func whoWaitsForItsTurnWhenTheServerGoesDownIsReset() async throws {
    let server = try MockServer(every: [.expect("a")], oneAtATime: true, options: patient)
    let first = try server.connect()
    try first.send("a")
    #expect(becomes { server.accepted == 1 })
    let second = try server.connect()
    try await server.takeDown()
    second.expectReset()
    first.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.accepted == 1)
}

/// A client that reconnects in a loop meets a refusal, a reset at the door, or the whole script; nothing else.
@Test func aServerGoesDownAndUpFiftyTimesUnderAClientThatReconnects() async throws {
    let server = try MockServer(every: [.expect("ping"), .send("pong"), .expectDisconnect(.any)], options: patient)
    let port = server.port
    let isOver = Locked(false)
    let oddities = Locked<[String]>([])
    let served = Locked(0)
    let client = onAThread {
        while !isOver.withLock({ $0 }) {
            do {
                let client = try server.connect()
                try client.send("ping")
                if try client.receiveText(4) == "pong" { served.withLock { $0 += 1 } }
                client.reset()  // thousands in TIME_WAIT would take the ports of others
            } catch let error as ClientError where [ECONNREFUSED, ECONNRESET, EPIPE].contains(error.code) {
                continue
            } catch {
                oddities.withLock { $0.append("\(error)") }
            }
        }
    }
    for round in 1...50 {
        try await server.takeDown(resettingConnections: round.isMultiple(of: 2))
        // Before the loop's client can race: this thread's own connect is refused each time.
        #expect(throws: refused) { try server.connect() }
        try await server.bringUp()
        let before = served.withLock { $0 }
        #expect(becomes { served.withLock { $0 } > before })
    }
    isOver.withLock { $0 = true }
    client.wait()
    #expect(oddities.withLock { $0 } == [])
    #expect(server.port == port)
    let verdict = await server.finish()
    #expect(verdict.failures.allSatisfy { $0.kind == .clientReset || $0.kind == .departure }, "\(verdict)")
    #expect(throws: refused) { try server.connect() }
}

/// The clock of a join stands still while nobody can connect, and begins anew when the server is up.
@Test(arguments: [true, false])
func nobodyIsCalledAbsentWhileTheServerIsDown(comesUp: Bool) async throws {
    let options = MockServer.Options(limits: Limits(step: unscaled(.milliseconds(50))))
    let server = try MockServer([.expect("a")], options: options)
    try await server.takeDown()
    let isOver = Locked(false)
    let joining = Task {
        defer { isOver.withLock { $0 = true } }
        try await server.join()
    }
    try await Task.sleep(for: .milliseconds(300))  // not holding a thread that the join needs
    #expect(!isOver.withLock { $0 })
    if comesUp {
        try await server.bringUp()
        await #expect(throws: ScriptFailed.self) { try await joining.value }
    }
    let failures = await server.finish().failures
    #expect(failures.map(\.kind) == [.notConnected])
    #expect(
        failures.first?.summary.hasSuffix(comesUp ? "within 50 ms" : "before the test took the server down") == true)
    if !comesUp { await #expect(throws: (any Error).self) { try await joining.value } }
}

@Test func finishingAServerThatIsDownSaysWhoCouldNotCome() async throws {
    let server = try MockServer(connections: [[.expect("a")], [.expect("b")]], options: patient)
    let client = try server.connect()
    try client.send("a")
    client.close()
    try await server.takeDown()
    let verdict = await server.finish()
    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1)
    #expect(failure.kind == .notConnected)
    #expect(
        failure.summary
            == "expected a connection for script 2 of 2, but only 1 came before the test took the server down")
    #expect(failure.details.contains("call bringUp() before the client connects"))
}

@Test func aServerThatIsDownAndDoneFinishesAtOnceAndKeepsItsPort() async throws {
    let server = try MockServer([.expect("a")], options: unhurried)
    let client = try server.connect()
    try client.send("a")
    client.close()
    #expect(becomes { server.active == 0 })
    try await server.takeDown()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(throws: refused) { try server.connect() }
    #expect(throws: MockError.self) { try MockServer(options: .init(address: server.address)) }
}

@Test func aFinishedServerGoesNeitherDownNorUp() async throws {
    let server = try MockServer()
    try await server.takeDown()
    _ = await server.stop()
    let down = await #expect(throws: MockError.self) { try await server.takeDown() }
    #expect(down?.message == "can't take the server down: it has been finished")
    let up = await #expect(throws: MockError.self) { try await server.bringUp() }
    #expect(up?.message == "can't bring the server up: it has been finished")
    #expect(up?.kind == .misuse)
}

@Test func goingDownAndUpWhileFinishingNeverHangs() async throws {
    for _ in 1...100 {
        let server = try MockServer(every: [.expect("a")], options: patient)
        let turning = onAThread { turnUntilFinished(server) }
        _ = await server.stop()
        turning.wait()
    }
}

private func turnUntilFinished(_ server: MockServer) {
    while (try? server.takeDown()) != nil, (try? server.bringUp()) != nil {}
}

@Test func aThreadCanTakeAServerDownAndUp() throws {
    let server = try MockServer(every: [.send("x")], options: patient)
    try server.takeDown()
    #expect(throws: refused) { try server.connect() }
    try server.bringUp()
    let client = try server.connect()
    try client.expectText("x")
    try server.takeDown(resettingConnections: true)
    client.expectReset()
    _ = stopBlocking(server)
}

private func stopBlocking(_ server: MockServer) -> Verdict { server.stop() }

@Test func aUnixPathGoesAndComesBack() async throws {
    let path = "/tmp/tcpmock-down-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let server = try MockServer(
        every: [.expect("a"), .send("1")], options: .init(address: .unix(path: path), afterScript: .mayStayOpen))
    for _ in 1...3 {
        let client = try server.connect()
        try client.send("a")
        try client.expectText("1")
        try await server.takeDown()
        #expect(throws: ClientError(call: "connect", code: ENOENT)) { try server.connect() }
        try await server.bringUp()
    }
    try await server.takeDown()
    let other = try MockServer(options: .init(address: .unix(path: path)))
    let taken = await #expect(throws: MockError.self) { try await server.bringUp() }
    #expect(taken?.errno == EADDRINUSE)
    _ = await server.stop()
    #expect(access(path, F_OK) == 0)  // it is the other's
    _ = await other.stop()
}
