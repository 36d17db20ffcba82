// Who comes: nobody, too few, too many, strangers.

import TCPMock
import TestClient
import Testing

private let hasty = MockServer.Options(limits: Limits(step: .milliseconds(150)))

@Suite struct AttendanceTests {
    @Test func aScriptNobodyConnectedForFailsAtTheServersLine() async throws {
        let (line, server) = (UInt(#line), try MockServer([.expect("a"), .send("b")], options: hasty))
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind) == [.notConnected])
        #expect(verdict.failures.first?.location.line == line)
        #expect(verdict.connections.isEmpty)
    }

    @Test func anExpectConnectThatIsNotMetFailsAtItsOwnLine() async throws {
        let line = UInt(#line) + 1
        let server = try MockServer([.expectConnect(within: .milliseconds(50)), .send("b")])
        await #expect(throws: ScriptFailed.self) { try await server.join() }
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind) == [.notConnected])
        #expect(verdict.failures.first?.location.line == line)
    }

    @Test func aLiveServerWithStepsNeedsAClient() async throws {
        let server = try MockServer(options: hasty)
        try server.enqueue(.expect("a"))
        #expect(await server.finish().failures.map(\.kind) == [.notConnected])
    }

    @Test func aLiveServerWithoutStepsNeedsNone() async throws {
        let server = try MockServer(options: hasty)
        #expect(await server.finish().isClean)
    }

    @Test func tooFewOfAListAreTold() async throws {
        let (line, server) = (
            UInt(#line), try MockServer(connections: [[.send("a")], [.send("b")], [.send("c")]], options: hasty)
        )
        let client = try server.connect()
        #expect(try client.receiveText(1) == "a")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind) == [.notConnected])
        #expect(verdict.failures.first?.location.line == line)
        #expect(verdict.connections.map(\.isComplete) == [true])
    }

    @Test func tooFewOfACountAreTold() async throws {
        let server = try MockServer(every: [.send("a")], count: 3, options: hasty)
        for _ in 0..<2 {
            let client = try server.connect()
            #expect(try client.receiveText(1) == "a")
            client.close()
        }
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind) == [.notConnected])
        #expect(
            verdict.failures.first?.summary.contains("expected 3 connections, but only 2 came") == true, "\(verdict)")
    }

    @Test func everyWithoutACountNeedsOne() async throws {
        let server = try MockServer(every: [.send("a")], options: hasty)
        #expect(await server.finish().failures.map(\.kind) == [.notConnected])
    }

    @Test func tooManyForAListAreResetAndTold() async throws {
        let server = try MockServer([.expect("a"), .send("b")])
        let client = try server.connect()
        let stranger = try server.connect()
        #expect(throws: connectionReset) { try stranger.receiveSome() }
        _ = try? client.send("a")  // in a list the first failure ends the rest
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind).contains(.unscripted))
        #expect(verdict.failures.first { $0.kind == .unscripted }?.connection == 2)
    }

    @Test func tooManyForACountAreResetAndTheOthersGoOn() async throws {
        let server = try MockServer(every: [.expect("a"), .send("b")], count: 1)
        let client = try server.connect()
        let stranger = try server.connect()
        #expect(throws: connectionReset) { try stranger.receiveSome() }
        try client.send("a")
        #expect(try client.receiveText(1) == "b")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind) == [.unscripted])
        #expect(verdict.connections.map(\.isComplete) == [true, false])
    }

    @Test func strangersMayBeReset() async throws {
        let server = try MockServer([.expect("a"), .send("b")], options: .init(unscripted: .reset))
        let client = try server.connect()
        let strangers = try (0..<3).map { _ in try server.connect() }
        for stranger in strangers { #expect(throws: connectionReset) { try stranger.receiveSome() } }
        try client.send("a")
        #expect(try client.receiveText(1) == "b")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.notes == ["3 connections came that no script was for"])
    }

    @Test func strangersMayBeIgnoredUntilTheServerEnds() async throws {
        let server = try MockServer([.expect("a"), .send("b")], options: .init(unscripted: .ignore))
        let client = try server.connect()
        let stranger = try server.connect()
        try stranger.send("anybody there?")
        try client.send("a")
        #expect(try client.receiveText(1) == "b")
        #expect(!stranger.isReadable(within: 50))
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.notes == ["1 connection came that no script was for"])
        #expect(throws: connectionReset) { try stranger.receiveSome() }
    }

    @Test func oneAtATimeLetsTheNextInWhenTheOneBeforeHasEnded() async throws {
        let server = try MockServer(every: [.expect("a"), .send("b")], count: 2, oneAtATime: true)
        let first = try server.connect()
        try first.send("a")
        #expect(try first.receiveText(1) == "b")
        let second = try server.connect()
        try second.send("a")
        #expect(!second.isReadable(within: 50))  // the first is done but has not left
        first.close()
        #expect(try second.receiveText(1) == "b")
        second.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func clientsThatMayStayNeedNotLeave() async throws {
        let server = try MockServer(every: [.expect("a"), .send("b")], options: .init(afterScript: .mayStayOpen))
        let clients = try (0..<3).map { _ in try server.connect() }
        for client in clients {
            try client.send("a")
            #expect(try client.receiveText(1) == "b")
        }
        clients[0].close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.filter { $0.end == .stillOpen }.count >= 2)
        for client in clients { client.close() }  // not before: an optimizer would let go of them at their last mention
    }

    @Test func clientsThatMayStayMustBeSilent() async throws {
        let verdict = try await serve([.send("b")], options: .init(afterScript: .mayStayOpen), staying: true) {
            client in
            #expect(try client.receiveText(1) == "b")
            try client.send("surplus")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        #expect(verdict.failures.map(\.kind) == [.unexpectedBytes])
    }

    @Test func clientsThatMustLeaveHaveTheStepsLimitOnceTheServerFinishes() async throws {
        let options = MockServer.Options(limits: Limits(step: .milliseconds(200), afterScript: .seconds(60)))
        let verdict = try await serve([.send("b")], options: options, staying: true) { client in
            let reply = try client.receiveText(1)
            #expect(reply == "b")
        }
        #expect(verdict.failures.map(\.kind) == [.limit])
        #expect(verdict.failures.first?.step == nil)
    }
}
