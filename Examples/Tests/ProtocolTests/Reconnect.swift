// A client that connects anew: to a server that drops it, and to one that is gone for a while.

import ProtocolClients
import TCPMockTesting
import Testing

private let dropped: Script = [.expectLine("PING"), .reset()]
private let answered: Script = [.expectLine("PING"), .send("+PONG\r\n")]

struct Reconnect {
    @Test func asksAgainWhenItIsDropped() async throws {
        try await withMockServer(connections: [dropped, dropped, answered]) { server in
            let client = StubbornClient(host: server.host, port: server.port, attempts: 3)
            let answer = try client.ask("PING")
            #expect(answer == "+PONG")
            #expect(server.accepted == 3)
            client.close()
        }
    }

    @Test func survivesARestart() async throws {
        try await withMockServer(every: [.serve(to: ["PING": "+PONG\r\n"], framing: .line)]) { server in
            let client = StubbornClient(host: server.host, port: server.port)
            #expect(try client.ask("PING") == "+PONG")

            try await server.takeDown(resettingConnections: true)
            #expect(throws: (any Error).self) { try client.ask("PING") }  // reset, then refused

            try await server.bringUp()  // on the same port
            #expect(try client.ask("PING") == "+PONG")
            client.close()
        }
    }

    @Test(.failing) func givesUpTooSoon() async throws {
        try await withMockServer(
            connections: [dropped, dropped, answered], options: .init(limits: Limits(step: .milliseconds(200)))
        ) { server in
            let client = StubbornClient(host: server.host, port: server.port, attempts: 2)  // the bug
            _ = try? client.ask("PING")
            client.close()
        }
    }
}
