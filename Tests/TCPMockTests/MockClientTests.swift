// A client's scripts played against servers: dialogues, and every way to make a client.

import TCPMock
import TestClient
import Testing

/// Lets `clientScript` talk to `serverScript`; both verdicts.
func talk(
    _ serverScript: Script, _ clientScript: Script, server: MockServer.Options = .patient,
    client options: MockClient.Options = .patient, line: UInt = #line
) async throws -> (server: Verdict, client: Verdict) {
    let server = try MockServer(serverScript, options: server, line: line)
    let client = try MockClient(connectingTo: server.address, clientScript, options: options, line: line)
    let clients = await client.finish()
    return (await server.finish(), clients)
}

// A busy machine may not come to a test for seconds: limits are for tests of limits.

extension MockServer.Options {
    static let patient = MockServer.Options(limits: Limits(step: .seconds(300)))
}

extension MockClient.Options {
    static let patient = MockClient.Options(limits: Limits(step: .seconds(300)), connect: .seconds(300))
}

func firstFailure(of verdict: Verdict) throws -> ScriptFailure {
    try #require(verdict.failures.first, "\(verdict)")
}

func firstRecord(of verdict: Verdict) throws -> ConnectionRecord {
    try #require(verdict.connections.first, "\(verdict)")
}

private let pong: Script = [.expect("PING\r\n"), .send("+PONG\r\n")]
private let ping: Script = [.send("PING\r\n"), .expect("+PONG\r\n")]

