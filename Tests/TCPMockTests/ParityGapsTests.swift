// What the replaced tools could not say, or said wrongly: each situation with its whole text here.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(100)

@Test func gap_threeOfFiveBytesThenClose() async throws {
    let here = #line
    let verdict = try await play([
        .expect("Hello")
    ]) { client, _ in
        try client.send("Hel")
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected "Hello", got 3 of 5 bytes ("Hel"), then the client ended its stream (FIN)
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Hel"
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
          then      TCPMock reset the connection
        """)
    #expect(verdict.failures.first?.offset == 3)
}

@Test func gap_threeOfFiveBytesThenSilence() async throws {
    let here = #line
    let verdict = try await play([
        .expect("> "),
        .expect("Hello", within: soon),
        .send("Hello, client"),
    ]) { client, _ in
        try client.send("> Hel")
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 3: expected "Hello", got 3 of 5 bytes ("Hel") within 100 ms
          client    sent its last bytes T before the failure, 5 bytes in all
          hint      the script waits for 2 more bytes, and the client, it seems, for step 3, send "Hello, client", which comes only after them
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "> "                                   step 1 ok
                    +T  <- "Hel"
                    +T  limit passed                              step 2 failed
          not run   3 send "Hello, client"
          then      TCPMock reset the connection, so that the client does not wait
        """)
    #expect(try #require(verdict.failures.first?.sinceLastBytes) >= soon)
}

