// Who has connected before the end is part of the verdict, however many they are.

import TestClient
import Testing

@testable import TCPMock

private let patient = MockServer.Options(limits: Limits(step: .seconds(60)))

/// Connects while the loop stands still, and finishes then: all of them wait in the listener's queue.
private func knock(_ count: Int, on server: MockServer) throws -> [TestClient] {
    let block = LoopBlock.begin()
    defer { block.release() }
    let clients = try (0..<count).map { _ in
        let client = try server.connect()
        try client.send("x")
        return client
    }
    _ = onAThread { _ = server.finish() }
    while server.inbox.phase == .open { pause(milliseconds: 1) }  // no await: the loop stands for all tests
    return clients
}

@Suite struct KnockingTests {
    @Test func allThatHaveKnockedBeforeTheFinishAreServed() async throws {
        // Only as many as are accepted in one go were, and the rest reset, when those had ended by then.
        let server = try MockServer(every: [.expect("x"), .send("hi"), .close()], options: patient)
        let clients = try knock(600, on: server)
        let verdict = await server.finish()
        #expect(verdict.isClean && verdict.accepted == 600, "\(verdict)")
        withExtendedLifetime(clients) {}
    }

    @Test func whoIsIgnoredIsNotOpenInTheVerdict() async throws {
        var options = patient
        options.unscripted = .ignore
        let server = try MockServer([.expect("x"), .close()], options: options)
        let (served, ignored) = (try server.connect(), try server.connect())
        try served.send("x")
        try served.expectEnd()
        try await server.join()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.statistics.open == 0)
        #expect(verdict.connections.allSatisfy { !$0.isOpen })
        #expect(server.active == 0)
        withExtendedLifetime((served, ignored)) {}
    }
}
