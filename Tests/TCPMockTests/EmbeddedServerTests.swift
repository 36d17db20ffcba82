// What python-embedded-test-server's users rely on, by row.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let soon = Duration.milliseconds(100)

/// There a sleep of a tenth of a second stands for readiness. Here the first connect succeeds, each time.
@Test func e2_aServerIsReadyAtOnce() async throws {
    for _ in 1...50 {
        expectClean(
            try await play([.send("hi")]) { client, _ in
                try client.expectText("hi")
                client.close()
            })
    }
}

@Test func e3_hostAndPortAreArgumentsAndTheKernelChoosesThePort() async throws {
    let server = try MockServer([.expectConnect()], options: .init(address: .ipv4("127.0.0.1", port: 0)))
    #expect(server.host == "127.0.0.1")
    #expect(server.port != 0)
    try TestClient.connect(server.host, server.port).close()
    expectClean(await server.finish())
}

/// Connections that the server ended first linger in the kernel; they are not in the way of the next one on their port.
@Test func e4_aFixedPortCanBeUsedAgainAndAgain() async throws {
    let port = try await portThatWasFree()
    for _ in 1...3 {
        let server = try await listening(on: port, [.disconnect()])
        let client = try TestClient.connect(server.host, server.port)
        try client.expectEnd()
        client.close()
        expectClean(await server.finish())
        #expect(server.port == port)
    }
}

/// Below those that the kernel hands out (32768 and up on Linux): there a client of another test could take it meanwhile.
private func portThatWasFree() async throws -> Int {
    for port in stride(from: 20_000 + Int(getpid()) % 10_000, to: 32_000, by: 1) {
        guard let server = try? MockServer(options: .init(address: .ipv4("127.0.0.1", port: port))) else { continue }
        _ = await server.finish()
        return port
    }
    throw ClientError(call: "bind", code: EADDRINUSE)
}

/// A server holds its port until it is let go, and a little longer: the loop's thread closes it.
private func listening(on port: Int, _ script: Script) async throws -> MockServer {
    let options = MockServer.Options(address: .ipv4("127.0.0.1", port: port))
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(10) {
        if let server = try? MockServer(script, options: options) { return server }
        try await Task.sleep(for: .milliseconds(1))
    }
    return try MockServer(script, options: options)
}

/// There the flag that stops is shared by all servers, and the next one waits five seconds for it.
@Test func e5_stoppingOneServerLeavesTheOthersAlone() async throws {
    let first = try MockServer([.delay(.seconds(600))])
    let patient = MockServer.Options(limits: Limits(step: .seconds(60)))
    let second = try MockServer([.expect("a"), .send("b")], options: patient)
    let stranded = try TestClient.connect(first.host, first.port)
    let client = try TestClient.connect(second.host, second.port)
    let started = ContinuousClock.now
    _ = await first.stop()
    #expect(ContinuousClock.now - started < .seconds(300))
    stranded.close()
    try client.send("a")
    try client.expectText("b")
    client.close()
    expectClean(await second.finish())
}

/// There eight bytes at once are handed over whole to the first read, and the second starves.
@Test func e6_aScriptReceivesSomeOrSoManyBytesAndSends() async throws {
    let script: Script = [.receive(exactly: 5), .send("one"), .receive(exactly: 5), .send([0xff, 0x00])]
    let verdict = try await play(script) { client, _ in
        try client.send("12345678")
        try client.expectText("one")
        try client.send("90")
        let reply = try client.receive(2)
        #expect(reply == [0xff, 0x00])
        client.close()
    }
    expectClean(verdict)
    let greedy = try await play([.receive(atLeast: 1), .send("nön-ASCII")]) { client, _ in
        try client.send("12345678")
        try client.expectText("nön-ASCII")
        client.close()
    }
    expectClean(greedy)
}

@Test func e7_aScriptCanBreakTheConnection() async throws {
    let reset = try await play([.expect("a"), .reset()]) { client, _ in
        try client.send("a")
        client.expectReset()
    }
    expectClean(reset)
    let closed = try await play([.expect("a"), .close()]) { client, _ in
        try client.send("a")
        try client.expectEnd()
    }
    expectClean(closed)
    #expect(reset.connections.map(\.end) == [.byScript] && closed.connections.map(\.end) == [.byScript])
}

