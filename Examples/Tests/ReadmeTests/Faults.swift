import LineClient
import TCPMockTesting
import Testing

struct Faults {
    @Test func aReplyIsCutByAReset() async throws {
        try await withMockServer([
            .expect("GET\r\n"),
            .send("5 pe", delivery: .lockstep),  // done when the client has taken all four bytes
            .reset(),
        ]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(throws: SocketError.self) { try client.ask("GET") }
            client.close()
        }
    }

    @Test func whatIsSentIsDamaged() async throws {
        try await withMockServer([
            .expect("GET\r\n"),
            .send("5 pears\r\n", damage: .corrupted(byteAt: 0, seed: 7)),
            .expect("GET\r\n"),
            .sendFrame("5 pears", framing: .lengthPrefix(UInt16.self), damage: .wrongLength(by: 1)),
            .close(),
        ]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("GET") != "5 pears")
            try client.sendLine("GET")
            #expect(try client.receive(exactly: 2) == [0, 8])
            #expect(throws: EndOfStream.self) { try client.receive(exactly: 8) }
            client.close()
            let verdict = await server.finish()
            print(verdict.connections[0].damagedSends)
            #expect(verdict.connections[0].damagedSends.map(\.step) == [2, 4])
        }
    }

    @Test func aReplyComesInSlices() async throws {
        let script: Script = [
            .expect("GET\r\n"),
            .send("5 pears\r\n", slices: .everyByte),  // nine reads, in lock-step
            .send("3 plums\r\n", slices: .at([2, 8])),
            .send("1 apple\r\n", slices: .size(4), delivery: .every(.milliseconds(2))),
        ]
        try await withMockServer(script) { server in
            let client = try LineClient(host: server.host, port: server.port)
            #expect(try client.ask("GET") == "5 pears")
            #expect(try client.receiveLine() == "3 plums")
            #expect(try client.receiveLine() == "1 apple")
            client.close()
        }
    }
}
