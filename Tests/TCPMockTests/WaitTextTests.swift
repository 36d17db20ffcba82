// Who waits for whom: each likely cause, produced by a real client.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(500)
/// More than both kernels' buffers hold.
private let huge = Bytes([UInt8](repeating: 0x78, count: 16 << 20))

/// Plays a script whose limit passes: the likely cause, and all that is said.
func cause(
    _ script: Script, options: MockServer.Options = .init(limits: Limits(afterScript: .seconds(120))),
    _ talk: @escaping @Sendable (TestClient, MockServer) throws -> Void
) async throws -> (cause: String?, details: String) {
    let verdict = try await play(script, options: options) { client, server in
        try await onThread { try talk(client, server) }
    }
    #expect(verdict.failures.count == 1, "\(verdict)")
    let failure = try #require(verdict.failures.first)
    #expect(failure.kind == .limit, "\(failure)")
    if let cause = failure.likelyCause { #expect(failure.details.contains("  hint      \(cause)\n")) }
    return (failure.likelyCause, failure.details)
}

@Suite struct WaitTextTests {
    // MARK: Bytes that do not come

    @Test func bothWaitWhenPartOfARequestHasCome() async throws {
        let (cause, _) = try await cause([.expect("PING\r\n", within: soon), .send("+PONG\r\n")]) { client, _ in
            try client.send("PIN")
        }
        #expect(
            cause == "the script waits for 3 more bytes, and the client, it seems, for step 2, send \"+PONG\\r\\n\", "
                + "which comes only after them")
    }

    @Test func bothWaitWhenPartOfAnAlternativeHasCome() async throws {
        let (cause, _) = try await cause([
            .respond(to: ["PING\r\n": "+PONG\r\n", "QUIT\r\n": .close], within: soon), .send("x"),
        ]) { client, _ in
            try client.send("QUI")
        }
        #expect(cause?.hasPrefix("the script waits for 3 more bytes") == true, "\(cause ?? "")")
        let order = try await self.order()
        #expect(order?.hasPrefix("the script waits for 1 more byte,") == true, "\(order ?? "")")
    }

    private func order() async throws -> String? {
        let script: Script = [.anyOrder([.expect("AB"), .expect("CD")])]
        return try await cause(script, options: .init(limits: Limits(step: soon))) { client, _ in
            try client.send("C")
        }.cause
    }

    @Test func aLengthThatPromisesMoreThanComes() async throws {
        let (cause, _) = try await cause([.expectFrame(.any, within: soon)]) { client, _ in
            try client.send([0, 0, 1, 0] + Array("Jello".utf8))
        }
        #expect(
            cause == "the length prefix promises 256 bytes, of which 5 came: "
                + "the client may think it has sent the whole frame, and wait for what follows")
    }

    @Test func aLengthInTheOtherByteOrder() async throws {
        let framing = Framing.lengthPrefix(UInt16.self)
        let (late, _) = try await cause([.expectFrame(.any, framing: framing, within: soon)]) { client, _ in
            try client.send([5, 0] + Array("Jello".utf8))
        }
        #expect(late?.hasPrefix("in the other byte order the length prefix says 5, which is what came") == true)
        let verdict = try await play([.expectFrame("Jello")]) { client, _ in
            try client.send([5, 0, 0, 0] + Array("Jello".utf8))
        }
        let tooLong = verdict.failures.first?.likelyCause
        #expect(tooLong?.hasPrefix("in the other byte order the length prefix says 5, which is what came") == true)
    }

    @Test func aLengthThatCountsItself() async throws {
        let (cause, _) = try await cause([.expectFrame(.any, within: soon)]) { client, _ in
            try client.send([0, 0, 0, 9] + Array("Jello".utf8))
        }
        #expect(cause == "the length prefix seems to count its own 4 bytes too: that is includesHeader: true")
    }

    @Test func textWhereALengthIsExpected() async throws {
        let framing = Framing.lengthPrefix(UInt16.self)
        let (cause, _) = try await cause([.expectFrame(.any, framing: framing, within: soon)]) { client, _ in
            try client.send("GET / HTTP/1.1\r\n\r\n")
        }
        #expect(
            cause == "the length prefix promises 18,245 bytes, of which 16 came; it also reads as text, \"GE\": "
                + "does the client send frames at all?")
    }

    @Test func aLineThatEndsInLineFeedAlone() async throws {
        let says =
            "what came ends in LF alone, and the delimiter is CRLF: the client must end its lines with \"\\r\\n\""
        for step in [
            Step.receive(until: "\r\n", within: soon), .expect(upTo: "\r\n", .prefix("PI"), within: soon),
            .expectFrame("PING\n", framing: .delimiter("\r\n"), within: soon),
        ] {
            let (cause, _) = try await cause([step, .send("+PONG\r\n")]) { client, _ in try client.send("PING\n") }
            #expect(cause == says)
        }
        let verdict = try await play([.expect("PING\r\n")]) { client, _ in try client.send("PING\n") }
        #expect(
            verdict.failures.first?.likelyCause == "the client ends its line with LF alone, and CRLF is expected")
        let check = try await play([.expect(upTo: "\r\n", "PING")]) { client, _ in try client.send("PING\n") }
        #expect(check.failures.first?.kind == .check)
        #expect(check.failures.first?.likelyCause == says)
    }

    @Test func aLineWithoutItsEnd() async throws {
        let (cause, _) = try await cause([.expectLine("PING", within: soon)]) { client, _ in
            try client.send("PING")
        }
        #expect(cause == "what came has no line ending at its end: has the client left it out, or not flushed it?")
    }

    @Test func aReplyThatTheClientHasNotRead() async throws {
        let (cause, details) = try await cause([.send("220 ready\r\n"), .expectLine("EHLO", within: soon)]) {
            client, _ in
            try client.awaitBytes(11)
        }
        #expect(cause == "the client has not read what it was sent: is it busy, or does it wait for something else?")
        #expect(details.contains("kernel    all 11 bytes sent to it were still in the client's queue"))
    }

    // MARK: A client that stays

    @Test func aPoolThatKeepsItsConnection() async throws {
        let options = MockServer.Options(limits: Limits(afterScript: soon))
        let (unwritten, _) = try await cause([.expect("GET\n"), .send("OK\n")], options: options) { client, _ in
            try client.send("GET\n")
            try client.expectText("OK\n")
        }
        #expect(
            unwritten == "the client has read all it was sent and keeps the connection: close it, "
                + "or say afterScript: .mayStayOpen if it belongs to a pool")
        let (written, _) = try await cause([.send("OK\n"), .expectDisconnect(within: soon)]) { client, _ in
            try client.expectText("OK\n")
        }
        #expect(written?.contains("or leave expectDisconnect out and say afterScript: .mayStayOpen") == true)
    }

    @Test func aClientThatSpokeLast() async throws {
        let options = MockServer.Options(limits: Limits(afterScript: soon))
        let (cause, _) = try await cause([.send("hi\n"), .expect("GET\n")], options: options) { client, _ in
            try client.expectText("hi\n")
            try client.send("GET\n")
        }
        #expect(
            cause
                == "the client spoke last: does it wait for an answer that the script never sends? Else it must close")
    }

    @Test func aClientThatHasEndedItsStreamDuringAStall() async throws {
        let (cause, _) = try await cause([.stall(within: soon)]) { client, _ in client.shutDownWriting() }
        #expect(cause == "the client has ended its stream and waits for the end of ours, which a stall never sends")
    }

    @Test func aClientThatHasEndedItsStreamAndLeftBytesUnread() async throws {
        let (cause, _) = try await cause([.send("hi"), .expectDisconnect(within: soon)]) { client, _ in
            try client.awaitBytes(2)
            client.shutDownWriting()
        }
        #expect(cause == "the client must read what is left, and close")
    }

    // MARK: Bytes that are not taken

    @Test func bothWriteAndNeitherReads() async throws {
        let (cause, details) = try await cause(
            [.send(huge), .delay(.zero), .receive(exactly: 16 << 20)],
            options: .init(limits: Limits(step: .seconds(3), maxBuffered: 65536))
        ) { client, _ in
            _ = try? client.sendWhatFits(most: 128 << 20, patience: 60_000)  // it is reset in the middle
        }
        #expect(
            cause
                == "both sides write and neither reads: what the client writes waits for us, as this side's reading is full "
                + "(maxBuffered), and ours for the client", "\(details)")
        #expect(
            details.contains(/sending   [\d,]+ bytes are not yet the kernel's, and [\d,]+ bytes not acknowledged/),
            "\(details)")
        #expect(details.contains("client    had sent bytes that no step read"), "\(details)")
        #expect(
            details.contains(
                /arriving  [\d,]+ bytes of the client's are unread here, and [\d,]+ bytes still in its own/))
    }

    @Test func bothWriteWhileTheScriptDoesNotRead() async throws {
        let (cause, _) = try await cause([
            .expectBackpressure(within: .seconds(60)), .send(huge, within: soon), .delay(.zero), .expect("x"),
        ]) { client, _ in
            _ = try? client.sendWhatFits(most: 128 << 20, patience: 60_000)  // it is reset in the middle
        }
        #expect(cause?.contains("as the script does not read, and ours for the client") == true, "\(cause ?? "")")
    }

    @Test func aClientThatEndedItsStreamAndDoesNotRead() async throws {
        let (cause, _) = try await cause([.expectEOF(), .send(huge, within: soon)]) { client, _ in
            client.shutDownWriting()
        }
        #expect(
            cause
                == "the client has ended its own stream and does not read ours: its receive buffer and ours are full")
    }

    @Test func aResetThatWaitsForAClientThatDoesNotRead() async throws {
        let big = Bytes([UInt8](repeating: 0x78, count: 1 << 20))
        let (cause, details) = try await cause([.send(big), .reset(within: soon)]) { client, _ in
            try client.awaitBytes(1)
        }
        #expect(
            cause
                == "reset waits until the client's kernel has all that was sent: does the client read to the end of it?"
        )
        #expect(details.contains(/sending   [\d,]+ bytes not acknowledged by the client's kernel/), "\(details)")
    }

    // MARK: Questions

    @Test func aClosureThatDoesNotAnswer() async throws {
        let gate = Gate("never")
        let (cause, _) = try await cause([
            .respond(.line, within: soon) { _ in
                try await gate.opened(); return "x"
            }
        ]) {
            client, _ in
            try client.send("PING\n")
        }
        gate.open()
        #expect(cause == "does the closure wait for something that only happens after its reply?")
    }

    @Test func aGateThatOpensBehindTheWaitForIt() async throws {
        let gate = Gate("late")
        let (cause, _) = try await cause([.wait(gate, within: soon), .send("x"), .open(gate)]) { _, _ in }
        #expect(cause == "step 3 opens it, which comes only after this wait")
    }

    @Test func aGateThatNoStepOpens() async throws {
        let (cause, _) = try await cause([.wait(Gate("mine"), within: soon)]) { _, _ in }
        #expect(cause == "no step opens it: has the test's own code come to its open()?")
    }

    @Test func aGateWhoseOpenerNobodyPlays() async throws {
        let gate = Gate("ready")
        let server = try MockServer(connections: [[.wait(gate, within: soon)], [.expect("go"), .open(gate)]])
        let client = try server.connect()
        let nobody = await server.finish().failures.first?.likelyCause
        #expect(nobody == "nobody has connected for step 2 of script 2, which opens it")
        client.close()
    }

    @Test func aGateWhoseOpenerWaitsItself() async throws {
        let gate = Gate("ready")
        let server = try MockServer(connections: [
            [.wait(gate, within: .milliseconds(300))], [.expect("go", within: .seconds(60)), .open(gate)],
        ])
        let (waiting, other) = (try server.connect(), try server.connect())
        _ = try await onThread { try? waiting.receiveSome() }
        let verdict = await server.stop()
        #expect(
            verdict.failures.first?.likelyCause
                == "connection 2, which opens it, had only come to step 1, expect \"go\"",
            "\(verdict)")
        withExtendedLifetime(other) {}
    }

    // MARK: Other ends

    @Test func aLiveServerWaitsForPartOfARequest() async throws {
        let server = try MockServer(options: .init(limits: Limits(step: soon)))
        try server.enqueue(.expect("PING\r\n"), .send("+PONG\r\n"))
        let client = try server.connect()
        try client.send("PING")
        await #expect(throws: ScriptFailed.self) { try await server.join() }
        let failure = try #require(await server.finish().failures.first)
        #expect(failure.likelyCause?.hasPrefix("the script waits for 2 more bytes, and the client") == true)
        client.close()
    }

    @Test func aMockClientNamesTheServer() async throws {
        let server = try TestServer { connection in
            try connection.send("220")
            _ = try? connection.receiveAll()
        }
        let client = try MockClient(
            connectingTo: .ipv4(port: server.port), [.expect("220 ready", within: .seconds(1)), .send("EHLO")])
        let failure = try #require(await client.finish().failures.first)
        #expect(
            failure.likelyCause
                == "the script waits for 6 more bytes, and the server, it seems, for step 2, send \"EHLO\", "
                + "which comes only after them", "\(failure)")
        withExtendedLifetime(server) {}
    }
}