/// The default limit counts time without progress, and its text says so.
@Test func gap_threeOfFiveBytesThenSilenceForTheDefaultLimit() async throws {
    let here = #line
    let verdict = try await play(
        [
            .expect("Hello")
        ], options: .init(limits: Limits(step: .milliseconds(250)))
    ) { client, _ in
        try client.send("Hel")
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 1 of 1: expected "Hello", got 3 of 5 bytes ("Hel"), then nothing for 250 ms
          client    sent its last bytes T before the failure, 3 bytes in all
          hint      the script waits for 2 more bytes, and the client for a reply, or it has not flushed what it wrote
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "Hel"
                    +T  limit passed                              step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func gap_aSecondConnectionWhileBytesAreExpected() async throws {
    let here = #line
    let verdict = try await play([
        .send("ready"),
        .expect("Hello"),
    ]) { client, server in
        try client.expectText("ready")
        let second = try TestClient.connect(server.host, server.port)
        second.expectReset()
        try client.send("Hello")
        client.close()
    }
    expectFailure(
        verdict, line: here + 1,
        """
        connection 2: no script is for it; the server is for one connection, and connection 1 was at step 2 of 2, expect "Hello"
          hint      options.unscripted = .reset or .ignore tolerates strangers; MockServer(every:) serves them all
          so far    +T  client 127.0.0.1:PORT connected
          then      TCPMock reset the connection, so that the client does not wait
        """)
    #expect(verdict.failures.first?.kind == .unscripted)
}

@Test func gap_aResetWhileBytesAreExpected() async throws {
    let here = #line
    let verdict = try await play([
        .expect("Hello")
    ]) { client, _ in
        client.reset()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected "Hello", got 0 of 5 bytes, then the client reset the connection (RST)
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client reset the connection (RST)
                    +T  step 1 failed
        """)
}

@Test func gap_halfAHeaderThenClose() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Hello")
    ]) { client, _ in
        try client.send([0, 0])
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Hello" (5 bytes), got 2 of the 4 bytes of its length prefix (00 00), then the client ended its stream (FIN)
          hint      the frame is truncated
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- 00 00
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
          then      TCPMock reset the connection
        """)
}

@Test func gap_halfAPayloadThenClose() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Hello")
    ]) { client, _ in
        try client.send([0, 0, 0, 5, 0x48, 0x65])
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Hello" (5 bytes), got its length prefix and 2 of 5 bytes of payload ("He"), then the client ended its stream (FIN)
          hint      the frame is truncated
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- 00 00 00 05 48 65
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
          then      TCPMock reset the connection
        """)
}

@Test func gap_halfAPayloadThenSilence() async throws {
    let here = #line
    let verdict = try await play([
        .expect("> "),
        .expectFrame("Hello", within: soon),
    ]) { client, _ in
        try client.send(Array("> ".utf8) + [0, 0, 0, 5, 0x48, 0x65])
    }
    expectFailure(
        verdict, line: here + 3,
        """
        connection 1, step 2 of 2: expected frame "Hello" (5 bytes), got its length prefix and 2 of 5 bytes of payload ("He") within 100 ms
          client    sent its last bytes T before the failure, 8 bytes in all
          hint      the length prefix promises 5 bytes, of which 2 came: the client may think it has sent the whole frame, and wait for what follows
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- "> "                                   step 1 ok
                    +T  <- 00 00 00 05 48 65
                    +T  limit passed                              step 2 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

/// Judged from the header, at its last byte; no limit is waited out.
@Test func gap_aLengthPrefixThatCanNotBeMeant() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Hello", within: .seconds(600))
    ]) { client, _ in
        try client.send([0xff, 0xff, 0xff, 0xff])
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Hello" (5 bytes), got a length prefix of 4,294,967,295 bytes (ff ff ff ff), more than the 16,777,216 allowed
          hint      is the prefix in the other byte order, or is there none? Raise `max:` of the framing if such frames are meant
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- ff ff ff ff                            step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

@Test func gap_theEndOfTheStreamIsNoEmptyFrame() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("")
    ]) { client, _ in
        client.close()
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "" (0 bytes), got no frame, then the client ended its stream (FIN)
          hint      the end of the stream is not an empty frame
          so far    +T  client 127.0.0.1:PORT connected
                    +T  client ended its stream (FIN)
                    +T  step 1 failed
          then      TCPMock reset the connection
        """)
}

@Test func gap_anEmptyFrameIsNoEndOfTheStream() async throws {
    let verdict = try await play([.expectFrame("")]) { client, _ in
        try client.send([0, 0, 0, 0])
        client.close()
    }
    expectClean(verdict)
}

@Test func gap_aFrameOfAnotherLengthThatBeginsAlike() async throws {
    let here = #line
    let verdict = try await play([
        .expectFrame("Hello, world")
    ]) { client, _ in
        try client.send([0, 0, 0, 5] + Array("Hello".utf8))
    }
    expectFailure(
        verdict, line: here + 2,
        """
        connection 1, step 1 of 1: expected frame "Hello, world" (12 bytes), got frame "Hello" (5 bytes): the lengths differ
          expected  48 65 6c 6c 6f 2c 20 77 6f 72 6c 64   Hello, world
          got       48 65 6c 6c 6f                        Hello
                                   ^^
          so far    +T  client 127.0.0.1:PORT connected
                    +T  <- 00 00 00 05 48 65 6c 6c 6f             step 1 failed
          then      TCPMock reset the connection, so that the client does not wait
        """)
}

/// What cannot be done there has a step here: silence, delay, half-close, reset.
@Test func gap_silenceDelayAndHalfClose() async throws {
    let script: Script = [
        .expect("a"), .expectSilence(for: .milliseconds(5)), .delay(.milliseconds(5)), .send("b"), .halfClose(),
        .expect("c"),
    ]
    let verdict = try await play(script) { client, _ in
        try client.send("a")
        try client.expectText("b", reading: 2)
        try client.send("c")
        client.close()
    }
    expectClean(verdict)
}

@Test func gap_reset() async throws {
    let verdict = try await play([.expect("a"), .send("b"), .reset()]) { client, _ in
        try client.send("a")
        try client.expectText("b")
        client.expectReset()
    }
    expectClean(verdict)
}

/// Nothing of the client's is patched, so another server in the same test is none of our business.
@Test func gap_aServerThatIsNotOursIsLeftAlone() async throws {
    let other = try MockServer(every: [.send("hi")], options: .init(afterScript: .mayStayOpen))
    let verdict = try await play([.expect("a")]) { client, _ in
        let stranger = try TestClient.connect(other.host, other.port)
        try stranger.expectText("hi")
        try client.send("a")
        client.close()
    }
    expectClean(verdict)
    expectClean(await other.finish())
}
