// pytest-tcpclient's examples that fail, by their row, each with its whole text here.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)

@Test func x5_nobodyConnects() async throws {
    let here = #line
    let server = try MockServer([
        .expectConnect(within: soon),
        .expect("Hello"),
    ])
    expectFailure(
        await server.finish(), line: here + 2,
        """
        expected a client to connect, but nobody connected within 100 ms
          server    was listening on 127.0.0.1:PORT
          not run   1 expectConnect · 2 expect "Hello"
          hint      does the client connect to server.host and server.port, before the test ends?
        """)
}

@Test func x8_theClientIsSilent() async throws {
    let here = #line
    let verdict = try await play([
        .expect("Hello, world!", within: soon)
    ]) { _, _ in }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected "Hello, world!", got 0 of 13 bytes within 100 ms
          client    has sent nothing at all
          hint      does the client wait for bytes that the script never sends, or has it not flushed what it wrote?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  limit passed                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

/// It fails at the first byte, not after seven.
@Test func x9_theClientSaysSomethingElse() async throws {
    let here = #line
    let verdict = try await play([
        .expect("Bonjour")
    ]) { client, _ in
        try client.send("Goodbye")
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected "Bonjour", got "Goodbye": first difference at byte 0 ('B' 0x42, got 'G' 0x47)
          expected  42 6f 6e 6a 6f 75 72   Bonjour
          got       47 6f 6f 64 62 79 65   Goodbye
                    ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Goodbye"                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
    #expect(verdict.failures.first?.offset == 0)
}

@Test func x10_theClientClosesBeforeItSaysAnything() async throws {
    let here = #line
    let verdict = try await play([
        .expect("Hello, world"),
        .send("Hello, client"),
    ]) { client, _ in
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 2: expected "Hello, world", got 0 of 12 bytes, then the client ended its stream (FIN)
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
          not run   2 send "Hello, client"
          then      TCPMock reset the connection
        """)
}

@Test func x11_anEarlyFailureEndsTheScript() async throws {
    let here = #line
    let verdict = try await play([
        .expect("Hello"),
        .expect("there"),
        .expect("world"),
    ]) { client, _ in
        try client.send("Adios")
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 3: expected "Hello", got "Adios": first difference at byte 0 ('H' 0x48, got 'A' 0x41)
          expected  48 65 6c 6c 6f   Hello
          got       41 64 69 6f 73   Adios
                    ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Adios"                                step 1 failed
          not run   2 expect "there" · 3 expect "world"
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func x15_noFrameComes() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Goodbye, world", within: soon)
    ]) { _, _ in }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Goodbye, world" (14 bytes), got no frame within 100 ms
          client    has sent nothing at all
          hint      does the client wait for bytes that the script never sends, or has it not flushed what it wrote?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  limit passed                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func x16_anotherFrameComes() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Bonjour")
    ]) { client, _ in
        try client.send(try Framing.lengthPrefix().encode("Goodbye, world".utf8))
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Bonjour" (7 bytes), got frame "Goodbye, world" (14 bytes): first difference at byte 0 ('B' 0x42, got 'G' 0x47)
          expected  42 6f 6e 6a 6f 75 72                        Bonjour
          got       47 6f 6f 64 62 79 65 2c 20 77 6f 72 6c 64   Goodbye, world
                    ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "\\0\\0\\0\\x0eGoodbye, world"             step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

// MARK: Bytes the client does not read. A join returns when the unwritten end is current, and the kernel has been asked.

@Test func x18_aFrameIsNotRead() async throws {
    let here = #line
    let verdict = try await play([
        .sendFrame("Hello")
    ]) { client, server in
        try await server.join()
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 1 of 1: expected the client to disconnect cleanly (FIN), but it reset the connection (RST), with all 9 bytes sent to it (00 00 00 05 48 65 6c 6c 6f) unread when the kernel was last asked
          kernel    all 9 bytes sent to it were still in the client's queue, asked T before the failure
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> 00 00 00 05 48 65 6c 6c 6f             step 1 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
}

@Test func x19_bytesAreNotRead() async throws {
    let here = #line
    let verdict = try await play([
        .send("Hola!")
    ]) { client, server in
        try await server.join()
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 1 of 1: expected the client to disconnect cleanly (FIN), but it reset the connection (RST), with all 5 bytes sent to it ("Hola!") unread when the kernel was last asked
          kernel    all 5 bytes sent to it were still in the client's queue, asked T before the failure
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "Hola!"                                step 1 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
}

@Test func x20_threeOfSixBytesAreRead() async throws {
    let here = #line
    let verdict = try await play([
        .send("OneTwo"),
        .expect("read"),
    ]) { client, server in
        try client.expectText("One")
        try client.send("read")
        try await server.join()
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 2 of 2: expected the client to disconnect cleanly (FIN), but it reset the connection (RST), with 3 of the 6 bytes sent to it ("Two") unread when the kernel was last asked
          kernel    3 of the 6 bytes sent to it were still in the client's queue, asked T before the failure
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "OneTwo"                               step 1 ok
                    +T  <- "read"                                 step 2 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
    #expect(verdict.connections.first?.unreadByClient == 3)
}

@Test func x21_oneOfTwoLinesIsRead() async throws {
    let here = #line
    let verdict = try await play([
        .send("One\nTwo\n"),
        .expect("read"),
    ]) { client, server in
        try client.expectText("One\n")
        try client.send("read")
        try await server.join()
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 2 of 2: expected the client to disconnect cleanly (FIN), but it reset the connection (RST), with 4 of the 8 bytes sent to it ("Two\\n") unread when the kernel was last asked
          kernel    4 of the 8 bytes sent to it were still in the client's queue, asked T before the failure
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "One\\nTwo\\n"                           step 1 ok
                    +T  <- "read"                                 step 2 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
}

@Test func x22_whatStandsBehindADelimiterIsNotRead() async throws {
    let here = #line
    let verdict = try await play([
        .send("AAAXBBB"),
        .expect("read"),
    ]) { client, server in
        try client.expectText("AAAX")
        try client.send("read")
        try await server.join()
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 2 of 2: expected the client to disconnect cleanly (FIN), but it reset the connection (RST), with 3 of the 7 bytes sent to it ("BBB") unread when the kernel was last asked
          kernel    3 of the 7 bytes sent to it were still in the client's queue, asked T before the failure
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "AAAXBBB"                              step 1 ok
                    +T  <- "read"                                 step 2 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
}

/// The same on a live server, where the client leaves before anybody has enqueued that it may.
@Test func x20_threeOfSixBytesAreReadFromALiveServer() async throws {
    let here = #line
    let server = try MockServer()
    let client = try TestClient.connect(server.host, server.port)
    try server.enqueue(.send("OneTwo"), .expect("read"))
    try client.expectText("One")
    try client.send("read")
    try await server.join()
    client.close()
    let failure = try #require(await server.finish().failures.first)
    #expect(
        failure.summary == """
            connection 1, after step 2 of 2: expected the client to disconnect cleanly (FIN), but it reset the connection \
            (RST), with 3 of the 6 bytes sent to it ("Two") unread when the kernel was last asked
            """)
    #expect(Int(failure.location.line) == here + 1)
}

/// Without a join the kernel may or may not have been asked in time: the text says just what is known.
@Test func x20_aClientThatClosesAtOnceIsToldByWhatIsKnown() async throws {
    let here = #line
    let verdict = try await play([
        .send("OneTwo"),
        .expect("read"),
        .expectDisconnect(),
    ]) { client, _ in
        try client.expectText("One")
        try client.send("read")
        client.close()
    }
    let failure = try #require(verdict.failures.first)
    let known = [
        #", with 3 of the 6 bytes sent to it ("Two") unread when the kernel was last asked"#,
        ": it closed without reading everything it was sent, or meant to reset",
    ]
    let start = """
        connection 1, step 3 of 3: expected the client to disconnect cleanly (FIN), but it reset the connection (RST)
        """
    #expect(known.map { start + $0 }.contains(failure.summary), "\(failure)")
    #expect(failure.location.line == here + 4)
}

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
                    +T  -> "two"                                  step 4 tried
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
