import LineClient
import TCPMockTesting
import Testing

struct Gates {
    @Test func holdAnAnswerBack() async throws {
        let (asked, ready) = (Gate("asked"), Gate("ready"))
        try await withMockServer([
            .expect("LIST\r\n"), .open(asked),
            .wait(ready), .send("3 pears\r\n"),
        ]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            try client.sendLine("LIST")
            try await asked.opened()  // the request is there, the answer is not
            ready.open()
            #expect(try client.receiveLine() == "3 pears")
            client.close()
        }
    }
}
