import LineClient
import TCPMockTesting
import Testing

private let ping: Script = [
    .expect("PING\r\n"),
    .send("+PONG\r\n"),
]

@Test(.mockServer(ping)) func pingsTheServerOfItsTrait() throws {
    let server = try MockServer.current
    let client = try LineClient(host: server.host, port: server.port)
    #expect(try client.ask("PING") == "+PONG")
    client.close()
}

@Suite(.mockServer(every: ping)) struct EachWithAServerOfItsOwn {
    @Test(arguments: 1...3) func pingsAgain(_ times: Int) throws {
        for _ in 1...times {
            let client = try LineClient(host: MockServer.current.host, port: MockServer.current.port)
            #expect(try client.ask("PING") == "+PONG")
            client.close()
        }
    }
}
