// What a server tells of its connections while it runs.

import TCPMock
import TestClient
import Testing

private func patient(recording: MockServer.Recording = .bytes(16 * 1024)) -> MockServer.Options {
    MockServer.Options(limits: Limits(step: .seconds(60)), afterScript: .mayStayOpen, recording: recording)
}

@Test func whoHasConnectedIsCounted() async throws {
    let server = try MockServer(every: [.expect("a")], options: patient())
    #expect(server.accepted == 0)
    #expect(server.active == 0)
    let clients = try (1...300).map { _ in try server.connect() }
    #expect(becomes { server.accepted == 300 })
    #expect(server.active == 300)
    for client in clients { try client.send("a") }
    for client in clients { client.close() }
    #expect(becomes { server.active == 0 })
    #expect(server.accepted == 300)
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(server.accepted == 300)
    #expect(server.active == 0)
}

@Test func aSnapshotShowsWhatWasSentBeforeIt() async throws {
    for _ in 1...50 {
        let options = MockServer.Options(limits: Limits(step: .seconds(60)))
        let server = try MockServer([.expect("PING"), .send("PONG"), .expect("QUIT")], options: options)
        let client = try server.connect()
        try client.send("PINGQU")
        #expect(becomes { server.connections.first?.receivedCount == 6 })  // a busy kernel may be behind
        let connection = try #require(server.connections.first)
        #expect(connection.number == 1)
        #expect(connection.received == Array("PINGQU".utf8))
        #expect(connection.sent == Array("PONG".utf8))
        #expect(connection.isOpen)
        #expect(!connection.isComplete)
        #expect(connection.end == .stillOpen)
        #expect(connection.currentStep == 3)
        #expect(connection.transcript.contains("step 2 ok"))
        try client.expectText("PONG")
        try client.send("IT")
        #expect(becomes { server.connections.first?.currentStep == nil })
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        let last = try #require(server.connections.first)
        #expect(!last.isOpen)
        #expect(last.isComplete)
        #expect(last.end == .fin)
        #expect(server.connections.map(\.received) == verdict.connections.map(\.received))
    }
}

@Test func aSnapshotShowsEndedAndOpenConnectionsInTheirOrder() async throws {
    let server = try MockServer(every: [.expect("a")], options: patient())
    let clients = try (1...9).map { _ in try server.connect() }
    for client in clients { try client.send("a") }
    #expect(becomes { server.active == 9 })
    for index in [1, 4, 8] { clients[index].close() }
    let sixAreLeft = withExtendedLifetime(clients) { becomes { server.active == 6 } }
    #expect(sixAreLeft)
    let connections = withExtendedLifetime(clients) { server.connections }
    #expect(connections.map(\.number) == Array(1...9))
    #expect(connections.filter { !$0.isOpen }.map(\.number) == [2, 5, 9])
    let verdict = await server.stop()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func whatASnapshotShowsOfAFailedConnectionIsItsFailure() async throws {
    let server = try MockServer([.expect("a")])
    let client = try server.connect()
    try client.send("b")
    client.expectReset()
    let connection = try #require(server.connections.first)
    #expect(!connection.isOpen)
    #expect(connection.currentStep == 1)
    #expect(connection.transcript.contains("step 1 failed"))
    let verdict = await server.finish()
    #expect(verdict.failures.count == 1)
    #expect(server.accepted == 1)
}

@Test func lookingWhileAServerEndsNeverHangs() async throws {
    for _ in 1...200 {
        let server = try MockServer([.send("a")], options: patient())
        let client = try server.connect()
        let looking = onAThread {
            while server.active > 0 {}
            _ = server.connections
        }
        let verdict = await server.stop()
        looking.wait()
        #expect(verdict.isClean)
        #expect(server.connections.count == verdict.connections.count)
        client.close()
    }
}

@Test func lookingChangesNoVerdict() async throws {
    let options = MockServer.Options(limits: Limits(step: .seconds(60)))
    let verdict = try await serve([.expect("ab"), .send("c")], options: options) { client in
        try client.send("a")
        try client.send("b")
        try client.expectText("c")
    }
    let server = try MockServer([.expect("ab"), .send("c")], options: options)
    let client = try server.connect()
    _ = server.connections
    try client.send("a")
    _ = server.connections
    try client.send("b")
    _ = server.accepted
    try client.expectText("c")
    client.close()
    _ = server.active
    let watched = await server.finish()
    #expect(watched.description == verdict.description)
    #expect(watched.connections.first?.received == verdict.connections.first?.received)
}

@Test func aThousandOpenConnectionsAreShown() async throws {
    let server = try MockServer(every: [.expect("a"), .delay(.seconds(600))], options: patient())
    let clients = try (1...1000).map { _ in try server.connect() }
    for client in clients { try client.send("a") }
    #expect(becomes { server.connections.count { $0.isOpen && $0.received == [0x61] && $0.currentStep == 2 } == 1000 })
    _ = await server.stop()
    withExtendedLifetime(clients) {}
}
