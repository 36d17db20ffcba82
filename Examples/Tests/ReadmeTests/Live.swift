import LineClient
import TCPMockTesting
import Testing

struct Live {
    @Test func answersAsTheTestGoesOn() async throws {
        try await withMockServer { server in
            let client = try LineClient(host: server.host, port: server.port)

            try server.enqueue(.expect("PING\r\n"), .send("+PONG\r\n"))
            #expect(try client.ask("PING") == "+PONG")
            try await server.join()  // everything enqueued so far is done

            try server.enqueue(.send("shutting down\r\n"), .disconnect())
            #expect(try client.receiveLine() == "shutting down")
            client.close()
        }
    }

    @Test func verifiesByHand() async throws {
        let server = try MockServer([.expect("PING\r\n"), .send("+PONG\r\n")])
        let client = try LineClient(host: server.host, port: server.port)
        #expect(try client.ask("PING") == "+PONG")
        client.close()

        let verdict = try await server.verify()  // finish, and record what departed from the script
        #expect(verdict.connections[0].receivedCount == 6)
    }
}
