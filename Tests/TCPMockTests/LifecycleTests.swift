// Starting and stopping: a server listens when it is made, stops promptly, and leaves nothing behind.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Test func aServerListensBeforeItsInitReturns() throws {
    for _ in 1...1000 {
        let server = try MockServer(options: .init(afterScript: .mayStayOpen))
        let (host, port) = (server.host, server.port)
        let connected = Locked(false)
        onAThread {
            let client = try? TestClient.connect(host, port)
            connected.withLock { $0 = client != nil }
        }.wait()
        #expect(connected.withLock { $0 })
        _ = stopBlocking(server)
    }
}

@Test func stoppingInTheMiddleOfADelayDoesNotWaitForIt() async throws {
    let servers = try (1...200).map { _ in try MockServer([.delay(.seconds(600)), .send("late")]) }
    let clients = try servers.map { try TestClient.connect($0.host, $0.port) }
    let started = ContinuousClock.now
    await withTaskGroup(of: Verdict.self) { group in
        for server in servers { group.addTask { await server.stop() } }
        for await verdict in group {
            #expect(verdict.isClean)
        }
    }
    #expect(ContinuousClock.now - started < .seconds(300))
    for client in clients {
        #expect(throws: ClientError(call: "recv", code: ECONNRESET)) { try client.receiveSome() }
    }
}

@Test func aStepThatWasPendingWhenTheServerWasStoppedIsNoted() async throws {
    let server = try MockServer([.expect("a"), .delay(.seconds(600)), .send("late")])
    let client = try TestClient.connect(server.host, server.port)
    try client.send("a")
    let verdict = await server.stop()
    #expect(verdict.failures.isEmpty)
    #expect(verdict.notes.count == 1)  // which one depends on whether the connection had been accepted
    client.close()
}

@Test func thatNobodyHadConnectedWhenAServerWasStoppedIsNoted() async throws {
    let fixed = try MockServer([.expect("a")])
    #expect(
        await fixed.stop().notes == [
            #"nobody had connected when the server was stopped, before step 1 of 1, expect "a""#
        ])
    let live = try MockServer()
    try live.enqueue(.expect("a"), .send("b"))
    #expect(
        await live.stop().notes == [
            #"nobody had connected when the server was stopped, before step 1 of 2, expect "a""#
        ])
    #expect(try await MockServer().stop().notes == [])
    let list = try MockServer(connections: [[.expect("a")], [.expect("b")]])
    #expect(await list.stop().notes == ["scripts 1 to 2 of 2 were not run"])
    let pool = try MockServer(every: [.expect("a")])
    #expect(await pool.stop().notes == ["nobody had connected when the server was stopped"])
}

@Test func aFinishedServerWithADoneScriptNeedsNoWaiting() async throws {
    for _ in 1...50 {
        let server = try MockServer([.expect("a"), .send("b")])
        let client = try TestClient.connect(server.host, server.port)
        try client.send("a")
        #expect(try client.receiveText(1) == "b")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.count == 1)
    }
}

@Test func manyServersServeAtOnce() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1...100 {
            group.addTask {
                let server = try MockServer([.expect("question \(number)"), .send("answer \(number)")])
                let client = try TestClient.connect(server.host, server.port)
                try client.send("question \(number)")
                #expect(try client.receiveText("answer \(number)".count) == "answer \(number)")
                client.close()
                let verdict = await server.finish()
                #expect(verdict.isClean, "\(verdict)")
            }
        }
        try await group.waitForAll()
    }
}

private func stopBlocking(_ server: MockServer) -> Verdict {
    server.stop()
}
