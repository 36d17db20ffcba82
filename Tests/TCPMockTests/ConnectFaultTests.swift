// What each fault does to a client that connects, seen from the client's side.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let families = [MockAddress.loopback, .loopbackIPv6]
private let never = Duration.seconds(600)

@Suite struct ConnectFaultTests {
    @Test(arguments: families) func refusesUntilItIsUp(address: MockAddress) async throws {
        let server = try MockServer.answering(.refused, on: address)
        server.expectRefusal()
        #expect(throws: (any Error).self) { try ProbeSocket(connectingTo: server.address) }
        try await server.bringUp()
        try server.expectServed()
        try await server.setConnectFault(.refused)
        server.expectRefusal()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.accepted == 1)
        #expect(verdict.turnedAway == 0)
        #expect(verdict.notes == [])
    }

    @Test(arguments: families) func resetsWhoIsAccepted(address: MockAddress) async throws {
        let server = try MockServer.answering(.acceptThenReset, on: address)
        for _ in 1...3 { server.expectReset() }
        #expect(server.turnedAway == 3)
        try await server.setConnectFault(nil)
        try server.expectServed()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.isComplete)
        #expect(verdict.accepted == 1)
        #expect(verdict.turnedAway == 3)
        #expect(verdict.notes == ["3 connections were accepted and reset by the fault in force"])
    }

    /// K17. The loop stands still until the client has said something: it is connected, and its bytes are taken.
    @Test(arguments: families) func k17_resetsWhoWasNeverAccepted(address: MockAddress) async throws {
        let server = try MockServer.answering(.neverAcceptedThenReset, on: address)
        let block = LoopBlock.begin()
        let client = try server.connect()
        try client.send("hello?")
        block.release()
        client.expectReset()
        server.expectReset()
        #expect(server.turnedAway == 2)
        #expect(server.accepted == 0)
        server.expectPortHeld()
        try await server.setConnectFault(nil)
        try server.expectServed()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.notes == ["2 connections were reset in the kernel's queue by the fault in force"])
    }

    @Test func leavesWhoIsNeverAcceptedItsTime() async throws {
        let server = try MockServer.answering(.neverAcceptedThenReset(after: .milliseconds(300)))
        let began = ContinuousClock.now
        let client = try server.connect()
        client.expectReset()
        #expect(ContinuousClock.now - began >= .milliseconds(300))
        #expect(await server.stop().turnedAway == 1)
    }

    @Test(arguments: families) func servesEachClientSoLongAfterItKnocked(address: MockAddress) async throws {
        let server = try MockServer.answering(.slowAccept(.milliseconds(300)), on: address)
        let clients = try (1...4).map { _ in
            pause(milliseconds: 50)
            let began = ContinuousClock.now
            let client = try server.connect()
            try client.send("a")
            return (client, began)
        }
        for (client, began) in clients {
            try client.expectText("1")
            #expect(ContinuousClock.now - began >= .milliseconds(300))
            client.close()
        }
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.accepted == 4)
        #expect(verdict.turnedAway == 0)
    }

    /// The kernel has taken the connection and the bytes; nobody has accepted it.
    @Test(arguments: families + [.unix(path: "/tmp/tcpmock-slow-\(getpid())")])
    func acceptsNobodyWhoseTimeHasNotCome(address: MockAddress) async throws {
        let server = try MockServer.answering(.slowAccept(never), on: address)
        let client = try server.connect()
        try client.send("a")
        #expect(server.accepted == 0)
        #expect(!client.isReadable(within: 100))
        #expect(server.accepted == 0)
        try await server.setConnectFault(nil)
        try client.expectText("1")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    /// Trap 6: who can't say how many wait (there is no such figure of a Unix-domain socket) lets none wait shorter.
    @Test func trap6_noWaitIsShorterWhereTheKernelDoesNotCount() async throws {
        let path = MockAddress.unix(path: "/tmp/tcpmock-slow2-\(getpid())")
        let server = try MockServer.answering(.slowAccept(.milliseconds(150)), on: path)
        let began = ContinuousClock.now
        let clients = try (1...3).map { _ in try server.connect() }
        for client in clients {
            try client.send("a")
            try client.expectText("1")
            #expect(ContinuousClock.now - began >= .milliseconds(150))
        }
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.accepted == 3)
    }

    /// Its path is still there, as when a server has crashed; `takeDown()` removes it.
    @Test func refusesOnAUnixPath() async throws {
        let path = "/tmp/tcpmock-refused-\(getpid())"
        let server = try MockServer.answering(.refused, on: .unix(path: path))
        for _ in 1...3 {
            server.expectRefusal()
            server.expectPortHeld()
            try await server.bringUp()
            try server.expectServed()
            try await server.setConnectFault(.refused)
            server.expectRefusal()
            try await server.takeDown()
            #expect(throws: ClientError(call: "connect", code: ENOENT)) { try server.connect() }
            try await server.setConnectFault(.refused)
        }
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        withExtendedLifetime(server) {}
    }

    @Test func whatATransportCanNotDoIsThrownAtItsLine() async throws {
        let path = MockAddress.unix(path: "/tmp/tcpmock-cannot-\(getpid())")
        let faults = [ConnectFault.blackHole, .acceptThenReset, .neverAcceptedThenReset]
        let server = try MockServer.answering(on: path)
        for fault in faults {
            let options = MockServer.Options(address: path, connectFault: fault)
            let line: UInt = #line + 1
            let made = #expect(throws: MockError.self) { try MockServer(options: options) }
            let set = await #expect(throws: MockError.self) { try await server.setConnectFault(fault) }
            #expect(made?.location?.line == line)
            #expect(set?.location?.line == line + 1)
            #expect(set?.kind == .misuse)
            #expect(set?.message.hasPrefix("\(fault): a Unix-domain socket ") == true, "\(set?.message ?? "")")
        }
        let late = #expect(throws: MockError.self) {
            try MockServer(options: .init(connectFault: .slowAccept(.milliseconds(-1))))
        }
        #expect(late?.message == "a connect fault's time can't be negative")
        try server.expectServed()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aFinishedServerTakesNoFault() async throws {
        let server = try MockServer()
        _ = await server.stop()
        let error = await #expect(throws: MockError.self) { try await server.setConnectFault(.refused) }
        #expect(error?.message == "can't set connectFault .refused: it has been finished")
        #expect(error?.location != nil)
    }

    /// Trap 12. Which connection it is that is reset, the script says; a client that uses its first one again meets nothing.
    @Test func trap12_onlyTheSecondConnectionIsReset() async throws {
        let normal: Script = [.expect("a"), .send("1"), .expect("b"), .send("2")]
        let server = try MockServer(connections: [normal, [.reset()], normal], options: .patient)
        for number in 1...3 {
            if number == 2 {
                server.expectReset()
                continue
            }
            let client = try server.connect()
            for (asked, answer) in [("a", "1"), ("b", "2")] {
                try client.send(asked)
                try client.expectText(answer)
            }
            client.close()
        }
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.isComplete)
        #expect(verdict.accepted == 3)
        #expect(verdict.connections.map(\.end) == [.fin, .byScript, .fin])
    }

    /// Trap 12, the other way: a fault of the server's door is none of the connections that are open.
    @Test func trap12_whoIsConnectedMeetsNoFault() async throws {
        let server = try MockServer([.expect("a"), .send("1"), .expect("b"), .send("2")], options: .patient)
        let client = try server.connect()
        try client.send("a")
        try client.expectText("1")
        try await server.setConnectFault(.acceptThenReset)
        server.expectReset()
        try client.send("b")
        try client.expectText("2")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.turnedAway == 1)
    }

    @Test func openConnectionsAreResetIfAsked() async throws {
        let server = try MockServer([.expect("a"), .send("1"), .expect("more")])
        let client = try server.connect()
        try client.send("a")
        try client.expectText("1")
        try await server.setConnectFault(.refused, resettingConnections: true)
        client.expectReset()
        let verdict = await server.stop()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.map(\.end) == [.connectFault])
        #expect(verdict.connections.first?.end.description == "the test set a connect fault and reset it")
        #expect(
            verdict.notes == [
                #"connection 1 was reset, for a connect fault was set, before step 3 of 3, expect "more""#
            ])
    }
}
