// Slices that really arrive: one read of the client's for each.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a server can listen, for tests of every transport.
enum Transport: CaseIterable, Sendable, CustomTestStringConvertible {
    case ipv4, ipv6, unix

    var testDescription: String { "\(self)" }

    var address: MockAddress {
        switch self {
        case .ipv4: .loopback
        case .ipv6: .loopbackIPv6
        case .unix: .unix(path: "/tmp/tcpmock-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        }
    }

    /// Those that this machine has.
    static let here = allCases.filter { transport in
        (try? MockServer(options: .init(address: transport.address))).map(stopped) ?? false
    }

    private static func stopped(_ server: MockServer) -> Bool { server.stop().isClean }
}

@Suite struct SliceTests {
    /// Bytes that are not all alike.
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private func options(_ transport: Transport = .ipv4) -> MockServer.Options {
        .init(address: transport.address, limits: .init(step: .seconds(60), afterScript: .seconds(120)))
    }

    /// What each of the client's reads got of one send.
    private func reads(
        _ bytes: [UInt8], _ slices: Slices, over transport: Transport = .ipv4, _ waiting: TestClient.Waiting = .blocking
    ) async throws -> [[UInt8]] {
        let server = try MockServer([.send(Bytes(bytes), slices: slices)], options: options(transport))
        let client = try server.connect()
        let reads = try await onThread { try client.reads(upTo: bytes.count, waiting) }
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #if os(Linux)
            #expect(verdict.connections[0].lockstep == .socketDiagnostics, "\(verdict)")
        #endif
        return reads
    }

    @Test(arguments: Transport.here, TestClient.Waiting.allCases)
    func aClientSeesExactlyOneReadForEachSlice(_ transport: Transport, _ waiting: TestClient.Waiting) async throws {
        for count in [1, 2, 3, 7, 64, 1000] {
            let bytes = SliceTests.pattern(count)
            let reads = try await reads(bytes, .everyByte, over: transport, waiting)
            #expect(reads.joined().elementsEqual(bytes))
            #expect(isOneForEach(reads, count, transport, waiting), "\(count) slices were \(reads.count) reads")
        }
    }

    /// Over Unix-domain sockets nothing tells that a read is over: one that the system interrupts in its very end may get two
    /// slices. A few in 20,000, on a busy machine, mostly to a client that reads all the time.
    private func isOneForEach(
        _ reads: [[UInt8]], _ count: Int, _ transport: Transport, _ waiting: TestClient.Waiting
    ) -> Bool {
        let most = transport != .unix ? 0 : 1 + count / (waiting == .spinning ? 1000 : 10_000)
        return (0...most).contains(count - reads.count)
    }

    /// One after the other, and only one of them by a client that spins: that takes a whole core.
    @Test(
        .serialized,
        arguments: zip(
            [Transport.ipv4] + Transport.here, [TestClient.Waiting.spinning, .blocking, .blocking, .blocking]))
    func twentyThousandSlicesAreTwentyThousandReads(
        _ transport: Transport, _ waiting: TestClient.Waiting
    ) async throws {
        let bytes = SliceTests.pattern(20_000)
        let reads = try await reads(bytes, .everyByte, over: transport, waiting)
        #expect(isOneForEach(reads, 20_000, transport, waiting), "\(reads.count) reads")
        #expect(reads.joined().elementsEqual(bytes))
    }

    @Test func slicesBeginWhereTheyAreSaidTo() async throws {
        let bytes = Array("HELLO WORLD".utf8)
        #expect(try await reads(bytes, .at([6, 5])) == [Array("HELLO".utf8), [32], Array("WORLD".utf8)])
        #expect(try await reads(bytes, .size(4)) == [Array("HELL".utf8), Array("O WO".utf8), Array("RLD".utf8)])
    }

    @Test func aFrameIsCutWithItsLength() async throws {
        let server = try MockServer([.sendFrame("ab", slices: .at([2, 5]))], options: options())
        let client = try server.connect()
        let reads = try await onThread { try client.reads(upTo: 6) }
        client.close()
        #expect(reads == [[0, 0], [0, 2, 97], [98]])
        #expect(await server.finish().isClean)
    }

    @Test func theSameSeedCutsInTheSamePlacesAHundredTimes() async throws {
        let bytes = SliceTests.pattern(120)
        let slices = Slices.random(longest: 9, seed: 20)
        let first = try await reads(bytes, slices)
        #expect(first.count > 12 && first.allSatisfy { (1...9).contains($0.count) })
        for _ in 0..<100 {
            #expect(try await reads(bytes, slices) == first)
        }
        #expect(try await reads(bytes, .random(longest: 9, seed: 21)) != first)
    }

    @Test func whatWasSentBeforeIsTakenBeforeTheFirstSlice() async throws {
        let server = try MockServer([.send("abc"), .send("de", slices: .everyByte), .send("f")], options: options())
        let client = try server.connect()
        let reads = try await onThread { try client.reads(upTo: 6) }
        client.close()
        #expect(reads == [Array("abc".utf8), Array("d".utf8), Array("e".utf8), Array("f".utf8)])
        #expect(await server.finish().isClean)
    }

    @Test func aReplyInLockStepIsOneReadForEachSlice() async throws {
        let server = try MockServer(
            every: [.serve(.line) { request in .steps([.send(Bytes(request.bytes), slices: .size(2))]) }],
            options: options())
        let client = try server.connect()
        try client.send("hello\r\n")
        let reads = try await onThread { try client.reads(upTo: 5) }
        client.close()
        #expect(reads == [Array("he".utf8), Array("ll".utf8), Array("o".utf8)])
        #expect(await server.finish().isClean)
    }

    @Test func bothSidesOfAConnectionCanBeOnTheSameLoop() async throws {
        let bytes = Bytes(SliceTests.pattern(2000))
        let server = try MockServer([.expect(bytes), .send(bytes, slices: .size(3))], options: options())
        let client = try MockClient(
            connectingTo: server.address, [.send(bytes, slices: .size(7)), .expect(bytes)],
            options: .init(limits: .init(step: .seconds(60), afterScript: .seconds(120))))
        let verdicts = (await client.finish(), await server.finish())
        #expect(verdicts.0.isClean, "\(verdicts.0)")
        #expect(verdicts.1.isClean, "\(verdicts.1)")
    }
}

/// Clients that do not do their part.
@Suite struct UntakenSliceTests {
    private func serve(_ script: Script, _ body: @escaping @Sendable (TestClient) throws -> Void) async throws
        -> Verdict
    {
        let server = try MockServer(
            script, options: .init(limits: .init(step: .seconds(60), afterScript: .seconds(120))))
        let client = try server.connect()
        try await onThread { try body(client) }
        let verdict = await server.finish()
        client.close()
        return verdict
    }

    @Test func aClientThatStopsReadingMeetsTheSendLimit() async throws {
        let server = try MockServer(
            [.expect("go", within: .seconds(120)), .send("abcdef", slices: .size(2))],
            options: .init(limits: .init(step: unscaled(.seconds(1)))))
        let client = try server.connect()
        let first = try await onThread {
            try client.send("go")
            return try client.reads(upTo: 2)
        }
        #expect(first == [Array("ab".utf8)])
        let verdict = await server.finish()
        client.close()
        #expect(verdict.failures.count == 1)
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .limit)
        #if os(Linux)
            #expect(
                failure.summary.contains(
                    "was sent 4 of 6 bytes, then took nothing more of them for")
                    && failure.summary.contains("2 bytes wait in its kernel, unread"), "\(failure.summary)")
        #endif
    }

