// Servers that an XCTestCase verifies in its teardown. Failing ones are checked with a child run in Interop/.

import TCPMockTesting
import TestClient
import XCTest

final class MockServerOfAMethodTests: XCTestCase {
    func testAScriptThatIsFollowedPasses() throws {
        let server = try mockServer([.expect("Hello, server!"), .send("Hello, client!")])
        XCTAssertEqual(try sayHello(to: server), "Hello, client!")
    }

    func testAnAsyncMethodMayHaveOne() async throws {
        let server = try mockServer(hello)
        XCTAssertEqual(try sayHello(to: server), "Hello, client!")
    }

    @MainActor func testAClientOnTheMainActorMayLeaveInTeardown() async throws {
        let server = try mockServer(hello)
        let client = try TestClient.connect(server.host, server.port)
        try client.send("Hello, server!")
        XCTAssertEqual(try client.receiveText(14), "Hello, client!")
        Task { @MainActor in client.close() }  // runs once the method has let go of the main actor
    }

    func testEachWayToMakeAServerIsThere() throws {
        let list = try mockServer(connections: [hello, hello])
        for _ in 1...2 { try sayHello(to: list) }
        let every = try mockServer(every: hello, count: 3, oneAtATime: true)
        for _ in 1...3 { try sayHello(to: every) }
        let live = try mockServer(options: .init(address: .loopbackIPv6))
        try live.enqueue(hello)
        try sayHello(to: live)
        try live.join()
    }

    func testTheServerIsFinishedWhenTheTeardownBlocksBeforeItRun() throws {
        let server = try mockServer(hello)
        // Teardown blocks run the other way round: this one before the server is verified.
        addTeardownBlock { _ = try? sayHello(to: server) }
    }

    func testAVerdictMayBeTakenBefore() async throws {
        let server = try mockServer(hello)
        try sayHello(to: server)
        let verdict = await server.finish()
        XCTAssertTrue(verdict.isClean)
    }
}
