// The texts of failures, whole: leaving, sending, connections too few or too many, other transports.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)
/// More than both kernels' buffers hold.
private let huge = Bytes([UInt8](repeating: 0x78, count: 16 << 20))

// MARK: Leaving

@Test func tellsAClientThatStaysAfterTheScript() async throws {
    let here = #line
    let verdict = try await play(
        [
            .expect("QUIT\r\n")
        ], options: .init(limits: Limits(afterScript: soon))
    ) { client, _ in
        try client.send("QUIT\r\n")
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 1 of 1: expected the client to disconnect, as the script has ended, but it was still connected after 100 ms
          client    sent its last bytes T before the failure, 6 bytes in all
          hint      the client spoke last: does it wait for an answer that the script never sends? Else it must close
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "QUIT\\r\\n"                             step 1 ok
                    +T  limit passed                              failed at the script's end
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func tellsACleanEndWhereAResetIsExpected() async throws {
    let here = #line
    let verdict = try await play([
        .expectDisconnect(.reset)
    ]) { client, _ in
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected the client to reset the connection (RST), but it closed cleanly (FIN)
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
        """)
}

@Test func tellsAResetWhereNothingWasSent() async throws {
    let here = #line
    let verdict = try await play([
        .expectDisconnect()
    ]) { client, _ in
        client.reset()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected the client to disconnect cleanly (FIN), but it reset the connection (RST)
          hint      closing with SO_LINGER 0 (an abort, a forced close) resets; expectDisconnect(.any) allows it
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client reset the connection (RST)
                    +T  step 1 failed
        """)
}

@Test func tellsAResetOnPurposeByAClientThatReadEverything() async throws {
    let here = #line
    let verdict = try await play([
        .send("bye"),
        .expect("read"),
    ]) { client, server in
        try client.expectText("bye")
        try client.send("read")
        try await server.join()
        client.reset()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 2 of 2: expected the client to disconnect cleanly (FIN), but it reset the connection (RST), although it had taken all 3 bytes sent to it
          kernel    the client's queue was empty: it had taken all 3 bytes sent to it, asked T before the failure
          hint      closing with SO_LINGER 0 (an abort, a forced close) resets; expectDisconnect(.any) allows it
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "bye"                                  step 1 ok
                    +T  <- "read"                                 step 2 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
}

/// It looks clean until it is asked whether it refuses what it was sent.
@Test func tellsAClientThatShutsDownAndThenClosesWithUnreadBytes() async throws {
    let here = #line
    let verdict = try await play([
        .send("OneTwo"),
        .expectEOF(),
        .delay(.milliseconds(50)),
        .expectDisconnect(),
    ]) { client, _ in
        try client.expectText("One")
        client.shutDownWriting()
        client.close()
    }
    let failure = try #require(verdict.failures.first)
    #expect(verdict.connections.first?.end == .rstAfterFin)
    #expect(
        failure.summary == """
            connection 1, step 4 of 4: expected the client to disconnect cleanly (FIN), but it ended its stream (FIN) and then \
            reset the connection (RST): it closed without reading everything it was sent, or meant to reset
            """)
    #expect(failure.location.line == here + 5)
}

// MARK: Sending

@Test func tellsAClientThatNeverReads() async throws {
    let here = #line
    let verdict = try await play([
        .send(huge, within: soon),
        .expectDisconnect(),
    ]) { _, _ in }
    let failure = try #require(verdict.failures.first)
    #expect(
        failure.summary
            == #"connection 1, step 1 of 2: send "\#(String(repeating: "x", count: 64))"… (16,777,216 bytes) is not done: "#
            + "the client did not take it all within 100 ms")
    #expect(failure.location.line == here + 2)
    #expect(failure.details.contains("hint      the client does not read, or not fast enough"))
    #expect(failure.details.contains(/dropping [\d,]+ bytes it had not taken/))
    #expect(failure.details.contains(/step 1 tried\n.*limit passed +step 1 failed/))
}

@Test func tellsAClientThatResetsInTheMiddleOfASend() async throws {
    let here = #line
    let verdict = try await play([
        .send(huge),
        .expectDisconnect(),
    ]) { client, _ in
        try client.awaitBytes(1)
        client.reset()
    }
    let failure = try #require(verdict.failures.first)
    #expect(failure.kind == .send)
    #expect(
        failure.summary.contains(
            /^connection 1, step 1 of 2: send "x+"… \(16,777,216 bytes\) failed: .*, for the client had/))
    #expect(failure.location.line == here + 2)
}

// MARK: Too few and too many

@Test func tellsThatTooFewCame() async throws {
    let here = #line
    let server = try MockServer(
        every: [.expect("a")], count: 3, options: .init(limits: Limits(step: .milliseconds(300))))
    let client = try TestClient.connect(server.host, server.port)
    try client.send("a")
    client.close()
    expectFailure(
        await server.finish(), line: here + 1,
        """
        expected 3 connections, but only 1 came within 300 ms
          server    was listening on 127.0.0.1:PORT
          hint      does the client open another connection, or does it use the first one again?
        """)
}

@Test func tellsWhichScriptNobodyCameFor() async throws {
    let here = #line
    let server = try MockServer(
        connections: [[.expect("a")], [.expect("b"), .send("c")]],
        options: .init(limits: Limits(step: .milliseconds(300))))
    let client = try TestClient.connect(server.host, server.port)
    try client.send("a")
    client.close()
    expectFailure(
        await server.finish(), line: here + 1,
        """
        expected a connection for script 2 of 2, but only 1 came within 300 ms
          server    was listening on 127.0.0.1:PORT
          not run   1 expect "b" · 2 send "c"
          hint      does the client open another connection, or does it use the first one again?
        """)
}

@Test func countsTheReconnectsAfterAFailure() async throws {
    let verdict = try await play([.expect("a")]) { client, server in
        try client.send("b")
        client.expectReset()
        for _ in 1...2 { try TestClient.connect(server.host, server.port).expectReset() }
    }
    #expect(verdict.failures.count == 1)
    #expect(verdict.failures.first?.details.hasSuffix("\n            followed by 2 reconnects, all reset") == true)
    #expect(verdict.notes == ["followed by 2 reconnects, which were reset"])
}

// MARK: Other transports

/// The kernel does not tell what a Unix-domain client has left unread, and the text does not pretend to know.
@Test func tellsOfAUnixDomainClientWhatCanBeKnown() async throws {
    let here = #line
    let address = MockAddress.abstract("tcpmock-failure-text-\(UInt64.random(in: 0 ... .max))")
    let verdict = try await play([.send("OneTwo")], options: .init(address: address)) { client, _ in
        try client.expectText("One")
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, after step 1 of 1: expected the client to disconnect cleanly (FIN), but it reset the connection (RST): it closed without reading everything it was sent, or meant to reset
          kernel    not asked, for it does not tell of Unix-domain sockets: how much the client had left unread is not known
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client connected
                    +T  -> "OneTwo"                               step 1 ok
                    +T  client reset the connection (RST)
                    +T  failed at the script's end
        """)
}

@Test func tellsAClientThatGoesAwayInsteadOfAnswering() async throws {
    let here = #line
    let verdict = try await play([
        .send("220 ready\r\n"),
        .expect("EHLO"),
    ]) { client, _ in
        try client.awaitBytes(11)
        client.close()
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 2: expected "EHLO", got 0 of 4 bytes, then the client reset the connection (RST)
          hint      a client that closes with unread bytes resets the connection: read to the end of the stream first
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "220 ready\\r\\n"                        step 1 ok
                    +T  client reset the connection (RST)
                    +T  step 2 failed
        """)
}
