import LineClient
import TCPMockTesting
import Testing

struct Limiting {
    @Test func waitsLongerForSome() async throws {
        let options = MockServer.Options(limits: Limits(step: .seconds(5), afterScript: .seconds(1)))
        try await withMockServer(
            [
                .expect("PING\r\n", within: .milliseconds(500)),
                .send("+PONG\r\n"),
                .expectDisconnect(within: .seconds(10)),
            ], options: options
        ) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("PING") == "+PONG")
            client.close()
        }
    }
}
