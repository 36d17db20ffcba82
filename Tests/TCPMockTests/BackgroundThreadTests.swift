// What two articles on testing with sockets wish for, by row: background threads (B), and servers and clients (U).

import TCPMock
import TestClient
import Testing

/// The loop's thread plays the script while this one is blocked in the client's read.
@Test func b1_theServerRunsOffTheTestsThread() throws {
    let server = try MockServer([.delay(.milliseconds(10)), .send("late")])
    let client = try TestClient.connect(server.host, server.port)
    try client.expectText("late")
    client.close()
    #expect(finishBlocking(server).isClean)
}

private func finishBlocking(_ server: MockServer) -> Verdict {
    server.finish()
}

/// There the port is fixed, and two runs clash.
@Test func b4_serversDoNotClash() async throws {
    let servers = try (1...50).map { _ in try MockServer() }
    let ports = Set(servers.map(\.port))
    #expect(ports.count == 50)
    for server in servers { _ = await server.finish() }
}

/// There one read is taken for one message; here a message is what the script says it is.
@Test func b5_everyClientGetsItsAnswer() async throws {
    let server = try MockServer(every: [.receive(until: "\n"), .send("Received"), .disconnect()], count: 10)
    for number in 1...10 {
        let client = try TestClient.connect(server.host, server.port)
        try client.send("message ")
        try client.send("\(number)\n")
        try client.expectText("Received", reading: 9)
        client.close()
    }
    expectClean(await server.finish())
}

@Test func b6_theVerdictListsEveryMessage() async throws {
    let server = try MockServer(every: [.receive(until: "\n"), .send("Received"), .disconnect()])
    for number in 1...3 {
        let client = try TestClient.connect(server.host, server.port)
        try client.send("message \(number)\n")
        try client.expectText("Received", reading: 9)
        client.close()
    }
    let verdict = await server.finish()
    expectClean(verdict)
    let messages = verdict.connections.map { String(decoding: $0.received, as: UTF8.self) }
    #expect(messages == ["message 1\n", "message 2\n", "message 3\n"])
}

/// There the thread listens after the test has begun, and a client may be refused.
@Test func b7_aClientMayConnectRightAway() async throws {
    for _ in 1...100 {
        let server = try MockServer([.expectConnect()])
        try TestClient.connect(server.host, server.port).close()
        expectClean(await server.finish())
    }
}

@Test func u5_connectingAndClosingIsATest() async throws {
    let verdict = try await play([.expectConnect(), .close()]) { client, _ in try client.expectEnd() }
    expectClean(verdict)
}

@Test func u6_aFakeServerAcceptsOnceAndCloses() async throws {
    let server = try MockServer([.close()])
    try TestClient.connect(server.host, server.port).expectEnd()
    expectClean(await server.finish())
}

@Test(arguments: [MockAddress.loopback, .ipv4("127.0.0.3"), .loopbackIPv6])
func u7_addressesAreArguments(address: MockAddress) async throws {
    let verdict = try await play([.expect("a"), .send("b")], options: .init(address: address)) { client, server in
        #expect(server.host == address.host)
        try client.send("a")
        try client.expectText("b")
        client.close()
    }
    expectClean(verdict)
}

/// Nobody asserts that bind, listen and accept were called: a client that is served has seen them work.
@Test func u9_realSocketsAreTheProof() async throws {
    let verdict = try await play([.send("served")]) { client, _ in
        try client.expectText("served")
        client.close()
    }
    expectClean(verdict)
    #expect(verdict.connections.first?.peer.hasPrefix("127.0.0.1:") == true)
}
