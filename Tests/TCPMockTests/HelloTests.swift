import TCPMock
import TestClient
import Testing

@Test func greets() async throws {
    let server = try MockServer([.expect("Hello, server!"), .send("Hello, client!"), .expectDisconnect()])
    let client = try TestClient.connect(server.host, server.port)
    try client.send("Hello, server!")
    #expect(try client.receiveText(14) == "Hello, client!")
    client.close()
    let verdict = await server.finish()
    print(verdict.transcript)
    #expect(verdict.isClean, "\(verdict)")
}

@Test func says() async throws {
    let server = try MockServer([.expect("HELLO\r\n"), .expect("PING\r\n"), .send("+OK\r\n"), .expectDisconnect()])
    let client = try TestClient.connect(server.host, server.port)
    try client.send("HELLO\r\nPONG\r\n")
    let verdict = await server.finish()
    print(verdict)
    print(verdict.transcript)
    #expect(!verdict.isClean, "\(verdict)")
}
