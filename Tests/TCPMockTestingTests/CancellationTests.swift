// A test that is cancelled waits for nothing more.

import TCPMockTesting
import TestClient
import Testing

@Test func aCancelledTestStopsWaitingForItsScript() async throws {
    let task = Task {
        try await withMockServer([.expect("never sent", within: .seconds(600))]) { server in
            let client = try TestClient.connect(server.host, server.port)
            withUnsafeCurrentTask { $0?.cancel() }
            return client
        }
    }
    let client = try await task.value
    #expect(try client.receiveAllOrReset() == [])
}

@Test func aCancelledJoinThrows() async throws {
    let server = try MockServer()
    try server.enqueue(.expect("never sent", within: .seconds(600)))
    let client = try TestClient.connect(server.host, server.port)
    let task = Task { try await server.join() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    _ = await server.stop()
    client.close()
}

extension TestClient {
    /// What comes until the stream ends or is reset.
    fileprivate func receiveAllOrReset() throws -> [UInt8] {
        do {
            return try receiveAll()
        } catch let error as ClientError where error.call == "recv" {
            return []
        }
    }
}
