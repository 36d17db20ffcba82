// A MockClient against a real redis-server, on a Unix-domain socket that nobody else has.

import Children
import Foundation
import TCPMockTesting
import Testing

/// A redis-server in a child process, for the length of `body`. Nobody waits until it listens: the client knocks.
private func withRedisServer(_ body: (MockAddress) async throws -> Void) async throws {
    let path = "/tmp/tcpmock-redis-\(UUID().uuidString.prefix(8)).sock"
    let child = try BackgroundChild(
        "redis-server", ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", "/tmp"])
    defer {
        child.end()
        unlink(path)
    }
    try await body(.unix(path: path))
}

@Suite struct MockClientRedisTests {
    @Test func pingSetAndGet() async throws {
        try await withRedisServer { server in
            try await withMockClient(
                connectingTo: server,
                [
                    .send("PING\r\n"), .expect("+PONG\r\n"),
                    .send("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n"), .expect("+OK\r\n"),
                    .send("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"), .expect("$5\r\nvalue\r\n"),
                    .send("QUIT\r\n"), .expect("+OK\r\n"), .expectDisconnect(),
                ], options: .patient)
        }
    }

    @Test func aPipelineIsAnsweredInOrder() async throws {
        try await withRedisServer { server in
            try await withMockClient(
                connectingTo: server,
                [
                    .send("SET n 1\r\nINCR n\r\nGET n\r\nGET nothing\r\n"),
                    .expect("+OK\r\n"), .expect(":2\r\n"), .expect("$1\r\n2\r\n"), .expect("$-1\r\n"),
                ], options: .patient)
        }
    }

    @Test func aThousandConnectionsInAWindowOfFifty() async throws {
        try await withRedisServer { server in
            try await withMockClient(
                many: 1000, atOnce: 50, connectingTo: server, [.send("PING\r\n"), .expect("+PONG\r\n")],
                options: .patient)
        }
    }

    @Test func oneWrongByteExpectedIsToldAtItsLine() async throws {
        try await withRedisServer { server in
            let line = SourcePosition.next()
            let step = Step.expect("+PANG\r\n")
            let client = try MockClient(connectingTo: server, [.send("PING\r\n"), step], options: .patient)
            let verdict = await client.finish()
            let failure = try #require(verdict.failures.first)
            #expect(verdict.failures.count == 1)
            #expect(failure.location.line == line)
            #expect(failure.offset == 2)
            #expect(
                failure.summary
                    == #"connection 1, step 2 of 2: expected "+PANG\r\n", got "+PONG\r\n": first difference at byte 2 ('A' 0x41, got 'O' 0x4F)"#
            )
        }
    }
}
