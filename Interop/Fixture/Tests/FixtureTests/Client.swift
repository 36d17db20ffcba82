// What the tests' clients do.

import PlainClient
import TCPMockTesting

struct BodyError: Error, CustomStringConvertible {
    let description: String
}

/// Connects, says `text` and reads to the end: when this returns, the server has reset or closed the connection.
func say(_ text: String, to server: MockServer) throws {
    let client = try PlainClient(server.host, server.port)
    // A reset, early or late, is what a client meets that departs from its script.
    try? client.send(text)
    _ = try? client.receive(4096)
}

/// Connects, says `text`, reads a reply of so many bytes and leaves.
func ask(_ text: String, replyBytes: Int, of server: MockServer) throws -> String {
    let client = try PlainClient(server.host, server.port)
    try client.send(text)
    return try client.receive(replyBytes)
}
