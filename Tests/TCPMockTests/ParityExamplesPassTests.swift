// pytest-tcpclient's examples that pass, by their row. "X6" is row 6 of its list of examples.

import TCPMock
import TestClient
import Testing

@Test func x1_helloIsExpectedAnsweredAndReadToTheEnd() async throws {
    let script: Script = [.expectConnect(), .expect("Hello, server!"), .send("Hello, client!"), .expectDisconnect()]
    let verdict = try await play(script) { client, _ in
        try client.send("Hello, server!")
        try client.expectText("Hello, client!")
        client.close()
    }
    expectClean(verdict)
    #expect(verdict.connections.map(\.end) == [.fin])
}

@Test func x2_connectingAndClosingIsCheckedWithoutAJoin() async throws {
    expectClean(try await play([.expectConnect()]) { client, _ in client.close() })
}

@Test func x3_aClientMayComeAndGoBeforeTheStepsAreQueued() async throws {
    let server = try MockServer()
    try TestClient.connect(server.host, server.port).close()
    try server.enqueue(.expectConnect(), .expectDisconnect())
    try await server.join()
    expectClean(await server.finish())
}

@Test func x4_aClientMayComeAfterTheStepsAreQueued() async throws {
    let server = try MockServer()
    try server.enqueue(.expectConnect(), .expectDisconnect())
    try TestClient.connect(server.host, server.port).close()
    try await server.join()
    expectClean(await server.finish())
}

/// There it fails with "Missing `expect_connect()`"; here a connection is what a script is played on, so it is implied.
@Test func x6_expectConnectMayBeLeftOut() async throws {
    let verdict = try await play([.expect("Hello, world")]) { client, _ in
        try client.send("Hello, world")
        client.close()
    }
    expectClean(verdict)
}

@Test func x7_twoWritesMeetTwoExpectations() async throws {
    let verdict = try await play([.expect("Hello, "), .expect("world!")]) { client, _ in
        try client.send("Hello, ")
        try client.send("world!")
        client.close()
    }
    expectClean(verdict)
}

@Test func x12_oneJoinAtTheEndIsEnough() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try server.enqueue(.expectConnect())
    try server.enqueue(.expect("Hello"))
    try client.send("Hello")
    try server.enqueue(.send("World"))
    try client.expectText("World")
    client.close()
    try server.enqueue(.expectDisconnect())
    try await server.join()
    expectClean(await server.finish())
}

@Test(arguments: [true, false]) func x13_theOrderOfCloseAndJoinDoesNotMatter(closesFirst: Bool) async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try server.enqueue(.expect("Hello"), .send("World"))
    try client.send("Hello")
    try client.expectText("World")
    if closesFirst { client.close() }
    try await server.join()
    client.close()
    expectClean(await server.finish())
}

@Test func x14_aFrameIsExpected() async throws {
    let verdict = try await play([.expectFrame("Hello, world")]) { client, _ in
        try client.send([0, 0, 0, 12])
        try client.send("Hello, world")
        client.close()
    }
    expectClean(verdict)
}

@Test func x17_aFrameIsSent() async throws {
    let verdict = try await play([.sendFrame("Hello, world")]) { client, _ in
        let frame = try client.receive(16)
        #expect(frame == [0, 0, 0, 12] + Array("Hello, world".utf8))
        client.close()
    }
    expectClean(verdict)
}

/// There the one byte counts as read because the reader is patched; here the kernel says that it was taken.
@Test func x23_aByteTakenByAReadThatWantedTwoIsRead() async throws {
    let verdict = try await play([.send("a"), .disconnect()]) { client, _ in
        try client.expectText("a", reading: 2)
        client.close()
    }
    expectClean(verdict)
}

@Test func x24_eachOfTwoSendsIsJoined() async throws {
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    for word in ["Hello", "World"] {
        try server.enqueue(.send(.text(word)))
        try await server.join()
        try client.expectText(word)
    }
    client.close()
    expectClean(await server.finish())
}

@Test func x25_theServerMayLeaveFirst() async throws {
    let verdict = try await play([.disconnect()]) { client, _ in
        try client.expectEnd()
        client.close()
    }
    expectClean(verdict)
}

@Test func x33_twoServersHoldTwoDialoguesInFrames() async throws {
    let servers = try (1...2).map { number in
        try MockServer([.expectFrame("Client hello \(number)"), .sendFrame("Server hello \(number)")])
    }
    for (number, server) in zip(1..., servers) {
        let client = try TestClient.connect(server.host, server.port)
        try client.send(try Framing.lengthPrefix().encode("Client hello \(number)".utf8))
        let reply = try client.receive(18)
        #expect(reply.dropFirst(4).elementsEqual("Server hello \(number)".utf8))
        client.close()
    }
    for server in servers { expectClean(await server.finish()) }
}
