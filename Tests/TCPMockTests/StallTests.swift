// Servers that do not read: for a while, until the client has left, or for as long as the script says.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let patient = Duration.seconds(30)

@Suite struct StallTests {
    @Test func whatAStalledClientSendsStaysInTheKernel() async throws {
        let server = try MockServer([.expect("Q"), .fault(.stall)])
        let client = try server.connect()
        try client.send("Q")
        try await server.join()  // it does not wait for the end of the stall
        try client.send("unread")
        #expect(!client.isReadable(within: 50))
        #expect(server.connections.map(\.receivedCount) == [1])
        client.close()
        let verdict = await server.finish()
        expectClean(verdict)
        #expect(verdict.connections.first?.faults.map(\.kind) == [.stall])
    }

    /// With a limit `finish` waits for the client; that it returns shows that its leaving was found out.
    @Test(arguments: [Int.zero, 6, 64 << 20]) func aClientThatLeavesIsNoticedWithoutReading(sending count: Int)
        async throws
    {
        let server = try MockServer([.expect("Q"), .stopReading(), .send("A"), .stall(within: patient)])
        let client = try server.connect()
        try client.send("Q")
        try client.expectText("A")
        let sent = try client.sendWhatFits(most: count, patience: 50)
        #expect(count == 0 || sent > 0)
        client.close()
        let verdict = await server.finish()
        expectClean(verdict)
        let record = try #require(verdict.connections.first)
        #expect(record.receivedCount <= 1 + sent)
        #expect(record.faults.first?.isConfirmed == true)
        if count == 6 { #expect(record.faults.first?.unreadHere == 6) }
    }

    @Test(arguments: [MockAddress.loopbackIPv6, .unix(path: "/tmp/tcpmock-\(getpid())-stall")])
    func aClientThatLeavesIsNoticedOnOtherTransports(address: MockAddress) async throws {
        guard address.host != "::1" || hasIPv6 else { return }
        let options = MockServer.Options(address: address)
        let script: Script = [.expect("Q"), .stopReading(), .send("A"), .stall(within: patient)]
        let verdict = try await serve(script, options: options) { client in
            try client.send("Q")
            try client.expectText("A")
            try client.send("unread")
        }
        expectClean(verdict)
        #expect(verdict.connections.first?.faults.first?.unreadHere == 6)
    }

    @Test func aStalledClientMayResetTheConnection() async throws {
        let server = try MockServer([.expect("Q"), .stall(within: patient)])
        let client = try server.connect()
        try client.send("Q")
        client.reset()
        let verdict = await server.finish()
        expectClean(verdict)
        #expect(verdict.connections.map(\.end) == [.rst])
    }

    /// Parity trap 3, of a stall: it has only ended its stream, and waits for a reply.
    @Test func aClientThatHasOnlyHalfClosedIsStillStalled() async throws {
        let verdict = try await serve([.expect("Q"), .stall(within: .milliseconds(200))], staying: true) { client in
            try client.send("Q")
            client.shutDownWriting()
            client.expectReset()
        }
        #if os(Linux)
            #expect(
                verdict.failures.map(\.summary) == [
                    "connection 1, step 2 of 2: expected the client to disconnect, but it was still connected after 200 ms"
                ])
        #endif
    }

    @Test func aClientThatStaysForLongerThanTheLimitIsTold() async throws {
        let verdict = try await serve([.expect("Q"), .fault(.stall, within: .milliseconds(100))], staying: true) {
            try $0.send("Q and more")
            $0.expectReset()
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .limit)
        #expect(failure.step == 2)
        #expect(
            failure.message.contains("hint      has the client no limit of its own for a server that hangs?"),
            "\(failure)")
    }

    @Test func theFinishEndsAStallWithoutAFailure() async throws {
        let verdict = try await serve([.expect("Q"), .stall()], staying: true) { client in
            try client.send("Q")
            #expect(!client.isReadable(within: 50))
        }
        expectClean(verdict)
        #expect(verdict.connections.map(\.end) == [.byScript])
    }

    @Test func aStallThatEndsLetsTheScriptGoOn() async throws {
        let script: Script = [
            .stopReading(), .send("a"), .stall(for: .milliseconds(100)), .send("b"), .resumeReading(),
            .expect("unread"),
        ]
        let start = ContinuousClock.now
        let verdict = try await serve(script) { client in
            try client.expectText("a")
            try client.send("unread")
            try client.expectText("b")
        }
        expectClean(verdict)
        #expect(ContinuousClock.now - start >= .milliseconds(100))
        #expect(verdict.connections.first?.faults.first?.unreadHere == 6)
    }

    @Test func aStallForAWhileEndsWhenTheClientLeaves() async throws {
        let start = ContinuousClock.now
        let verdict = try await serve([.expect("Q"), .stall(for: .seconds(600)), .expectDisconnect(.any)]) {
            try $0.send("Q")
        }
        expectClean(verdict)
        #expect(ContinuousClock.now - start < .seconds(300))
    }

    @Test func aReplyMayStall() async throws {
        let script: Script = [.serve(.line) { request in request.number == 2 ? .steps([.stall()]) : "ok\n" }]
        let verdict = try await serve(script) { client in
            try client.send("one\n")
            try client.expectText("ok\n")
            try client.send("two\nthree\n")
            #expect(!client.isReadable(within: 50))
        }
        expectClean(verdict)
    }

    // MARK: Reading stopped and resumed

    @Test func aServerThatHasStoppedReadingSendsOn() async throws {
        let (read, seen) = (Gate("read"), Gate("seen"))
        let server = try MockServer([
            .expect("Q"), .stopReading(), .send("A"), .open(seen), .wait(read, within: patient), .send("B"),
            .resumeReading(),
            .expect("unread"),
        ])
        let client = try server.connect()
        try client.send("Q")
        try client.expectText("A")
        try client.send("unread")
        try await seen.opened()
        #expect(server.connections.map(\.receivedCount) == [1])
        read.open()
        try client.expectText("B")
        client.close()
        expectClean(await server.finish())
    }

    @Test func theUnwrittenEndReadsAgain() async throws {
        let verdict = try await serve([.stopReading(), .send("A")]) { try $0.expectText("A") }
        expectClean(verdict)
        let more = try await serve([.stopReading(), .send("A")], staying: true) { client in
            try client.expectText("A")
            try client.send("x")
            client.expectReset()
        }
        #expect(more.failures.map(\.kind) == [.unexpectedBytes])
    }
}
