// Clients that are held up in writing, and small windows. Linux tells; elsewhere it is thrown.

#if os(Linux)
    import Dispatch
    import Glibc
    import TestClient
    import Testing

    @testable import TCPMock

    private let patient = Duration.seconds(30)

    /// More than all buffers take. Of a length that no buffer has, so that a block which goes missing is noticed.
    private let bytes: [UInt8] = {
        let block = (0..<65521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        return (0..<192).flatMap { _ in block }
    }()

    /// A client's write, on a thread of its own, and how far it has come.
    private final class Writer: Sendable {
        let written = Locked(0)
        let isDone = Locked(false)
        private let done = Locked<DispatchSemaphore?>(nil)

        init(_ bytes: [UInt8], to client: TestClient) {
            let end = onAThread { [self] in
                for start in stride(from: 0, to: bytes.count, by: 16384) {
                    let piece = Array(bytes[start..<min(start + 16384, bytes.count)])
                    guard (try? client.send(piece)) != nil else { return }
                    written.withLock { $0 += piece.count }
                }
                isDone.withLock { $0 = true }
            }
            done.withLock { $0 = end }
        }

        func ends() -> Bool {
            let end = done.withLock { $0 }
            return end?.wait(timeout: .now() + .seconds(120)) == .success && isDone.withLock { $0 }
        }
    }

    @Suite struct BackpressureTests {
        /// The client's write suspends: it does not come any further. It completes when the server reads, and every byte
        /// is there.
        @Test(arguments: [MockAddress.loopback, .loopbackIPv6], [nil, 4096] as [Int?])
        func aClientsWriteSuspendsAndCompletesWhenTheServerReads(address: MockAddress, buffer: Int?) async throws {
            guard address != .loopbackIPv6 || hasIPv6 else { return }
            let (seen, read) = (Gate("seen"), Gate("read"))
            let server = try MockServer(
                [
                    .expect("Q"), .stopReading(), .send("A"), .expectBackpressure(within: patient), .open(seen),
                    .wait(read, within: patient),
                    .expect(Bytes(bytes), within: patient),
                ], options: .init(address: address, receiveBuffer: buffer))
            let client = try server.connect()
            try client.send("Q")
            try client.expectText("A")
            let writer = Writer(bytes, to: client)
            try await seen.opened()
            let before = writer.written.withLock { $0 }
            #expect(before < bytes.count)
            #expect(server.connections.map(\.receivedCount) == [1])
            try await Task.sleep(for: .milliseconds(50))
            #expect(writer.written.withLock { $0 } == before)
            read.open()
            #expect(writer.ends())
            client.close()
            let verdict = await server.finish()
            expectClean(verdict)
            let record = try #require(verdict.connections.first)
            #expect(record.receivedCount == 1 + bytes.count)
            let fault = try #require(record.faults.first)
            #expect(fault.kind == .backpressure)
            #expect(fault.isConfirmed)
            let (here, there) = (try #require(fault.unreadHere), try #require(fault.unsentByClient))
            #expect(here > 0 && there > 0)
            // Between them the two kernels hold all that was written, and of a write that is under way a part.
            #expect((before...(before + 65536)).contains(here + there), "\(before) \(fault)")
            if let buffer { #expect(here <= 2 * buffer, "\(fault)") }
            #expect(
                record.transcript.contains(
                    "kernel: \(grouped(here)) of the client's bytes were left unread here, \(grouped(there)) held back")
            )
        }

        @Test func aServerUnderTestIsHeldUpToo() async throws {
            let server = try TestServer { connection in
                try connection.send(bytes)
                try connection.expectEnd()
            }
            let client = try MockClient(
                connectingTo: .ipv4(port: server.port),
                [.expectBackpressure(within: patient), .expect(Bytes(bytes), within: patient)],
                options: .init(receiveBuffer: 8192))
            let verdict = await client.finish()
            #expect(server.hasEnded())
            expectClean(verdict)
            #expect(verdict.connections.first?.faults.map(\.isConfirmed) == [true])
        }

        @Test func aClientThatHasWrittenAllItWantsIsNotHeldUp() async throws {
            let verdict = try await serve(
                [.expect("Q"), .expectBackpressure(within: .milliseconds(200))], staying: true
            ) {
                try $0.send("Q and no more")
                $0.expectReset()
            }
            let failure = try #require(verdict.failures.first)
            #expect(failure.kind == .limit)
            #expect(
                failure.summary.hasPrefix(
                    "connection 1, step 2 of 2: expected the client to be held up in writing, but after 200 ms it was not: "
                ),
                "\(failure)")
            #expect(failure.message.contains("a small receiveBuffer makes that less"), "\(failure)")
        }

        /// Bytes held back are not enough: the write that made them has returned.
        @Test func aClientWhoseKernelHasRoomIsNotHeldUp() async throws {
            let options = MockServer.Options(receiveBuffer: 2048)
            let script: Script = [.expect("Q"), .expectBackpressure(within: .milliseconds(300))]
            let verdict = try await serve(script, options: options, staying: true) { client in
                try client.send("Q")
                try client.send([UInt8](repeating: 1, count: 200_000))
                client.expectReset()
            }
            let failure = try #require(verdict.failures.first)
            #expect(failure.summary.contains("still in its kernel, which had room for more"), "\(failure)")
        }

        @Test(arguments: [true, false]) func aClientThatLeavesIsNotHeldUp(byReset: Bool) async throws {
            let server = try MockServer([.expect("Q"), .expectBackpressure(within: patient)])
            let client = try server.connect()
            try client.send("Q")
            _ = try client.sendWhatFits(most: 1 << 18, patience: 50)
            byReset ? client.reset() : client.close()
            let verdict = await server.finish()
            #expect(verdict.failures.map(\.kind) == [byReset ? .clientReset : .clientClosed])
            #expect(
                verdict.failures.first?.summary.contains("expected the client to be held up in writing, but") == true)
        }

        @Test func readingGoesOnOnlyWithAStepThatNeedsBytes() async throws {
            let heard = Gate("heard")
            let server = try MockServer(
                [
                    .stopReading(), .send("go"), .expectBackpressure(within: patient), .send("held"),
                    .delay(.milliseconds(50)), .send("still"), .wait(heard, within: patient), .reset(),
                ], options: .init(receiveBuffer: 4096))
            let client = try server.connect()
            try client.expectText("go")
            let writer = Writer(bytes, to: client)
            try client.expectText("heldstill")
            heard.open()
            let verdict = await server.finish()
            expectClean(verdict)
            #expect(!writer.ends() && writer.written.withLock { $0 } > 0)  // it is reset in the middle
            client.close()
            #expect(verdict.connections.map(\.receivedCount) == [0])
        }

        // MARK: Small windows

        @Test func aSmallReceiveBufferTakesLess() async throws {
            let taken = try await [1, 65536].asyncMap { buffer in
                let server = try MockServer([.fault(.stall)], options: .init(receiveBuffer: buffer))
                let client = try server.connect()
                try await server.join()
                _ = try client.sendWhatFits(most: 64 << 20, patience: 200)
                client.close()
                let verdict = await server.finish()
                expectClean(verdict)
                return try #require(verdict.connections.first?.faults.first?.unreadHere)
            }
            #expect(taken[0] < 4096, "\(taken)")
            #expect(taken[1] > 4096, "\(taken)")
        }

        @Test func theReceiveBufferHoldsAfterDownAndUp() async throws {
            let server = try MockServer(connections: [[], [.fault(.stall)]], options: .init(receiveBuffer: 1))
            try server.connect().close()
            try await server.takeDown()
            try await server.bringUp()
            let client = try server.connect()
            _ = try client.sendWhatFits(most: 64 << 20, patience: 200)
            client.close()
            let verdict = await server.finish()
            expectClean(verdict)
            #expect(try #require(verdict.connections.last?.faults.first?.unreadHere) < 4096)
        }

        @Test func whatCannotBeABufferIsThrown() {
            for buffer in [0, -1] {
                #expect(throws: MockError.self) { try MockServer([], options: .init(receiveBuffer: buffer)) }
            }
            let path = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-buffer")
            #expect(throws: MockError.self) { try MockServer([], options: .init(address: path, receiveBuffer: 4096)) }
            #expect(throws: MockError.self) {
                try MockClient(connectingTo: path, [], options: .init(receiveBuffer: 4096))
            }
        }
    }

    extension Array where Element == Int {
        /// One after the other.
        fileprivate func asyncMap(_ transform: (Int) async throws -> Int) async rethrows -> [Int] {
            var all: [Int] = []
            for element in self { all.append(try await transform(element)) }
            return all
        }
    }
#endif
