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
