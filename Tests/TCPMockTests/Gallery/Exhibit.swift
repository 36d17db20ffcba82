// One kind of failure, as somebody who tests a client may meet it.

import TestClient
import Testing

@testable import TCPMock

struct Exhibit: Sendable, CustomTestStringConvertible {
    /// Its place in the gallery and its files' name: `01-wrong-byte`.
    let name: String
    let title: String
    /// What the client did, in a sentence.
    let story: String
    /// Whether it says how much the kernels held, which differs from run to run.
    var fillsBuffers: Bool { name.hasPrefix("45-") || name.hasPrefix("49-") }
    let run: @Sendable () async throws -> Verdict

    var testDescription: String { name }

    /// A server that plays `script` to a client that does `body`, in a thread of its own.
    static func served(
        _ name: String, _ title: String, _ story: String, options: MockServer.Options = .init(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line,
        _ script: @escaping @Sendable () -> Script, by body: @escaping @Sendable (TestClient) throws -> Void
    ) -> Exhibit {
        Exhibit(name: name, title: title, story: story) {
            let server = try MockServer(
                script(), options: options, fileID: fileID, filePath: filePath, line: line)
            return try await onThread {
                let client = try server.connect()
                try body(client)
                let verdict = server.finish()
                client.close()
                return verdict
            }
        }
    }

    /// A client that plays `script` to a server that does `body`.
    static func played(
        _ name: String, _ title: String, _ story: String,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line,
        _ script: @escaping @Sendable () -> Script, by body: @escaping @Sendable (TestClient) throws -> Void
    ) -> Exhibit {
        Exhibit(name: name, title: title, story: story) {
            let server = try TestServer(connections: 1, backlog: 16, body)
            let client = try MockClient(
                connectingTo: .ipv4("127.0.0.1", port: server.port), script(), fileID: fileID, filePath: filePath,
                line: line)
            return await client.finish()
        }
    }
}

/// The limit of steps that are to fail by it.
let shortly = Duration.milliseconds(150)
