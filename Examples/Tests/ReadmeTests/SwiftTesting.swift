import LineClient
import TCPMockTesting
import Testing

struct SwiftTesting {
    @Test func blocks() throws {
        try withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("PING") == "+PONG")
            client.close()
        }
    }

    @MainActor @Test func staysOnTheMainActor() async throws {
        var answers: [String?] = []
        try await withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            answers.append(try client.ask("PING"))
            client.close()
        }
        #expect(answers == ["+PONG"])
    }
}
