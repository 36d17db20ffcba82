// A port that does not answer. Linux only: elsewhere it is an error.

import TCPMock
import TestClient
import Testing

#if os(Linux)
    @Suite struct BlackHoleTests {
        @Test(arguments: [MockAddress.loopback, .loopbackIPv6])
        func k15_trap8_connectsHangUntilTheClientGivesUp(address: MockAddress) async throws {
            let server = try MockServer.answering(.blackHole, on: address)
            for _ in 1...3 {
                #expect(throws: givenUp) { try TestClient.connect(server.host, server.port, patience: 100) }
            }
            let verdict = await server.stop()
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.accepted == 0)
            #expect(
                verdict.notes == [
                    "nobody had connected when the server was stopped with connectFault .blackHole in force"
                ])
        }

        /// One waits with a blocking connect, the others have begun theirs: all get through when their system knocks again.
        @Test(arguments: [MockAddress.loopback, .loopbackIPv6])
        func k15_trap8_whoWaitsGetsThroughWhenTheHoleEnds(address: MockAddress) async throws {
            let server = try MockServer.answering(.blackHole, on: address)
            let blocked = Locked<TestClient?>(nil)
            let (host, port) = (server.host, server.port)
            let blocking = onAThread {
                let client = try? TestClient.connect(host, port)
                blocked.withLock { $0 = client }
            }
            let waiting = try (1...3).map { _ in try server.expectNoAnswer() }
            try await server.setConnectFault(nil)
            for client in waiting {
                let isConnected = try client.isConnected(within: 30_000)
                #expect(isConnected)
                try client.send("a")
                try client.expectText("1")
            }
            blocking.wait()
            let client = try #require(blocked.withLock { $0 })
            try client.send("a")
            try client.expectText("1")
            let verdict = await server.finish()
            withExtendedLifetime((client, waiting)) {}
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.accepted == 4)  // and none of the library's own
            #expect(verdict.turnedAway == 0)
        }

        /// Whoever has connected is let in first, however many there are.
        @Test func whoHadConnectedBeforeIsServed() async throws {
            let server = try MockServer.answering()
            let block = LoopBlock.begin()
            let clients = try (1...300).map { _ in try server.connect() }
            block.release()
            try await server.setConnectFault(.blackHole)
            let late = try server.expectNoAnswer()
            for client in clients { try client.send("a") }
            for client in clients { try client.expectText("1") }
            late.close()
            let verdict = await server.stop()
            withExtendedLifetime(clients) {}
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.accepted == 300)
        }

        /// Clients that hang there would do so for minutes; refused, they know.
        @Test func aFinishedServerIsNoBlackHoleAnyMore() async throws {
            let server = try MockServer.answering(.blackHole)
            let waiting = try server.expectNoAnswer()
            _ = await server.stop()
            server.expectRefusal()
            server.expectPortHeld()
            #expect(throws: refusedConnect) { _ = try waiting.isConnected(within: 30_000) }
        }

        @Test func allAddressesOfTheHostCanBeABlackHole() async throws {
            let server = try MockServer.answering(.blackHole, on: .ipv4("0.0.0.0"))
            for host in ["127.0.0.1", "127.0.0.5"] {
                #expect(throws: givenUp) { try TestClient.connect(host, server.port, patience: 50) }
            }
            #expect(await server.stop().isClean)
        }
    }
#endif
