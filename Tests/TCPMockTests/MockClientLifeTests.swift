// Servers that are no mocks, and the ends of clients: finished, stopped, cancelled, dropped.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct MockClientLifeTests {
    /// A server under test: it upper-cases lines until its client has gone.
    private func shoutingServer(connections count: Int = 1) throws -> TestServer {
        try TestServer(connections: count) { connection in
            while true {
                let some = try connection.receiveSome()
                if some.isEmpty { return }
                try connection.send(some.map { (97...122).contains($0) ? $0 - 32 : $0 })
            }
        }
    }

    @Test func u1AServerUnderTestIsTalkedToByAFakeClient() async throws {
        let server = try shoutingServer()
        let client = try MockClient(
            connectingTo: .ipv4(port: server.port),
            [.send("hello\n"), .expect("HELLO\n"), .send("again\n"), .expect("AGAIN\n")], options: .patient)
        expectClean(await client.finish())
        #expect(server.hasEnded())
    }

    @Test func u4TheServersThreadHasEndedWhenTheTestHas() async throws {
        let server = try shoutingServer(connections: 3)
        let clients = try MockClient(
            connectingTo: .ipv4(port: server.port),
            sequence: [[.send("a"), .expect("A")], [.send("b"), .expect("B"), .reset()], [.close()]], options: .patient)
        expectClean(await clients.finish())
        #expect(server.hasEnded())
    }

    @Test func u8AFakeServerAndAFakeClientAreTwoTypesWithOneVocabulary() async throws {
        let login: Script = [.expect("USER me\r\n"), .send("+OK\r\n")]
        let reversed: Script = [.send("USER me\r\n"), .expect("+OK\r\n")]
        let server = try MockServer(login)
        let client = try MockClient(connectingTo: server.address, reversed)
        for endpoint: MockEndpoint in [client, server] { expectClean(await endpoint.finish()) }
    }

    @Test func theBlockingFacesDoTheSame() throws {
        let server = try shoutingServer()
        let client = try MockClient(connectingTo: .ipv4(port: server.port), options: .patient)
        try client.enqueue(.send("a"), .expect("A"))
        try client.join()
        expectClean(client.finish())
    }

    @Test func finishingTwiceGivesTheSameVerdict() async throws {
        let server = try MockServer([.expect("a"), .send("x"), .expectDisconnect(.any)])
        let client = try MockClient(connectingTo: server.address, [.send("a"), .expect("b")])
        let first = await client.finish()
        let second = await client.finish()
        #expect(first.failures == second.failures)
        #expect(first.failures.count == 1)
        _ = await server.finish()
    }

    @Test func aFinishThatIsCancelledWaitsForNothingMore() async throws {
        let server = try MockServer([.expect("a"), .delay(.seconds(600))])
        let client = try MockClient(
            connectingTo: server.address, [.send("a"), .expect("b", within: .seconds(600))])
        let finishing = Task { await client.finish() }
        #expect(loopTakesAJob())
        finishing.cancel()
        let verdict = await finishing.value
        #expect(verdict.failures.isEmpty)
        #expect(!verdict.isComplete)
        _ = await server.stop()
    }

    @Test func stoppingBeforeTheConnectionIsMadeIsHarmless() async throws {
        for _ in 1...200 {
            let server = try MockServer(options: .init(afterScript: .mayStayOpen))
            let client = try MockClient(connectingTo: server.address, [.send("a")])
            #expect(await client.stop().failures.isEmpty)
            _ = await server.stop()
        }
    }

    @Test func aRefusedOrFinishedClientLeavesNoDescriptor() async throws {
        let before = try #require(lowestFreeDescriptor())
        for number in 0..<50 {
            let server = try MockServer([.expect("a")])
            expectClean(await (try MockClient(connectingTo: server.address, [.send("a")])).finish())
            expectClean(await server.finish())
            let nobody = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-left\(number)")
            _ = await (try MockClient(connectingTo: nobody, [], options: .init(connect: .milliseconds(2)))).finish()
        }
        // Other tests open and close meanwhile: 50 leaked ones would show all the same.
        #expect(becomes { (lowestFreeDescriptor() ?? .max) < before + 50 })
    }

    private func lowestFreeDescriptor() -> Int32? {
        let fd = dup(0)
        if fd >= 0 { close(fd) }
        return fd >= 0 ? fd : nil
    }

    @Test func aClientDroppedUnfinishedClosesItsConnection() async throws {
        let server = try MockServer([.expect("a"), .expectDisconnect(.reset)], options: .patient)
        var client: MockClient? = try MockClient(connectingTo: server.address, [.send("a"), .delay(.seconds(600))])
        #expect(loopTakesAJob())  // by now it is connected
        #expect(client != nil)
        client = nil
        expectClean(await server.finish())
    }
}
