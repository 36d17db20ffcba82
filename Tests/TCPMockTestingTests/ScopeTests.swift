import TCPMockTesting
import TestClient
import Testing
import XCTest

@Test func aScriptThatIsFollowedPasses() async throws {
    let reply = try await withMockServer(hello) { try sayHello(to: $0) }
    #expect(reply == "Hello, client!")
}

@Test func aTestThatIsNotAsyncBlocksInstead() throws {
    let reply = try withMockServer(hello) { try sayHello(to: $0) }
    #expect(reply == "Hello, client!")
}

@MainActor @Test func theBodyStaysOnItsActorAndMayTouchItsState() async throws {
    var replies: [String] = []
    try await withMockServer(hello) { server in
        MainActor.assertIsolated()
        replies.append(try sayHello(to: server))
    }
    #expect(replies == ["Hello, client!"])
}

actor Greeter {
    var replies: [String] = []

    func greet() async throws {
        try await withMockServer(hello) { server in
            replies.append(try sayHello(to: server))
        }
    }
}

@Test func anActorMayTouchItsStateInTheBody() async throws {
    let greeter = Greeter()
    try await greeter.greet()
    #expect(await greeter.replies == ["Hello, client!"])
}

@Test func eachWayToMakeAServerHasItsScope() async throws {
    try await withMockServer(connections: [hello, hello]) { server in
        try sayHello(to: server)
        try sayHello(to: server)
    }
    try await withMockServer(every: hello, count: 3) { server in
        for _ in 1...3 { try sayHello(to: server) }
    }
    try await withMockServer { server in
        try server.enqueue(hello)
        try sayHello(to: server)
        try await server.join()
    }
}

@Test func eachWayToMakeAServerHasItsBlockingScope() throws {
    try withMockServer(connections: [hello, hello]) { server in
        try sayHello(to: server)
        try sayHello(to: server)
    }
    try withMockServer(every: hello, count: 3) { server in
        for _ in 1...3 { try sayHello(to: server) }
    }
    try withMockServer { server in
        try server.enqueue(hello)
        try sayHello(to: server)
        try server.join()
    }
}

final class BlockingScopeXCTests: XCTestCase {
    func testAScriptThatIsFollowedPasses() throws {
        XCTAssertEqual(try withMockServer(hello) { try sayHello(to: $0) }, "Hello, client!")
    }

    func testAScriptThatIsFollowedPassesInAnAsyncTest() async throws {
        let reply = try await withMockServer(hello) { try sayHello(to: $0) }
        XCTAssertEqual(reply, "Hello, client!")
    }

    func testVerifyInTearDownPasses() throws {
        let server = try MockServer(hello)
        addTeardownBlock { try await server.verify() }
        XCTAssertEqual(try sayHello(to: server), "Hello, client!")
    }
}
