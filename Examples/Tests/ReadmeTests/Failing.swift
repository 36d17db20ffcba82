// The README's failing test. It is compiled always and run only when asked for; scripts/check-readme.py asks for it and
// compares what it prints with what the README shows.

import LineClient
import TCPMockTesting
import Testing

@Suite(.failing)
struct Failing {
    @Test func pings() async throws {
        try await withMockServer([
            .expect("HELLO\r\n"),
            .expect("PING\r\n"),
            .send("+OK\r\n"),
            .expectDisconnect(),
        ]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            try client.sendLine("HELLO")
            _ = try? client.ask("PONG")  // the bug: it should say PING
            client.close()
        }
    }
}