@Suite struct MockClientTests {
    @Test func aClientSendsExpectsAndLeavesPolitely() async throws {
        let (server, client) = try await talk(pong, ping)
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: server).end == .fin)
        #expect(try firstRecord(of: client).end == .fin)
        #expect(try firstRecord(of: client).received == Array("+PONG\r\n".utf8))
        #expect(try firstRecord(of: client).sent == Array("PING\r\n".utf8))
        #expect(client.accepted == 1)
        #expect(client.isComplete)
    }

    @Test func eachSideKnowsTheOthersAddress() async throws {
        let (server, client) = try await talk(pong, ping)
        #expect(try firstRecord(of: server).peer == firstRecord(of: client).local)
        #expect(try firstRecord(of: server).local == nil)
        #expect(try firstRecord(of: client).peer.hasPrefix("127.0.0.1:"))
    }

    @Test func theServerMaySpeakFirst() async throws {
        let (server, client) = try await talk(
            [.send("220 ready\r\n"), .expect("QUIT\r\n"), .send("221 bye\r\n"), .disconnect()],
            [.expect("220 ready\r\n"), .send("QUIT\r\n"), .expect("221 bye\r\n"), .expectDisconnect()])
        expectClean(server)
        expectClean(client)
    }

    @Test func framesAndLinesAreSpokenByBothSides() async throws {
        let framed: [Step] = [.expectFrame("question"), .sendFrame("answer"), .receive(until: "\r\n")]
        let (server, client) = try await talk(
            Script(framed), [.sendFrame("question"), .expectFrame("answer"), .send("a line\r\n")])
        expectClean(server)
        expectClean(client)
    }

    @Test func aSequencePlaysOneScriptAfterTheOther() async throws {
        let server = try MockServer(connections: [
            [.expect("one"), .send("1")], [.expect("two"), .send("2"), .close()], [.expect("three")],
        ])
        let client = try MockClient(
            connectingTo: server.address,
            sequence: [
                [.send("one"), .expect("1")], [.send("two"), .expect("2"), .expectDisconnect()], [.send("three")],
            ])
        let clients = await client.finish()
        expectClean(clients)
        expectClean(await server.finish())
        #expect(clients.connections.map(\.number) == [1, 2, 3])
    }

    @Test func aFailureEndsASequence() async throws {
        let server = try MockServer(every: [.send("1"), .expectDisconnect(.any)])
        let client = try MockClient(
            connectingTo: server.address, sequence: [[.expect("1")], [.expect("2")], [.expect("1")]])
        let verdict = await client.finish()
        #expect(verdict.failures.map(\.connection) == [2])
        #expect(try firstFailure(of: verdict).details.contains("not run   script 3 of 3"), "\(verdict)")
        #expect(await server.finish().accepted == 2)
    }

    @Test func stepsAreEnqueuedOnALiveClient() async throws {
        let server = try MockServer([.expect("a"), .send("b"), .expect("c"), .send("d")], options: .patient)
        let client = try MockClient(connectingTo: server.address, options: .patient)
        try client.enqueue(.send("a"), .expect("b"))
        try await client.join()
        try client.enqueue(.send("c"))
        try client.enqueue(.expect("d"))
        try await client.join()
        expectClean(await client.finish())
        expectClean(await server.finish())
    }

    @Test func aLiveClientWithoutStepsConnectsAndLeaves() async throws {
        let server = try MockServer([.expectConnect(), .expectDisconnect()], options: .patient)
        let verdict = await (try MockClient(connectingTo: server.address)).finish()
        expectClean(verdict)
        #expect(verdict.accepted == 1)
        expectClean(await server.finish())
    }

    @Test func aLiveClientThatFoundTheServerGoneMayHaveExpectedIt() async throws {
        for how in [Departure.cleanly, .reset] {
            let server = try MockServer([.expect("a"), how == .reset ? .reset() : .disconnect()], options: .patient)
            let client = try MockClient(connectingTo: server.address, options: .patient)
            try client.enqueue(.send("a"), .expectDisconnect(how))
            try await client.join()
            expectClean(await client.finish())
            expectClean(await server.finish())
        }
    }

    @Test func aLiveServerWhoseScriptEndsWithAResetIsDoneThen() async throws {
        // The unwritten end behind it used to expect a clean departure.
        let server = try MockServer()
        try server.enqueue(.expect("a"), .expectDisconnect(.reset))
        expectClean(await (try MockClient(connectingTo: server.address, [.send("a"), .reset()])).finish())
        try await server.join()
        expectClean(await server.finish())
    }

    @Test func joinWaitsForTheStepsAndNotForTheServerToLeave() async throws {
        let server = try MockServer([.expect("a"), .send("b"), .delay(.seconds(600))])
        let client = try MockClient(
            connectingTo: server.address, [.send("a"), .expect("b")],
            options: .init(limits: Limits(step: .seconds(300))))
        try await client.join()
        _ = await client.stop()
        _ = await server.stop()
    }

    @Test func aScriptThatCantBePlayedIsThrownAtItsLine() throws {
        let line = UInt(#line + 1)
        let late = Step.send("late")
        let error = #expect(throws: MockError.self) { try MockClient(connectingTo: .ipv4(port: 1), [.close(), late]) }
        #expect(error?.location?.line == line)
    }

    @Test func anAddressThatIsNoneIsThrown() throws {
        func problem(_ address: MockAddress, from sources: MockAddress...) -> String {
            do {
                _ = try MockClient(connectingTo: address, [], options: .init(sources: sources)).stop()
                return ""
            } catch { return "\(error)" }
        }
        #expect(problem(.ipv4(port: 0)).contains("there is no port 0"))
        #expect(problem(.ipv4("localhost", port: 80)).contains("can't connect to localhost:80"))
        #expect(problem(.ipv4(port: 70_000)).contains("0 to 65535"))
        #expect(problem(.unix(path: "/tmp/" + String(repeating: "x", count: 300))).contains("too long"))
        #expect(problem(.ipv4(port: 1), from: .loopback, .loopbackIPv6).contains("different families"))
        #expect(problem(.ipv4(port: 1), from: .loopback, .ipv4("nowhere")).contains("not a numeric"))
    }

    @Test func nonsensicalNumbersAreThrown() throws {
        for (count, atOnce) in [(0, 1), (1, 0), (-1, 1), (1, .max)] {
            #expect(throws: MockError.self) {
                try MockClient.many(count, atOnce: atOnce, connectingTo: .ipv4(port: 1), [])
            }
        }
        #expect(throws: MockError.self) { try MockClient(connectingTo: .ipv4(port: 1), sequence: []) }
        #expect(throws: MockError.self) {
            try MockClient(connectingTo: .ipv4(port: 1), [], options: .init(connect: .seconds(-1)))
        }
    }

    @Test func stepsCantBeEnqueuedOnAFixedOrFinishedClient() async throws {
        let server = try MockServer(every: [.expectDisconnect(.any)])
        let fixed = try MockClient(connectingTo: server.address, [])
        let error = #expect(throws: MockError.self) { try fixed.enqueue(.send("a")) }
        #expect(
            error?.message
                == "can't enqueue on a client that was made with a script; MockClient(connectingTo:) makes a live one")
        expectClean(await fixed.finish())
        let live = try MockClient(connectingTo: server.address)
        expectClean(await live.finish())
        #expect(throws: MockError.self) { try live.enqueue(.send("a")) }
        await #expect(throws: MockError.self) { try await live.join() }
        _ = await server.finish()
    }
}
