import LineClient
import TCPMockTesting
import Testing

struct Watching {
    @Test func seesWhatGoesOn() async throws {
        try await withMockServer(every: [.serve(to: ["PING": "+PONG\r\n"], framing: .line)]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("PING") == "+PONG")
            #expect(server.accepted == 1)
            #expect(server.active == 1)
            #expect(server.connections[0].received == Array("PING\r\n".utf8))

            try client.sendLine("PING")
            try await server.received("PING\r\nPING\r\n", on: 1, within: .seconds(5))
            #expect(try client.receiveLine() == "+PONG")
            client.close()

            for try await line in server.frames(on: 1, framing: .line) {  // to the end of the stream
                #expect(line == Array("PING".utf8))
            }
        }
    }

    @Test func goesDownAndComesUp() async throws {
        try await withMockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], count: 2) { server in
            let before = try LineClient(host: server.host, port: server.port)
            #expect(try before.ask("PING") == "+PONG")
            before.close()

            try await server.takeDown()  // connects are refused; nobody else can take the port
            #expect(throws: SocketError.self) { try LineClient(host: server.host, port: server.port) }
            try await server.bringUp()

            let after = try LineClient(host: server.host, port: server.port)
            #expect(try after.ask("PING") == "+PONG")
            after.close()
        }
    }
}
