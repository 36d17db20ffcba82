import LineClient
import TCPMockTesting
import Testing

struct Scripts {
    @Test func composes() async throws {
        let login: Script = [
            .expect("USER me\r\n"),
            .send("+OK\r\n"),
        ]
        let quit: Script = [
            .expect("QUIT\r\n"),
            .send("+BYE\r\n"),
        ]
        let session = login.label("login") + [.repeat(3, [.expect("NOOP\r\n"), .send("+OK\r\n")])] + quit

        try await withMockServer(session) { server in
            let client = try LineClient(host: server.host, port: server.port)
            for line in ["USER me", "NOOP", "NOOP", "NOOP"] {
                #expect(try client.ask(line) == "+OK")
            }
            #expect(try client.ask("QUIT") == "+BYE")
            client.close()
        }
    }

    @Test func spellsBytes() async throws {
        let name = "me"
        let payload: [UInt8] = [0x01, 0x02]
        let script: Script = [
            .expect("USER \(name)\r\n"),  // text, sent as UTF-8
            .expect([0x00, 0xff]),  // numbers
            .expect(.hex("de ad be ef")),  // hex digits
            .expect(Bytes(payload)),  // any sequence of UInt8
        ]

        #expect(script.steps.count == 4)
    }

    @Test func framesMessages() async throws {
        let script: Script = [
            .expectFrame("GET"),  // 00 00 00 03 47 45 54
            .sendFrame("42"),  // 00 00 00 02 34 32
        ]
        let short = script.framing(.lengthPrefix(UInt16.self, byteOrder: .littleEndian, max: 1024))

        try await withMockServer(short) { server in
            let client = try LineClient(host: server.host, port: server.port)
            try client.send("\u{3}\u{0}GET")
            client.endSending()
            #expect(try client.receiveLine() == "\u{2}\u{0}42")
            client.close()
        }
    }
}