/// There a time-out is silent: no error reaches the test.
@Test func e8_aTimeOutIsAFailureOfItsStep() async throws {
    let here = #line
    let verdict = try await play([
        .receive(atLeast: 1, within: soon)
    ]) { _, _ in }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected at least 1 byte, got none within 100 ms
          client    has sent nothing at all
          hint      does the client wait for bytes that the script never sends, or has it not flushed what it wrote?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  limit passed                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func e9_eachConnectionGetsTheWholeScriptOneAtATime() async throws {
    let server = try MockServer(every: [.expect("ping"), .send("pong")], count: 3, oneAtATime: true)
    let clients = try (1...3).map { _ in try TestClient.connect(server.host, server.port) }
    for client in clients { try client.send("ping") }
    for client in clients {
        try client.expectText("pong")
        client.close()
    }
    let verdict = await server.finish()
    expectClean(verdict)
    #expect(verdict.connections.count == 3)
}

@Test func e9_connectionsAreServedAtTheSameTimeUnlessToldOtherwise() async throws {
    let server = try MockServer(every: [.expect("ping"), .send("pong")], count: 3)
    let clients = try (1...3).map { _ in try TestClient.connect(server.host, server.port) }
    for client in clients.reversed() {
        try client.send("ping")
        try client.expectText("pong")
    }
    for client in clients { client.close() }
    expectClean(await server.finish())
}

/// There the connection is closed when the script ends, with a reset if input is unread. Here the script says who leaves;
/// one that says nothing waits for the client.
@Test func e11_theScriptSaysWhoLeaves() async throws {
    let server = try await play([.expect("a"), .disconnect(discardingInput: true)]) { client, _ in
        try client.send("a and more that nobody reads")
        try client.expectEnd()
        client.close()
    }
    expectClean(server)
    let client = try await play([.expect("a")]) { client, _ in
        try client.send("a")
        client.close()
    }
    expectClean(client)
}

@Test func e12_whatWasReceivedCanBeReadAsOne() async throws {
    let verdict = try await play([.receive(exactly: 3), .receive(until: "\n"), .receive(atLeast: 1)]) { client, _ in
        try client.send("one, two\nthree")
        client.close()
    }
    expectClean(verdict)
    #expect(verdict.connections.map(\.received) == [Array("one, two\nthree".utf8)])
}

@Test func e13_theBytesSentAreCounted() async throws {
    let verdict = try await play([.send("12345"), .sendFrame("678")]) { client, _ in
        let all = try client.receive(12)
        #expect(all.count == 12)
        client.close()
    }
    expectClean(verdict)
    #expect(verdict.connections.map(\.sentCount) == [12])
}

/// There every step is printed; here nothing is, and the verdict has it all when asked.
@Test func e14_theTranscriptTellsEachStep() async throws {
    let verdict = try await play([.expect("Hello"), .delay(.milliseconds(1)), .send("World"), .disconnect()]) {
        client, _ in
        try client.send("Hello")
        try client.expectText("World", reading: 6)
        client.close()
    }
    expectClean(verdict)
    #expect(
        masked(verdict.transcript).joined(separator: "\n") == """
            connection 1
              +T  client 127.0.0.1:PORT connected
              +T  <- "Hello"                                step 1 ok
              +T  delay(1 ms)                               step 2 ok
              +T  -> "World"                                step 3 ok
              +T  client ended its stream (FIN)
              +T  disconnect                                step 4 ok
              +T  connection closed
              ended        the client closed (FIN); 5 bytes received, 5 sent
            """)
}

/// Its verdict may be there a moment before its listener is gone: who comes then is refused, or reset.
@Test func e16_aServerForOneConnectionIsDoneAfterIt() async throws {
    let server = try MockServer([.expect("ping"), .send("pong")])
    let client = try TestClient.connect(server.host, server.port)
    try client.send("ping")
    try client.expectText("pong")
    client.close()
    expectClean(await server.finish())
    let error = #expect(throws: ClientError.self) {
        try TestClient.connect(server.host, server.port).receiveSome()
    }
    #expect([ECONNREFUSED, ECONNRESET].contains(error?.code))
}

/// A server that misbehaves: garbage, a truncated frame, silence, half an answer and a reset.
@Test func e22_aServerMayMisbehave() async throws {
    let garbage = try await play([.send(.hex("de ad be ef")), .reset()]) { client, _ in
        let bytes = try client.receive(4)
        #expect(bytes == [0xde, 0xad, 0xbe, 0xef])
        client.expectReset()
    }
    expectClean(garbage)
    let truncated = try await play([.send([0, 0, 0, 9]), .send("Hel"), .disconnect()]) { client, _ in
        let bytes = try client.receive(13)
        #expect(bytes.count == 7)
        client.close()
    }
    expectClean(truncated)
    let mute = try await play([.expect("GET"), .delay(.milliseconds(20)), .close()]) { client, _ in
        try client.send("GET")
        try client.expectEnd()
    }
    expectClean(mute)
}
