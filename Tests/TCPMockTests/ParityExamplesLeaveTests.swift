// pytest-tcpclient's examples that fail: how clients leave, and more than one connection or server.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)

// MARK: Leaving

@Test func x26_theClientNeverCloses() async throws {
    let here = #line
    let verdict = try await play([
        .expectDisconnect(within: soon)
    ]) { _, _ in }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected the client to disconnect, but it was still connected after 100 ms
          client    has sent nothing at all
          hint      close the client; or does it wait for bytes that the script never sends?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  limit passed                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

/// There is no `await writer.wait_closed()` over real sockets: a client that has closed has closed. The nearest thing is
/// one that has shut down its sending side while its descriptor is open and bytes are unread.
@Test func x27_theClientShutsDownButDoesNotClose() async throws {
    let here = #line
    let verdict = try await play([
        .send("Hola!"),
        .expectDisconnect(within: .milliseconds(300)),
    ]) { client, _ in
        try client.awaitBytes(5)
        client.shutDownWriting()
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 2: expected the client to disconnect, but after 300 ms it had only ended its stream (FIN), leaving all 5 bytes sent to it unread
          kernel    all 5 bytes sent to it were still in the client's queue, asked at the failure
          kernel    the client's socket is still open: only its sending side is shut down
          hint      the client must read what is left, and close
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "Hola!"                                step 1 ok
                    +T  client ended its stream (FIN)
                    +T  limit passed                              step 2 failed
          then      TCPMock reset the connection
        """)
}

@Test func x28_expectDisconnectMeetsNobody() async throws {
    let here = #line
    let server = try MockServer([.expectDisconnect()], options: .init(limits: Limits(step: soon)))
    expectFailure(
        await server.finish(), line: here + 1,
        """
        expected a client to connect, but nobody connected within 100 ms
          server    was listening on 127.0.0.1:PORT
          not run   1 expectDisconnect
          hint      does the client connect to server.host and server.port, before the test ends?
        """)
}

@Test func x29_bytesComeWhereNoneMay() async throws {
    let here = #line
    let verdict = try await play([
        .expectDisconnect()
    ]) { client, _ in
        try client.send("Hello")
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected the client to disconnect, got 5 bytes: "Hello"
          got       48 65 6c 6c 6f   Hello
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Hello"                                step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

/// The failure stands at the send itself, not at the next expectation.
@Test func x30_theServerSendsToAClientThatHasClosed() async throws {
    let here = #line
    let verdict = try await play([
        .expectEOF(),
        .send("one"),
        .delay(.milliseconds(20)),
        .send("two"),
    ]) { client, _ in
        client.close()
    }
    expectFailure(
        verdict, line: here + 5,
        """
        connection 1, step 4 of 4: send "two" failed: Broken pipe (EPIPE 32), for the client had closed or reset the connection
          hint      did the client close before it had been sent everything? Give it a reason to wait, or drop the send
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client ended its stream (FIN)
                    +T  expectEOF                                 step 1 ok
                    +T  -> "one"                                  step 2 ok
                    +T  delay(20 ms)                              step 3 ok
                    +T  -> "two", 0 of 3 bytes sent               step 4 tried
                    +T  step 4 failed
                    +T  client reset the connection (RST)
        """)
}

// MARK: A second connection, two servers

@Test func x31_aSecondConnectionComes() async throws {
    let here = #line
    let verdict = try await play([
        .expect("one"),
        .send("ok"),
        .expectDisconnect(),
    ]) { client, server in
        try client.send("one")
        try client.expectText("ok")
        let second = try TestClient.connect(server.host, server.port)
        second.expectReset()
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 2: no script is for it; the server is for one connection, and connection 1 was at step 3 of 3, expectDisconnect
          hint      options.unscripted = .reset or .ignore tolerates strangers; MockServer(every:) serves them all
          so far    +T  client 127.0.0.1:PORT connected
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func x32_aSecondConnectionComesToOneOfTwoServers() async throws {
    let calm = try MockServer([.expect("one")])
    let here = #line
    let busy = try MockServer([.expect("two")])
    let first = try TestClient.connect(calm.host, calm.port)
    let second = try TestClient.connect(busy.host, busy.port)
    let third = try TestClient.connect(busy.host, busy.port)
    third.expectReset()
    try first.send("one")
    try second.send("two")
    first.close()
    second.close()
    let calmVerdict = await calm.finish()
    #expect(calmVerdict.isClean)
    expectFailure(
        await busy.finish(), line: here + 1,
        """
        connection 2: no script is for it; the server is for one connection, and connection 1 was at step 1 of 1, expect "two"
          hint      options.unscripted = .reset or .ignore tolerates strangers; MockServer(every:) serves them all
          so far    +T  client 127.0.0.1:PORT connected
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

/// There the end of the stream reads as an empty frame.
@Test func x34_oneOfTwoServersFails() async throws {
    let here = #line
    let servers = try [
        MockServer([.expectFrame("Client hello 1")]),
        MockServer([.expectFrame("Client hello 2")]),
    ]
    let clients = try servers.map { try TestClient.connect($0.host, $0.port) }
    try clients[0].send(try Framing.lengthPrefix().encode("Client hello 1".utf8))
    for client in clients { client.close() }
    #expect(await servers[0].finish().isClean)
    expectFailure(
        await servers[1].finish(), line: here + 3,
        """
        connection 1, step 1 of 1: expected frame "Client hello 2" (14 bytes), got no frame, then the client ended its stream (FIN)
          hint      the end of the stream is not an empty frame
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
          then      TCPMock reset the connection
        """)
}

/// There only the first of two failures is shown.
@Test func x35_bothOfTwoServersFail() async throws {
    let here = #line
    let servers = try [
        MockServer([.expect("Hello_1")]),
        MockServer([.expect("Hello_2")]),
    ]
    let clients = try servers.map { try TestClient.connect($0.host, $0.port) }
    try clients[0].send("Hello_2")
    try clients[1].send("Hello_1")
    expectFailure(
        await servers[0].finish(), line: here + 2,
        """
        connection 1, step 1 of 1: expected "Hello_1", got "Hello_2": first difference at byte 6 ('1' 0x31, got '2' 0x32)
          expected  48 65 6c 6c 6f 5f 31   Hello_1
          got       48 65 6c 6c 6f 5f 32   Hello_2
                                      ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Hello_2"                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
    expectFailure(
        await servers[1].finish(), line: here + 3,
        """
        connection 1, step 1 of 1: expected "Hello_2", got "Hello_1": first difference at byte 6 ('2' 0x32, got '1' 0x31)
          expected  48 65 6c 6c 6f 5f 32   Hello_2
          got       48 65 6c 6c 6f 5f 31   Hello_1
                                      ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Hello_1"                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
    for client in clients { client.close() }
}