    @Test func aClientThatTakesTheLastSliceAndLeavesIsNoFailure() async throws {
        for _ in 0..<50 {
            let verdict = try await serve([.send("abc", slices: .everyByte)]) { client in
                _ = try client.reads(upTo: 3)
                client.close()
            }
            #expect(verdict.isClean, "\(verdict)")
        }
    }

    @Test func aClientThatResetsBetweenSlicesFailsTheSend() async throws {
        let verdict = try await serve([.send("abcdef", slices: .everyByte), .expect("never")]) { client in
            _ = try client.reads(upTo: 3)
            client.reset()
        }
        let failure = try #require(verdict.failures.first)
        #expect([.clientReset, .send].contains(failure.kind), "\(failure)")
        #expect(failure.step == 1)
    }

    @Test func othersAreServedWhileOneKeepsAServerWaiting() async throws {
        let server = try MockServer(
            every: [.expect("go"), .send("abcd", slices: .everyByte)],
            options: .init(limits: .init(step: .seconds(60), afterScript: .seconds(120)))
        )
        let slow = try server.connect()
        try slow.send("go")
        try slow.awaitBytes(1)
        for _ in 0..<20 {
            let quick = try server.connect()
            try quick.send("go")
            #expect(try await onThread { try quick.reads(upTo: 4).count } == 4)
            quick.close()
        }
        #expect(try await onThread { try slow.reads(upTo: 4).count } == 4)
        slow.close()
        #expect(await server.finish().isClean)
    }
}
