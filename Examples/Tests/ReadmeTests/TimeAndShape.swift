// README and the article "Time and shape".

import LineClient
import TCPMockTesting
import Testing

#if os(Linux)
    struct TimeAndShape {
        @Test func assertsHowSoonAndInHowManySegments() async throws {
            try await withMockServer([
                .expect("PING\r\n", segments: 1),
                .send("+PONG\r\n"),
                .expect("QUIT\r\n", latency: .seconds(1)),
            ]) { server in
                let client = try LineClient(host: server.host, port: server.port)
                #expect(try client.ask("PING") == "+PONG")
                try client.sendLine("QUIT")
                client.close()
            }
        }
    }
#endif
