import LineClient
import TCPMockTesting
import Testing

struct Evidence {
    @Test func keepsWhatWasSaid() async throws {
        let options = MockServer.Options(recording: .bytes(1024 * 1024))
        let server = try MockServer([.expect("PING\r\n"), .send("+PONG\r\n")], options: options)
        let client = try LineClient(host: server.host, port: server.port)
        _ = try client.ask("PING")
        client.close()

        let verdict = await server.finish()
        let connection = verdict.connections[0]
        #expect(connection.received == Array("PING\r\n".utf8))
        #expect(connection.end == .fin)
        print(verdict.transcript)
    }
}
