// The texts of failures that the parity rows do not meet: every kind of failure is here or there.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)
/// More than both kernels' buffers hold.

// MARK: Bytes that differ

@Test func showsWhereBytesPartAndWhatCameSoFar() async throws {
    let here = #line
    let verdict = try await play([
        .expect("HELLO\r\n"),
        .expect("PING\r\n"),
        .send("+OK\r\n"),
        .expectDisconnect(),
    ]) { client, _ in
        try client.send("HELLO\r\nPONG\r\n")
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 4: expected "PING\\r\\n", got "PONG\\r\\n": first difference at byte 1 ('I' 0x49, got 'O' 0x4F)
          expected  50 49 4e 47 0d 0a   PING..
          got       50 4f 4e 47 0d 0a   PONG..
                       ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "HELLO\\r\\n"                            step 1 ok
                    +T  <- "PONG\\r\\n"                             step 2 failed
          not run   3 send "+OK\\r\\n" · 4 expectDisconnect
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func showsLongBytesAroundTheDifference() async throws {
    let expected = String(repeating: "0123456789", count: 20)
    var sent = Array(expected.utf8)
    sent[123] = UInt8(ascii: "x")
    let here = #line
    let verdict = try await play([
        .expect(.text(expected))
    ]) { client, _ in
        try client.send(sent)
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected …"789012345678901234567890123456789012345678901234"…, got …"7890123456789012x4567890123456789012345678901234"…: first difference at byte 123 ('3' 0x33, got 'x' 0x78)
          from byte 112 on; the 112 bytes before it are equal
          expected  32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37   2345678901234567
          got       32 33 34 35 36 37 38 39 30 31 32 78 34 35 36 37   23456789012x4567
                                                     ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "01234567890123456789012345678901"… (200 bytes)  step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func showsBytesThatAreNoTextAsHex() async throws {
    let here = #line
    let verdict = try await play([
        .expect("GET / HTTP/1.1\r\n")
    ]) { client, _ in
        try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected "GET / HTTP/1.1\\r\\n", got 16 03 01 02 00 01 00: first difference at byte 0 ('G' 0x47, got 0x16)
          expected  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a   GET / HTTP/1.1..
          got       16 03 01 02 00 01 00                              .......
                    ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- 16 03 01 02 00 01 00                   step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func namesTheLabelAndTheRoundOfAStep() async throws {
    let here = #line
    let verdict = try await play([
        .label("pings"),
        .repeat(
            3,
            [
                .expect("PING\n"),
                .send("PONG\n"),
            ]),
    ]) { client, _ in
        try client.send("PING\nPING\nQUIT\n")
    }
    expectFailure(
        verdict, line: here + 6,
        """
        connection 1, step 1 of 2 "pings" (round 3 of 3): expected "PING\\n", got "QUIT\\n": first difference at byte 0 ('P' 0x50, got 'Q' 0x51)
          expected  50 49 4e 47 0a   PING.
          got       51 55 49 54 0a   QUIT.
                    ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "PING\\n"                               step 1 ok
                    +T  -> "PONG\\n"                               step 2 ok
                    +T  <- "PING\\n"                               step 1 ok
                    +T  -> "PONG\\n"                               step 2 ok
                    +T  <- "QUIT\\n"                               step 1 failed
          not run   2 send "PONG\\n"
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func showsPartOfAFrameThatHasNotAllArrived() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Hello")
    ]) { client, _ in
        try client.send([0, 0, 1, 0] + Array("Jello".utf8))
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Hello" (5 bytes), got frame "Jello" (256 bytes, 5 of which arrived): first difference at byte 0 ('H' 0x48, got 'J' 0x4A)
          expected  48 65 6c 6c 6f   Hello
          got       4a 65 6c 6c 6f   Jello
                    ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- 00 00 01 00 4a 65 6c 6c 6f             step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func tellsALengthPrefixThatIsText() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Hello")
    ]) { client, _ in
        try client.send("GET / HTTP/1.1\r\n")
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Hello" (5 bytes), got a length prefix of 1,195,725,856 bytes (47 45 54 20), more than the 16,777,216 allowed
          hint      the prefix reads as text, "GET ": does the client send frames at all?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "GET / HTTP/1.1\\r\\n"                   step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func showsADelimiterThatDoesNotCome() async throws {
    let here = #line
    let verdict = try await play([
        .receive(until: "\r\n", max: 8)
    ]) { client, _ in
        try client.send("0123456789")
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected "\\r\\n" in at most 8 bytes, got 8 bytes without it ("01234567")
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "0123456789"                           step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

// MARK: Steps that starve

@Test func saysHowMuchAGreedyReceiveTook() async throws {
    let here = #line
    let verdict = try await play([
        .receive(atLeast: 5),
        .send("one"),
        .receive(atLeast: 5, within: .milliseconds(300)),
    ]) { client, _ in
        try client.send("1234567890")
        try client.expectText("one")
    }
    expectFailure(
        verdict, line: here + 4,
        """
        connection 1, step 3 of 3: expected at least 5 bytes, got none within 300 ms; step 1, receive(atLeast: 5), took 10 bytes, all that had come by then
          client    sent its last bytes T before the failure, 10 bytes in all
          kernel    the client's queue was empty: it had taken all 3 bytes sent to it, asked at the failure
          hint      did step 1, receive(atLeast: 5), take what this step waits for? receive(exactly:) leaves it to the next
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "1234567890"                           step 1 ok
                    +T  -> "one"                                  step 2 ok
                    +T  limit passed                              step 3 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func saysWhichReplyTheClientMayWaitFor() async throws {
    let here = #line
    let verdict = try await play([
        .receive(exactly: 8, within: soon),
        .send("220 ready\r\n"),
    ]) { _, _ in }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 2: expected 8 bytes, got none within 100 ms
          client    has sent nothing at all
          hint      does the client wait for step 2, send "220 ready\\r\\n", which comes only after this one? Or has it not flushed?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  limit passed                              step 1 failed
          not run   2 send "220 ready\\r\\n"
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func saysThatTheClientHasNotReadWhatItWasSent() async throws {
    let here = #line
    let verdict = try await play([
        .send("220 ready\r\n"),
        .receive(until: "\r\n", within: soon),
    ]) { client, _ in
        try client.awaitBytes(11)
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 2: expected "\\r\\n" in at most 65,536 bytes, got nothing within 100 ms
          client    has sent nothing at all
          kernel    all 11 bytes sent to it were still in the client's queue, asked at the failure
          hint      the client has not read what it was sent: is it busy, or does it wait for something else?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "220 ready\\r\\n"                        step 1 ok
                    +T  limit passed                              step 2 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func saysThatTheClientTookEverythingAndIsSilent() async throws {
    let here = #line
    let verdict = try await play([
        .send("220 ready\r\n"),
        .expect("EHLO", within: .milliseconds(300)),
    ]) { client, _ in
        try client.expectText("220 ready\r\n")
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 2: expected "EHLO", got 0 of 4 bytes within 300 ms
          client    has sent nothing at all
          kernel    the client's queue was empty: it had taken all 11 bytes sent to it, asked at the failure
          hint      does the client wait for bytes that the script never sends, or has it not flushed what it wrote?
          so far    +T  client 127.0.0.1:PORT connected
                    +T  -> "220 ready\\r\\n"                        step 1 ok
                    +T  limit passed                              step 2 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func tellsThatAFrameStarvedInItsHeader() async throws {
    let here = #line
    let verdict = try await play([
        .expect("> "),
        .expectFrame("Hello", within: soon),
    ]) { client, _ in
        try client.send("> \0\0\0")
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 2: expected frame "Hello" (5 bytes), got 3 of the 4 bytes of its length prefix (00 00 00) within 100 ms
          client    sent its last bytes T before the failure, 5 bytes in all
          hint      is the length prefix right? The client may think it has sent the whole frame
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "> "                                   step 1 ok
                    +T  <- 00 00 00
                    +T  limit passed                              step 2 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func tellsBytesThatBreakASilence() async throws {
    let here = #line
    let verdict = try await play([
        .expectSilence(for: .seconds(600)),
        .send("late"),
    ]) { client, _ in
        try client.send("now")
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 2: expected silence for 600 s, got 3 bytes: "now"
          got       6e 6f 77   now
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "now"                                  step 1 failed
          not run   2 send "late"
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func tellsBytesAfterTheScript() async throws {
    let here = #line
    let verdict = try await play([
        .expect("QUIT\r\n")
    ]) { client, _ in
        try client.send("QUIT\r\nEXTRA\r\n")
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 1, after step 1 of 1: expected the client to disconnect, as the script has ended, got 7 more bytes: "EXTRA\\r\\n"
          got       45 58 54 52 41 0d 0a   EXTRA..
          hint      the client says more than the script expects; a step for it is missing at the end
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "QUIT\\r\\n"                             step 1 ok
                    +T  <- "EXTRA\\r\\n"                            failed at the script's end
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func tellsAResetThatCutsADelayShort() async throws {
    let here = #line
    let verdict = try await play([
        .delay(.seconds(600)),
        .send("late"),
    ]) { client, _ in
        client.reset()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 2: delay(600 s) was cut short: the client reset the connection (RST)
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client reset the connection (RST)
                    +T  step 1 failed
          not run   2 send "late"
        """)
}

@Test func tellsAClientThatDoesNotEndItsStream() async throws {
    let here = #line
    let verdict = try await play([
        .expectEOF(within: soon)
    ]) { _, _ in }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected the client to end its stream (FIN), but it had not after 100 ms
          client    has sent nothing at all
          hint      the client must shut down its sending side, or close
          so far    +T  client 127.0.0.1:PORT connected
                    +T  limit passed                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}
