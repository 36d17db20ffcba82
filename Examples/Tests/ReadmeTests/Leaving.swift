import LineClient
import TCPMockTesting
import Testing

struct Leaving {
    @Test func endsItsSideFirst() async throws {
        try await withMockServer([
            .receive(until: "\r\n"),
            .expectEOF(),  // the client will send no more, and still reads
            .send("received\r\n"),
        ]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            try client.sendLine("one line")
            client.endSending()
            #expect(try client.receiveLine() == "received")
            client.close()
        }
    }

    @Test func leavesInTheMiddleOfAnAnswer() async throws {
        try await withMockServer([
            .expect("LIST\r\n"),
            .send("a long answer\r\n"),
            .expectDisconnect(.any),  // unread bytes make it a reset
        ]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            try client.sendLine("LIST")
            client.close()
        }
    }
}
