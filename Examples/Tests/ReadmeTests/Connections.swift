import LineClient
import TCPMockTesting
import Testing

struct Connections {
    @Test func reconnects() async throws {
        try await withMockServer(connections: [
            [.expect("PING\r\n"), .reset()],  // the first connection breaks
            [.expect("PING\r\n"), .send("+PONG\r\n")],  // the second works
        ]) { server in
            let first = try LineClient(host: server.host, port: server.port)
            _ = try? first.ask("PING")
            first.close()
            let second = try LineClient(host: server.host, port: server.port)
            #expect(try second.ask("PING") == "+PONG")
            second.close()
        }
    }

    @Test func opensFourAtOnce() async throws {
        try await withMockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], count: 4) { server in
            let clients = try (1...4).map { _ in try LineClient(host: server.host, port: server.port) }
            for client in clients {
                #expect(try client.ask("PING") == "+PONG")
                client.close()
            }
        }
    }

    @Test func takesTurns() async throws {
        try await withMockServer(every: [.expect("PING\r\n"), .disconnect()], count: 2, oneAtATime: true) { server in
            for _ in 1...2 {
                let client = try LineClient(host: server.host, port: server.port)
                #expect(try client.ask("PING") == nil)
                client.close()
            }
        }
    }

    @Test func keepsAPool() async throws {
        let options = MockServer.Options(unscripted: .reset, afterScript: .mayStayOpen)
        try await withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")], options: options) { server in
            let pooled = try LineClient(host: server.host, port: server.port)
            #expect(try pooled.ask("PING") == "+PONG")
            let surplus = try LineClient(host: server.host, port: server.port)  // reset, and no failure
            surplus.close()
            // pooled is still open when the server ends, and no failure either
        }
    }
}
