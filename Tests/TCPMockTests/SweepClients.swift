// Clients that sweeps run: right ones, and wrong ones.

import TCPMock
import TestClient

/// A request, and a reply whose first three bytes say how long the rest is.
let lengthReply: Script = [.expect("GET\n"), .send("12:hello, world")]

/// None of the sweeps in tests is about limits, but those that say so.
let sweeping = SweepOptions(limit: .seconds(60), progress: .off)

struct CutShort: Error {}

/// Reads until it has what the length says.
@Sendable func fetch(from server: MockServer) throws -> String {
    try fetch(from: server, forgives: false)
}

/// Reads until it has what the length says, or takes what it got when the end comes before.
@Sendable func fetchForgivingly(from server: MockServer) throws -> String {
    try fetch(from: server, forgives: true)
}

private func fetch(from server: MockServer, forgives: Bool) throws -> String {
    let client = try TestClient.connect(server.host, server.port)
    defer { client.close() }
    try client.send("GET\n")
    let head = try client.receiveText(3)
    guard head.utf8.count == 3, let length = Int(head.dropLast()) else { throw CutShort() }
    let body = try client.receiveText(length)
    guard forgives || body.utf8.count == length else { throw CutShort() }
    return body
}

/// Takes one read for one reply.
@Sendable func fetchNaively(from server: MockServer) throws -> String {
    let client = try TestClient.connect(server.host, server.port)
    defer { client.close() }
    try client.send("GET\n")
    let text = String(decoding: try client.receiveSome(), as: UTF8.self)
    guard text.utf8.count > 3 else { throw CutShort() }
    return String(text.dropFirst(3))
}
