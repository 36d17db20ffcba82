// MockClient against a server under test.

import LineServer
import TCPMockTesting
import Testing

/// The server under test.
private func makeServer() throws -> LineServer {
    try LineServer { line in
        switch line {
        case "PING": "+PONG"
        case "QUIT": nil
        default: "-ERR unknown command"
        }
    }
}

struct TestingServers {
    @Test func answersPings() async throws {
        let server = try makeServer()
        defer { server.stop() }

        try await withMockClient(
            connectingTo: .ipv4(port: server.port),
            [
                .send("PING\r\n"), .expect("+PONG\r\n"),
                .send("PI"), .expectSilence(for: .milliseconds(20)), .send("NG\r\n"),  // in two pieces
                .expect("+PONG\r\n"),
                .send("QUIT\r\n"), .expectDisconnect(),
            ])
    }

    @Test func survivesAClientThatVanishes() async throws {
        let server = try makeServer()
        defer { server.stop() }

        try await withMockClient(
            connectingTo: .ipv4(port: server.port),
            sequence: [
                [.send("PING\r\n"), .reset(discardingUnsent: true)],  // the first connection breaks off
                [.send("PING\r\n"), .expect("+PONG\r\n")],  // the second finds the server well
            ])
    }

    @Test func servesManyAtOnce() async throws {
        let server = try makeServer()
        defer { server.stop() }

        let clients = try MockClient.many(
            200, atOnce: 20, connectingTo: .ipv4(port: server.port),
            [.repeat(3, [.send("PING\r\n"), .expect("+PONG\r\n")])])
        let verdict = try await clients.verify()
        #expect(verdict.accepted == 200)
    }

    @Test func keepsAnIdleConnection() async throws {
        let server = try makeServer()
        defer { server.stop() }

        try await withMockClient(
            connectingTo: .ipv4(port: server.port), [.send("PING\r\n"), .expect("+PONG\r\n")],
            options: .init(afterScript: .stayOpen)
        ) { idle in
            try await idle.join()  // it has been answered, and stays
            try await withMockClient(
                connectingTo: .ipv4(port: server.port), [.send("PING\r\n"), .expect("+PONG\r\n")])
        }
    }

    @Test func aTestThatGoesStepByStep() async throws {
        let server = try makeServer()
        defer { server.stop() }

        try await withMockClient(connectingTo: .ipv4(port: server.port)) { client in
            try client.enqueue(.send("PING\r\n"), .expect("+PONG\r\n"))
            try await client.join()
            try client.enqueue(.send("WHO\r\n"), .expectLine(.prefix("-ERR ")))
            try await client.join()
        }
    }
}

@Test(.failing) func expectsAnotherAnswer() async throws {
    let server = try makeServer()
    defer { server.stop() }

    try await withMockClient(
        connectingTo: .ipv4(port: server.port),
        [.send("PING\r\n"), .expect("PONG\r\n")])  // RESP would have it begin with a plus
}
