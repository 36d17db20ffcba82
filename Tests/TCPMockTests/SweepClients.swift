// Clients that sweeps run: right ones, and wrong ones.

import TCPMock
import TestClient

/// A request and a reply of which the client knows by its length, in the first two bytes, where it ends.
let lengthReply: Script = [.expect("GET\n"), .send("12:hello, world")]

struct Truncated: Error {}

/// Reads until it has what the length says; `forgives` an end that comes too early.
@Sendable func fetch(from server: MockServer, forgives: Bool = false) throws -> String {
    let client = try TestClient.connect(server.host, server.port)
    try client.send("GET\n")
    let head = try client.receiveText(3)
    guard head.utf8.count == 3, let length = Int(head.dropLast()) else { throw Truncated() }
    let body = try client.receiveText(length)
    guard forgives || body.utf8.count == length else { throw Truncated() }
    return body
}

/// Takes one read for one reply.
@Sendable func fetchNaively(from server: MockServer) throws -> String {
    let client = try TestClient.connect(server.host, server.port)
    try client.send("GET\n")
    let text = String(decoding: try client.receiveSome(), as: UTF8.self)
    guard text.utf8.count > 3 else { throw Truncated() }
    return String(text.dropFirst(3))
}
