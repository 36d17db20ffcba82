// A plain executable that verifies: no test framework is running, so failures must be thrown.
//
//   Unreported verify | verify-blocking | scope | scope-blocking | body-throws | passing

import Foundation
import PlainClient
import TCPMockTesting

struct BodyError: Error {}

let script: Script = [.expect("PING\r\n"), .send("+PONG\r\n")]

/// Says `text` and reads to the end: the server has then answered, or reset the connection.
@Sendable func say(_ text: String, to server: MockServer) throws {
    let client = try PlainClient(server.host, server.port)
    try? client.send(text)
    _ = try? client.receive(7)
}

func verifyBlocking() throws {
    let server = try MockServer(script)
    try say("PONG\r\n", to: server)
    try server.verify()
}

func scopeBlocking() throws {
    try withMockServer(script) { try say("PONG\r\n", to: $0) }
}

func play(_ way: String?) async throws {
    switch way {
    case "verify":
        let server = try MockServer(script)
        try say("PONG\r\n", to: server)
        try await server.verify()
    case "verify-blocking": try verifyBlocking()
    case "scope": try await withMockServer(script) { server in try say("PONG\r\n", to: server) }
    case "scope-blocking": try scopeBlocking()
    case "body-throws":
        try await withMockServer(script) { server in
            try say("PONG\r\n", to: server)
            throw BodyError()
        }
    default: try await withMockServer(script) { server in try say("PING\r\n", to: server) }
    }
    print("went on")
}

do {
    try await play(CommandLine.arguments.dropFirst().first)
} catch let error as ScriptFailed {
    print("ScriptFailed")
    print(error)
    exit(3)
} catch {
    print("thrown: \(error)")
    exit(4)
}
