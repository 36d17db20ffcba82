import LineClient
import TCPMockTesting
import Testing

struct Checks {
    @Test func looksAtLines() async throws {
        let script: Script = [
            .expectLine("HELO"),  // equality
            .expectLine(.prefix("USER ")),
            .expectLine(.matches(/[0-9]{4}/)),  // the whole line
            .expectLine(.all([.prefix("GET "), .not(.contains(".."))])),
            .expect(upTo: "\r\n\r\n", .where("has two parts") { $0.split(separator: 0x2c).count == 2 }),
        ]

        try await withMockServer(script) { server in
            let client = try LineClient(host: server.host, port: server.port)
            for line in ["HELO", "USER me", "4711", "GET pears", "a,b\r\n"] { try client.sendLine(line) }
            client.close()
        }
    }

    @Test func keepsWhatCame() async throws {
        let script: Script = [
            .expectTemplate("USER \(capture: "name")\r\n"),
            .expectTemplate(.hex("01 ?? 03")),
            .expectLine(.any, as: "motto"),
            .send { captures in "WELCOME \(captures.text("name") ?? "?")\r\n" },
        ]

        let server = try MockServer(script)
        let client = try LineClient(host: server.host, port: server.port)
        try client.send("USER ann\r\n\u{1}\u{2}\u{3}pears!\r\n")
        #expect(try client.receiveLine() == "WELCOME ann")
        client.close()

        let verdict = try await server.verify()
        #expect(verdict.connections[0].captures.text("motto") == "pears!")
    }
}
