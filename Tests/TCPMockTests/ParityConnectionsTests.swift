// Parity with pytest-tcpclient: more connections than scripts, and what can be seen.

import Foundation
import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)

// MARK: More connections than scripts

/// There its socket is left open and never answered.
@Test func p21_aSecondConnectionIsAFailureAndIsReset() async throws {
    let verdict = try await play([.expect("a")]) { client, server in
        try TestClient.connect(server.host, server.port).expectReset()
        try client.send("a")
        client.close()
    }
    #expect(verdict.failures.map(\.kind) == [.unscripted])
    #expect(verdict.connections.first?.isComplete == true)
}

@Test func p21_aSecondConnectionMayBeReset() async throws {
    let verdict = try await play([.expect("a")], options: .init(unscripted: .reset)) { client, server in
        try TestClient.connect(server.host, server.port).expectReset()
        try client.send("a")
        client.close()
    }
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.notes == ["1 connection came that no script was for"])
}

@Test func p21_aSecondConnectionMayBeIgnored() async throws {
    let server = try MockServer([.expect("a")], options: .init(unscripted: .ignore))
    let client = try TestClient.connect(server.host, server.port)
    let second = try TestClient.connect(server.host, server.port)
    try client.send("a")
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    second.close()
}

@Test func p22_allConnectionsAreTracked() async throws {
    let server = try MockServer(connections: [[.expect("a")], [.expect("b")], [.expect("c")]])
    let clients = try (1...3).map { _ in try TestClient.connect(server.host, server.port) }
    for (client, word) in zip(clients, ["a", "b", "c"]) { try client.send(word) }
    for client in clients { client.close() }
    let verdict = await server.finish()
    expectClean(verdict)
    #expect(verdict.connections.map(\.number) == [1, 2, 3])
    #expect(verdict.connections.map(\.received) == [[0x61], [0x62], [0x63]])
}

// MARK: What can be seen

@Test func p23_aFailureIsAtTheLineOfItsExpectation() async throws {
    let here = #line
    let prologue: Script = [.expect("HELLO\n")]
    let body: Script = [
        .send("welcome\n"), .expect("PING\n"),
    ]
    let verdict = try await play(prologue + body) { client, _ in try client.send("HELLO\nPONG\n") }
    let location = try #require(verdict.failures.first?.location)
    #expect("\(location.fileID)" == "TCPMockTests/ParityConnectionsTests.swift")
    #expect("\(location.filePath)" == "\(#filePath as StaticString)")
    #expect(Int(location.line) == here + 3)
    #expect((29...36).contains(location.column))  // the dot or the bracket of its call
    #expect(
        verdict.description.hasPrefix("ParityConnectionsTests.swift:\(here + 3): connection 1, step 3 of 3: expected"))
}

@Test func p24_whatWasSaidCanBeRead() async throws {
    let verdict = try await play([.expect("Hello"), .send("World!")]) { client, server in
        try client.send("Hello")
        try client.expectText("World!")
        client.close()
    }
    let connection = try #require(verdict.connections.first)
    #expect(connection.received == Array("Hello".utf8) && connection.receivedCount == 5)
    #expect(connection.sent == Array("World!".utf8) && connection.sentCount == 6)
    #expect(connection.isComplete && connection.end == .fin)
    #expect(verdict.accepted == 1)
    #expect(verdict.description == "all went as scripted: one connection")
    let transcript = masked(verdict.transcript).joined(separator: "\n")
    #expect(
        transcript == """
            connection 1
              +T  client 127.0.0.1:PORT connected
              +T  <- "Hello"                                step 1 ok
              +T  -> "World!"                               step 2 ok
              +T  client ended its stream (FIN)
              +T  connection closed
              ended        the client closed (FIN); 5 bytes received, 6 sent
            """)
}

/// There the client's close is patched; here its FIN is seen, told from a reset and from a close that leaves bytes.
@Test func p26_howTheClientLeftIsSeen() async throws {
    let closed = try await play([.expectDisconnect(.any)]) { client, _ in client.close() }
    #expect(closed.connections.map(\.end) == [.fin])
    let reset = try await play([.expectDisconnect(.any)]) { client, _ in client.reset() }
    #expect(reset.connections.map(\.end) == [.rst])
    let refused = try await play([.send("x"), .expectEOF(), .expectDisconnect(.any)]) { client, _ in
        try client.awaitBytes(1)
        client.shutDownWriting()
        client.close()
    }
    #expect(refused.connections.map(\.end) == [.rstAfterFin])
    let left = try await play([.send("x"), .disconnect()]) { client, _ in
        try client.expectText("x", reading: 2)
        client.close()
    }
    #expect(left.connections.map(\.end) == [.fin])
}

/// There only asyncio clients of the same loop are known; here any client is one: this has a thread of its own.
@Test func p27_aPlainSocketClientInAThreadIsAClient() async throws {
    let server = try MockServer([.expect("Hello"), .send("World"), .expect("World")])
    let (host, port) = (server.host, server.port)
    Thread.detachNewThread {
        guard let client = try? TestClient.connect(host, port) else { return }
        try? client.send("Hello")
        try? client.send((try? client.receiveText(5)) ?? "nothing")
        client.close()
    }
    expectClean(await server.finish())
}

@Test func p30_aFinishedServerSaysSo() async throws {
    let server = try MockServer()
    _ = await server.finish()
    let enqueued = #expect(throws: MockError.self) { try server.enqueue(.send("late")) }
    #expect(enqueued?.message == "can't enqueue: the server has been finished")
    let joined = await #expect(throws: MockError.self) { try await server.join() }
    #expect(joined?.message == "can't join: the server has been finished")
}

@Test func p31_aScriptWithoutStepsStillNeedsItsClient() async throws {
    let here = #line
    let server = try MockServer([], options: .init(limits: Limits(step: soon)))
    expectFailure(
        await server.finish(), line: here + 1,
        """
        expected a client to connect, but nobody connected within 100 ms
          server    was listening on 127.0.0.1:PORT
          hint      does the client connect to server.host and server.port, before the test ends?
        """)
}

/// A live server that nobody gave a step to is a bare listener.
@Test func p31_aBareListenerNeedsNobody() async throws {
    let server = try MockServer()
    #expect(await server.finish().isClean)
}
