import LineClient
import TCPMockTesting
import Testing

@Test func pings() async throws {
    try await withMockServer([
        .expect("HELLO\r\n"),
        .expect("PING\r\n"),
        .send("+OK\r\n"),
        .expectDisconnect(),
    ]) { server in
        let client = try LineClient(host: server.host, port: server.port)
        try client.sendLine("HELLO")
        #expect(try client.ask("PING") == "+OK")
        client.close()
    }
}
