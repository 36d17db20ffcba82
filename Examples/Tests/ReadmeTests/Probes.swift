import LineClient
import TCPMockTesting
import Testing

struct Probes {
    @Test func countTheClientsCalls() async throws {
        let server = try MockServer([.expect("PING\r\n"), .send("+PONG\r\n")])
        let socket = try ProbeSocket(connectingTo: server.address)
        try socket.sendAll("PING\r\n")
        _ = try socket.receive(until: "\r\n")
        #expect(socket.record.sendAllCalls == 1)
        socket.close()

        let verdict = try await server.verify()
        #expect(verdict.connections[0].readByClient?.description == "7 bytes, says its probe")
    }

    @Test func failSendsFromACueOn() async throws {
        try await withMockServer([.expect("HELLO\r\n"), .expectDisconnect(.any)]) { server in
            let socket = try ProbeSocket(connectingTo: server.address)
            try socket.breakSends(at: "DATA\r\n")  // with EPIPE
            try socket.sendAll("HELLO\r\n")
            #expect(throws: ProbeSocket.CallError.self) { try socket.sendAll("DATA\r\n") }
            socket.close()
        }
    }
}

@Suite(.failing) struct ProbesThatAccuse {
    @Test func closesWithoutLooking() async throws {
        try await withMockServer([.send("+OK\r\n+BYE\r\n")]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            let probe = ReadProbe(descriptor: client.fileDescriptor)
            _ = try client.receive(exactly: 11)  // its runtime takes all that has come
            probe.noteRead(5)  // its code looks at the first line only
            probe.end()  // before it closes
            client.close()
        }
    }
}
