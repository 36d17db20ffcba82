import LineClient
import TCPMockTesting
import Testing

struct Alternatives {
    @Test func differInTheirFirstBytes() async throws {
        let session: Script = [
            .optional(.expectLine("STARTTLS"), .send("502 no\r\n")),
            .anyOrder([
                .sequence([.expect("A\r\n"), .send("1\r\n")]),
                .sequence([.expect("B\r\n"), .send("2\r\n")]),
            ]),
            .expectLine("QUIT"),
        ]
        let script: Script = [
            .choose([
                .when(.prefix("ADMIN"), [.expectLine("ADMIN"), .send("403\r\n")]),
                .when(.any, session),
            ])
        ]

        try await withMockServer(every: script, count: 2) { server in
            let admin = try LineClient(host: server.host, port: server.port)
            #expect(try admin.ask("ADMIN") == "403")
            admin.close()
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("B") == "2")
            #expect(try client.ask("A") == "1")
            try client.sendLine("QUIT")
            client.close()
        }
    }
}
