import LineClient
import TCPMockTesting
import Testing

struct ConnectFaults {
    @Test func meetsFaultsWhenItConnects() async throws {
        try await withMockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], count: 1) { server in
            try await server.setConnectFault(.acceptThenReset)
            #expect(throws: (any Error).self) { try pingOnce(server) }

            try await server.setConnectFault(.slowAccept(.milliseconds(200)))
            let start = ContinuousClock.now
            try pingOnce(server)  // connected at once, answered late
            #expect(ContinuousClock.now - start >= .milliseconds(200))
        }
    }

    @Test func isRefusedFromTheStart() async throws {
        let options = MockServer.Options(connectFault: .refused)
        try await withMockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], options: options) { server in
            #expect(throws: SocketError.self) { try pingOnce(server) }
            try await server.bringUp()
            try pingOnce(server)
        }
    }

    @Test func resetsTheSecondConnectionOnly() async throws {
        let normal: Script = [.expect("PING\r\n"), .send("+PONG\r\n")]
        try await withMockServer(connections: [normal, [.reset()], normal]) { server in
            try pingOnce(server)
            #expect(throws: (any Error).self) { try pingOnce(server) }
            try pingOnce(server)
        }
    }
}

private func pingOnce(_ server: MockServer) throws {
    let client = try LineClient(host: server.host, port: server.port)
    defer { client.close() }
    #expect(try client.ask("PING") == "+PONG")
}
