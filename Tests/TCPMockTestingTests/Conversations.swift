// Clients' halves of the conversations that these tests script.

import TCPMockTesting
import TestClient

let hello: Script = [.expect("Hello, server!"), .send("Hello, client!")]

/// Plays the client of ``hello`` to the end.
@discardableResult
func sayHello(to server: MockServer) throws -> String {
    let client = try TestClient.connect(server.host, server.port)
    try client.send("Hello, server!")
    let reply = try client.receiveText(14)
    client.close()
    return reply
}

/// Says something else than ``hello`` expects, and reads until the server has had enough.
func sayGoodbye(to server: MockServer) throws {
    let client = try TestClient.connect(server.host, server.port)
    try client.send("Goodbye, server!")
    _ = try? client.receiveAll()
}

struct BodyError: Error, Equatable {}
