// The same conversation over every transport, and what becomes of an address afterwards.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct TransportTests {
    private func converse(at address: MockAddress) async throws -> Verdict {
        let server = try MockServer(
            [.expect("PING\r\n"), .sendFrame("PONG"), .expect("bye")], options: .init(address: address))
        let client = try server.connect()
        try client.send("PING\r\n")
        #expect(try client.receive(8) == [0, 0, 0, 4] + Array("PONG".utf8))
        try client.send("bye")
        client.close()
        return await server.finish()
    }

    @Test func overIPv4() async throws {
        let verdict = try await converse(at: .loopback)
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections[0].peer.hasPrefix("127.0.0.1:"))
    }

    @Test func overAnotherLoopbackAddress() async throws {
        #if os(Linux)
            let verdict = try await converse(at: .ipv4("127.0.1.2"))
            #expect(verdict.isClean, "\(verdict)")
        #endif
    }

    @Test(.enabled(if: hasIPv6)) func overIPv6() async throws {
        let verdict = try await converse(at: .loopbackIPv6)
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections[0].peer.hasPrefix("[::1]:"))
    }

    @Test func overAUnixPathWhoseFileGoesWithTheServer() async throws {
        let path = "/tmp/tcpmock-\(getpid())-path"
        let verdict = try await converse(at: .unix(path: path))
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections[0].peer == "unix")
        #expect(becomes { access(path, F_OK) != 0 })
    }

    @Test func aPathCanBeUsedAgainAndAgain() async throws {
        let path = "/tmp/tcpmock-\(getpid())-again"
        for _ in 0..<5 {
            #expect(try await converse(at: .unix(path: path)).isClean)
            #expect(becomes { access(path, F_OK) != 0 })
        }
    }

    #if os(Linux)
        @Test func overAnAbstractName() async throws {
            let verdict = try await converse(at: .abstract("tcpmock-\(getpid())"))
            #expect(verdict.isClean, "\(verdict)")
        }
    #endif

    @Test func aDifferenceIsFoundOverAUnixPathToo() async throws {
        let options = MockServer.Options(address: .unix(path: "/tmp/tcpmock-\(getpid())-differs"))
        let verdict = try await serve([.expect("PING")], options: options) { try $0.send("PONG") }
        #expect(verdict.failures.map(\.offset) == [1])
    }

    @Test func aUnixClientThatLeavesBytesUnreadIsTold() async throws {
        let options = MockServer.Options(address: .unix(path: "/tmp/tcpmock-\(getpid())-unread"))
        let verdict = try await serve([.send("unread")], options: options) { client in
            #expect(client.isReadable())
        }
        #expect(verdict.failures.map(\.kind) == [.departure])
    }

    @Test func aFinishedServersPortIsNobodysUntilTheServerIsGone() async throws {
        var server: MockServer? = try MockServer([.send("a"), .close()])
        let address = try #require(server?.address)
        let client = try TestClient.connect(address.host, address.port)
        _ = try client.receiveAll()
        _ = await server?.finish()
        // The listener goes a moment after a finish that needed no waiting.
        #expect(becomes { (try? TestClient.connect(address.host, address.port)) == nil })
        let taken = #expect(throws: MockError.self) { try MockServer(options: .init(address: address)) }
        #expect(taken?.errno == EADDRINUSE)
        #expect(throws: ClientError(call: "connect", code: ECONNREFUSED)) {
            try TestClient.connect(address.host, address.port)
        }
        server = nil
        var again: MockServer?
        #expect(
            becomes {
                again = try? MockServer(options: .init(address: address))
                return again != nil
            })
        _ = await again?.stop()
    }
}
