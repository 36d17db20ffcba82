// How a client gets connected: to whom, from where, how long it knocks, and when it gives up.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A port of this loopback address that was free a moment ago, and that no other test uses.
private func freePort(_ host: String) async throws -> Int {
    var server: MockServer? = try MockServer(options: .init(address: .ipv4(host)))
    let address = try #require(server?.address)
    _ = await server?.stop()
    server = nil
    #expect(becomes { (try? MockServer(options: .init(address: address)).stopNow()) != nil })
    return address.port
}

extension MockServer {
    fileprivate func stopNow() -> Verdict { stop() }
}

@Suite struct MockClientConnectTests {
    // MARK: Over every transport

    private func converse(_ address: MockAddress, from sources: MockAddress...) async throws -> (Verdict, Verdict) {
        try await talk(
            [.expect("PING"), .sendFrame("PONG"), .expect("bye")], [.send("PING"), .expectFrame("PONG"), .send("bye")],
            server: .init(address: address), client: .init(sources: sources))
    }

    @Test(.enabled(if: hasIPv6)) func overIPv6() async throws {
        let (server, client) = try await converse(.loopbackIPv6)
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: client).peer.hasPrefix("[::1]:"))
        #expect(try firstRecord(of: client).local == firstRecord(of: server).peer)
    }

    @Test func overAUnixPath() async throws {
        let (server, client) = try await converse(.unix(path: "/tmp/tcpmock-\(getpid())-dialled"))
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: client).peer == "unix")
    }

    #if os(Linux)
        @Test func overAnAbstractName() async throws {
            let (server, client) = try await converse(.abstract("tcpmock-\(getpid())-dialled"))
            expectClean(server)
            expectClean(client)
        }

        @Test func theSourceAddressIsTheOneTheServerSees() async throws {
            let (server, client) = try await converse(.loopback, from: .ipv4("127.0.0.2"))
            expectClean(server)
            expectClean(client)
            #expect(try firstRecord(of: server).peer.hasPrefix("127.0.0.2:"))
            #expect(try firstRecord(of: client).local == firstRecord(of: server).peer)
        }
    #endif

    @Test func aSourceAddressThisMachineHasNotIsAFailureAtOnce() async throws {
        let server = try MockServer([])
        let options = MockClient.Options(connect: .seconds(600), sources: [.ipv4("192.0.2.1")])
        let verdict = await (try MockClient(connectingTo: server.address, [], options: options)).finish()
        #expect(verdict.failures.map(\.kind) == [.connect])
        #expect(try firstFailure(of: verdict).summary.contains("EADDRNOTAVAIL"), "\(verdict)")
        _ = await server.stop()
    }

    // MARK: Knocking

    #if os(Linux)
        @Test func u2AServerThatListensLaterIsReachedWithoutASleep() async throws {
            let address = MockAddress.ipv4("127.0.0.77", port: try await freePort("127.0.0.77"))
            let client = try MockClient(
                connectingTo: address, [.send("PING"), .expect("PONG")], options: .patient)
            #expect(loopTakesAJob())  // by now it has been refused
            let server = try MockServer([.expect("PING"), .send("PONG")], options: .init(address: address))
            expectClean(await client.finish())
            expectClean(await server.finish())
        }
    #endif

    @Test func u2AUnixPathThatAppearsLaterIsReached() async throws {
        let address = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-later")
        let clients = try MockClient.many(
            20, atOnce: 10, connectingTo: address, [.send("PING"), .expect("PONG")],
            options: .patient)
        #expect(loopTakesAJob())
        let server = try MockServer(
            every: [.expect("PING"), .send("PONG")], count: 20, options: .init(address: address))
        expectClean(await clients.finish())
        expectClean(await server.finish())
    }

    @Test func aWrittenExpectConnectHasTheLimit() async throws {
        let address = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-never")
        let line = UInt(#line + 1)
        let step = Step.expectConnect(within: unscaled(.milliseconds(30)))
        let client = try MockClient(connectingTo: address, [step, .send("x")], options: .init(connect: .seconds(600)))
        let verdict = await client.finish()
        #expect(verdict.failures.map(\.kind) == [.connect])
        #expect(try firstFailure(of: verdict).location.line == line)
        #expect(
            try firstFailure(of: verdict).summary.hasSuffix("No such file or directory (ENOENT 2) for 30 ms"),
            "\(verdict)")
    }

    @Test func aClientThatIsRefusedOnceGivesUpWhenItMayNotWait() async throws {
        let address = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-never2")
        let verdict = await (try MockClient(connectingTo: address, [], options: .init(connect: .zero))).finish()
        #expect(verdict.failures.map(\.kind) == [.connect])
        #expect(verdict.connections.isEmpty)
        #expect(verdict.accepted == 0)
        #expect(!verdict.isComplete)
    }

    @Test func aRefusedClientCanBeStoppedAtOnce() async throws {
        let address = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-never3")
        let client = try MockClient(connectingTo: address, [.send("a")], options: .init(connect: .seconds(600)))
        let verdict = await client.stop()
        #expect(verdict.failures.isEmpty)
        #expect(verdict.notes == [#"the client had not connected when it was stopped, before step 1 of 1, send "a""#])
    }

    @Test func whoIsRefusedFailsAJoinToo() async throws {
        let address = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-never4")
        let client = try MockClient(connectingTo: address, [.send("a")], options: .init(connect: .milliseconds(20)))
        let error = await #expect(throws: ScriptFailed.self) { try await client.join() }
        #expect(error?.failures.map(\.kind) == [.connect])
        #expect(await client.finish().failures.count == 1)
    }

    @Test func whatOneCantReachNoneOfManyTries() async throws {
        let address = MockAddress.unix(path: "/tmp/tcpmock-\(getpid())-never5")
        let clients = try MockClient.many(
            10_000, atOnce: 2_000, connectingTo: address, [.send("a")], options: .init(connect: .milliseconds(20)))
        let verdict = await clients.finish()
        #expect(verdict.failures.count == 1)
        #expect(
            try firstFailure(of: verdict).summary.hasPrefix("connection 1 of 10000: could not connect to /tmp/"),
            "\(verdict)")
        #expect(
            try firstFailure(of: verdict).details.contains("nor the script of 9,999 connections more"), "\(verdict)")
    }

    @Test func aSocketThatGotConnectedToItselfIsARefusal() async throws {
        // The kernel connects a socket to itself when it picks the port that it is to connect to.
        let port = try await freePort("127.0.0.1")
        let options = MockClient.Options(connect: .milliseconds(20), sources: [.ipv4("127.0.0.1", port: port)])
        let verdict = await (try MockClient(connectingTo: .ipv4(port: port), [.send("a")], options: options)).finish()
        #expect(verdict.failures.map(\.kind) == [.connect], "\(verdict)")
        #expect(verdict.accepted == 0)
    }

    #if os(Linux)
        @Test func aServerThatDoesNotAnswerIsAFailureWhenTheLimitHasPassed() async throws {
            // Its queue holds one connection; the kernel drops what comes then. listen(2)
            let (listener, port) = try TestServer.listen(0)
            defer { close(listener) }
            let inTheQueue = try TestClient.connect("127.0.0.1", port)
            let client = try MockClient(
                connectingTo: .ipv4(port: port), [.send("a")], options: .init(connect: unscaled(.milliseconds(100))))
            let verdict = await client.finish()
            #expect(verdict.failures.map(\.kind) == [.connect])
            #expect(try firstFailure(of: verdict).summary.hasSuffix("no answer for 100 ms"), "\(verdict)")
            inTheQueue.close()
        }
    #endif

    #if os(Linux)
        @Test func aUnixServerWithAFullQueueIsKnockedAtAgain() async throws {
            // A Unix-domain connect does not wait for room in the queue: it is told EAGAIN.
            let path = "/tmp/tcpmock-\(getpid())-full"
            let listener = try TestServer.listen(path: path, 0)
            defer { close(listener) }
            let inTheQueue = try TestClient.connect(path, 0)
            let client = try MockClient(
                connectingTo: .unix(path: path), [.send("a"), .expectDisconnect()],
                options: .patient)
            #expect(loopTakesAJob())  // by now it has been told so
            try TestServer.accept(from: listener).close()
            #expect(try TestServer.accept(from: listener).receiveText(1) == "a")
            expectClean(await client.finish())
            inTheQueue.close()
            unlink(path)
        }
    #endif
}
