// withMockClient: plays, verifies, reports at the step's line, with and without a body.

import TCPMockTesting
import TestClient
import Testing

private let pong: Script = [.expect("PING\r\n", within: .seconds(120)), .send("+PONG\r\n")]
private let ping: Script = [.send("PING\r\n"), .expect("+PONG\r\n")]

@Test func aClientNeedsNoBody() async throws {
    try await withMockServer(pong) { server in
        try await withMockClient(connectingTo: server.address, ping)
    }
}

@Test func aClientsBodyGetsTheClientAndGivesAResult() async throws {
    try await withMockServer(pong) { server in
        let peer = try await withMockClient(connectingTo: server.address) { client in
            try client.enqueue(.send("PING\r\n"), .expect("+PONG\r\n"))
            try await client.join()
            return client.address
        }
        #expect(peer == server.address)
    }
}

@Test func sequencesAndManyAreVerifiedToo() async throws {
    try await withMockServer(every: pong, count: 12) { server in
        try await withMockClient(connectingTo: server.address, sequence: [ping, ping])
        try await withMockClient(many: 10, atOnce: 4, connectingTo: server.address, ping)
    }
}

@Test func theBlockingScopeNeedsNoBodyEither() throws {
    try withMockServer(every: pong, count: 4) { server in
        try withMockClient(connectingTo: server.address, ping)
        try withMockClient(connectingTo: server.address, sequence: [ping]) { _ in }
        try withMockClient(many: 2, atOnce: 1, connectingTo: server.address, ping)
    }
}

@MainActor @Test func aClientIsUsedOnTheMainActor() async throws {
    try await withMockServer(pong) { server in
        try await withMockClient(connectingTo: server.address, ping) { client in
            MainActor.assertIsolated()
            try await client.join()
        }
    }
}

@Test func aClientsFailureIsAnIssueAtTheStepsLine() async throws {
    let line = #line + 1
    let step = Step.expect("+PONG\r\n")
    let server = try MockServer([.expect("PING\r\n"), .send("-ERR\r\n"), .expectDisconnect(.reset)])
    try await withKnownIssue {
        try await withMockClient(connectingTo: server.address, [.send("PING\r\n"), step])
    } matching: { issue in
        issue.sourceLocation?.line == line
            && issue.comments.first?.rawValue.hasPrefix(
                #"connection 1, step 2 of 2: expected "+PONG\r\n", got "-ERR\r\n""#) == true
    }
    #expect(await server.finish().isClean)
}

@Test func whenAClientsBodyThrowsNothingMoreIsWaitedFor() async throws {
    let server = try MockServer([.expectDisconnect(.any)])
    await #expect(throws: BodyError()) {
        try await withMockClient(connectingTo: server.address, [.delay(.seconds(600))]) { _ in throw BodyError() }
    }
    _ = await server.stop()
}
