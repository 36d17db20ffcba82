// How a client and its server part: politely, by half-close, by reset, too early, not at all.

import TCPMock
import TestClient
import Testing

@Suite struct MockClientLeaveTests {
    @Test func u5ConnectThenCloseIsATestAlready() async throws {
        let (server, client) = try await talk([.expectConnect(), .expectDisconnect()], [.expectConnect(), .close()])
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: client).end == .byScript)
        let (other, nothing) = try await talk([], [])
        expectClean(other)
        expectClean(nothing)
    }

    @Test func afterAHalfCloseTheServerStillSpeaks() async throws {
        let (server, client) = try await talk(
            [.expect("abc"), .expectEOF(), .send("cba"), .disconnect()], [.send("abc"), .halfClose(), .expect("cba")])
        expectClean(server)
        expectClean(client)
    }

    @Test func aResetReachesTheServerAfterAllThatWasSent() async throws {
        let (server, client) = try await talk(
            [.expect("abc"), .expectDisconnect(.reset)], [.send("abc"), .reset()])
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: server).end == .rst)
    }

    @Test func aServersResetMayBeExpected() async throws {
        let (server, client) = try await talk(
            [.send("abc"), .reset()], [.expect("abc"), .expectDisconnect(.reset)])
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: client).end == .rst)
        #expect(try "\(firstRecord(of: client).end)" == "the server reset the connection (RST)")
    }

    @Test func whenTheScriptExpectsIsTheServerMustLeaveFirst() async throws {
        let server = try MockServer([.expect("bye"), .delay(.milliseconds(30)), .disconnect()])
        let client = try MockClient(connectingTo: server.address, [.send("bye"), .expectDisconnect()])
        expectClean(await client.finish())
        let verdict = await server.finish()
        expectClean(verdict)
        #expect(try firstRecord(of: verdict).end == .fin)
    }

    @Test func aServerThatSaysMoreAfterTheScriptIsAFailure() async throws {
        let (_, client) = try await talk(
            [.expect("a"), .send("b"), .send("more"), .expectDisconnect(.any)],
            [
                .send("a"), .expect("b"),
            ])
        #expect(client.failures.map(\.kind) == [.unexpectedBytes])
        #expect(
            try firstFailure(of: client).summary
                == #"connection 1, after step 2 of 2: expected the server to disconnect, as the script has ended, got 4 more bytes: "more""#
        )
        #expect(try firstFailure(of: client).details.contains("the server says more than the script expects"))
    }

    @Test func aServerThatResetsWhenTheClientHasClosedIsAFailure() async throws {
        let (server, client) = try await talk(
            [.expect("a"), .send("b"), .expectEOF(), .reset()],
            [
                .send("a"), .expect("b"),
            ])
        expectClean(server)
        #expect(client.failures.map(\.kind) == [.departure])
        #expect(
            try firstFailure(of: client).summary.hasPrefix(
                "connection 1, after step 2 of 2: expected the server to disconnect cleanly (FIN), but it reset"),
            "\(client)")
    }

    @Test func aServerThatStaysWhenTheClientHasClosedIsAFailure() async throws {
        let limits = Limits(step: unscaled(.milliseconds(100)))
        let server = try MockServer([.expect("a"), .send("b"), .delay(.seconds(600))])
        let client = await
            (try MockClient(
                connectingTo: server.address, [.send("a"), .expect("b")], options: .init(limits: limits))).finish()
        _ = await server.stop()
        #expect(client.failures.map(\.kind) == [.limit])
        #expect(
            try firstFailure(of: client).summary
                == "connection 1, after step 2 of 2: expected the server to disconnect, as the script has ended, but it was still connected after 100 ms"
        )
        #expect(
            try firstFailure(of: client).details.contains(
                "does the server read to the end of the stream, and close then?"))
    }

    @Test func whoStaysOpenLeavesWhenItIsFinished() async throws {
        // The client leaves when this task has its turn, which on a busy machine is not soon.
        let limits = Limits(step: .seconds(60), afterScript: .seconds(300))
        let server = try MockServer([.expect("a"), .send("b")], options: .init(limits: limits))
        let client = try MockClient(
            connectingTo: server.address, [.send("a"), .expect("b")], options: .init(afterScript: .stayOpen))
        try await client.join()
        try await server.join()
        let probe = LoopBlock.begin()
        probe.release()
        expectClean(await client.finish())
        expectClean(await server.finish())
    }

    @Test func fromWhoStaysOpenTheServerMayLeave() async throws {
        let (server, client) = try await talk(
            [.expect("a"), .disconnect()], [.send("a")], client: .init(afterScript: .stayOpen))
        expectClean(server)
        expectClean(client)
    }

    @Test func aServerThatIsGoneInTheMiddleOfAStepIsToldAtItsLine() async throws {
        for (how, kind) in [(Step.close(), ScriptFailure.Kind.serverClosed), (.reset(), .serverReset)] {
            let line = UInt(#line + 1)
            let step = Step.expect("answer")
            let (_, client) = try await talk([.expect("a"), .send("ans"), how], [.send("a"), step])
            #expect(client.failures.map(\.kind) == [kind])
            #expect(try firstFailure(of: client).location.line == line)
            #expect(try firstFailure(of: client).offset == 3)
        }
    }

    @Test func aWrongByteResetsTheServersConnection() async throws {
        let (server, client) = try await talk(
            [.expect("a"), .send("x"), .expectDisconnect(.reset)],
            [
                .send("a"), .expect("b"),
            ])
        #expect(client.failures.map(\.kind) == [.mismatch])
        expectClean(server)
    }

    @Test func u3ASilentServerFailsAtTheLimitOfTheStep() async throws {
        let (_, client) = try await talk(
            [.expect("a"), .expectDisconnect(.any)], [.send("a"), .expect("b", within: unscaled(.milliseconds(50)))])
        #expect(client.failures.map(\.kind) == [.limit])
        #expect(
            try firstFailure(of: client).summary.hasSuffix(#"expected "b", got 0 of 1 byte within 50 ms"#), "\(client)")
    }
}
