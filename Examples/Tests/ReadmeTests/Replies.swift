import LineClient
import TCPMockTesting
import Testing

struct Replies {
    @Test func areComputed() async throws {
        let script: Script = [
            .reply("220 hello\r\n"),  // whatever comes first
            .respond(.line) { request in
                #expect(request.text.hasPrefix("ECHO "))
                return "\(request.text.dropFirst(5))\r\n"
            },
            .serve(.line, startingWith: 0) { request, count in  // until the client leaves
                count += 1
                return request.text == "QUIT" ? .close : "\(count)\r\n"
            },
        ]

        try await withMockServer(script) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("HELO") == "220 hello")
            #expect(try client.ask("ECHO me") == "me")
            #expect(try client.ask("NEXT") == "1")
            #expect(try client.ask("NEXT") == "2")
            #expect(try client.ask("QUIT") == nil)
            client.close()
        }
    }

    @Test func comeFromATable() async throws {
        let script: Script = [
            .serve(
                to: [
                    "PING": "+PONG\r\n",
                    .prefix("GET "): .steps([.delay(.milliseconds(5)), .send("$-1\r\n")]),
                    "QUIT": .close,
                ], framing: .line)
        ]

        try await withMockServer(every: script) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("PING") == "+PONG")
            #expect(try client.ask("GET pear") == "$-1")
            #expect(try client.ask("QUIT") == nil)
            client.close()
        }
    }
}
