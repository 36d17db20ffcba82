// Failing scripts in XCTest. A comment says what is to be shown, each exactly once:
// "issue in", test, colon, text: an issue of that test with that text, at the line below.
// "note in": the same, but no failure. "error in": an issue of that test for what it threw, wherever.

import PlainClient
import TCPMockTesting
import XCTest

final class XCTestFailures: LosableTestCase {
    func testPasses() throws {
        try withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            XCTAssertEqual(try ask("PING\r\n", replyBytes: 7, of: server), "+PONG\r\n")
        }
    }

    func testFoundOnTheLoopThread() throws {
        try withMockServer([
            .expect("HELLO\r\n"),
            // issue in testFoundOnTheLoopThread: connection 1, step 2 of 3: expected "PING\r\n", got "PONG\r\n"
            .expect("PING\r\n"),
            .send("+PONG\r\n"),
        ]) { try say("HELLO\r\nPONG\r\n", to: $0) }
    }

    func testFoundOnTheLoopThreadByAnAsyncTest() async throws {
        try await withMockServer([
            // issue in testFoundOnTheLoopThreadByAnAsyncTest: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
            .expect("PING\r\n")
        ]) { try say("PONG\r\n", to: $0) }
    }

    func testFoundInALiveStep() throws {
        try withMockServer { server in
            try server.enqueue(
                // issue in testFoundInALiveStep: connection 1, step 1 of 2: expected "PING\r\n", got "PONG\r\n"
                .expect("PING\r\n"),
                .send("+PONG\r\n"))
            try say("PONG\r\n", to: server)
        }
    }

    func testFoundByAJoin() throws {
        try withMockServer { server in
            // issue in testFoundByAJoin: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
            try server.enqueue(.expect("PING\r\n"))
            try say("PONG\r\n", to: server)
            try server.join()
        }
    }

    func testFoundByAJoinWhoseErrorIsSwallowed() async throws {
        try await withMockServer { server in
            // issue in testFoundByAJoinWhoseErrorIsSwallowed: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
            try server.enqueue(.expect("PING\r\n"))
            try say("PONG\r\n", to: server)
            try? await server.join()
        }
    }

    func testFoundByTwoServers() throws {
        // issue in testFoundByTwoServers: connection 1, step 1 of 1: expected "USER ann\r\n", got "USER bob\r\n"
        try withMockServer([.expect("USER ann\r\n")]) { first in
            // issue in testFoundByTwoServers: connection 1, step 1 of 1: expected "PASS 123\r\n", got "PASS 124\r\n"
            try withMockServer([.expect("PASS 123\r\n")]) { second in
                try say("USER bob\r\n", to: first)
                try say("PASS 124\r\n", to: second)
            }
        }
    }

    func testBodyThrows() throws {
        // issue in testBodyThrows: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        try withMockServer([.expect("PING\r\n")]) { server in
            try say("PONG\r\n", to: server)
            // error in testBodyThrows: the body of testBodyThrows
            throw BodyError(description: "the body of testBodyThrows")
        }
    }

    func testBodyThrowsBeforeItsClientConnects() async throws {
        // note in -: nobody had connected when the server was stopped, before step 1 of 1
        try await withMockServer([.expect("PING\r\n")]) { _ in
            // error in testBodyThrowsBeforeItsClientConnects: the body of testBodyThrowsBeforeItsClientConnects
            throw BodyError(description: "the body of testBodyThrowsBeforeItsClientConnects")
        }
    }

    func testBodyThrowsInTheMiddle() throws {
        var client: PlainClient?
        defer { client?.close() }
        // note in -: connection 1 was stopped before step 2 of 2
        try withMockServer([.send("hi"), .expect("PING\r\n")]) { server in
            client = try PlainClient(server.host, server.port)
            XCTAssertEqual(try client?.receive(2), "hi")
            // error in testBodyThrowsInTheMiddle: the body of testBodyThrowsInTheMiddle
            throw BodyError(description: "the body of testBodyThrowsInTheMiddle")
        }
    }

    func testScriptCanNotBePlayed() throws {
        try withMockServer([
            .expect("PING\r\n"),
            // issue in testScriptCanNotBePlayed: send("") sends nothing
            .send(""),
        ]) { _ in }
    }

    func testSecondConnectionComes() throws {
        // issue in testSecondConnectionComes: connection 2: no script is for it; the server is for one connection
        try withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let first = try PlainClient(server.host, server.port)
            try first.send("PING\r\n")
            XCTAssertEqual(try first.receive(7), "+PONG\r\n")
            try say("PING\r\n", to: server)
        }
    }

    func testVerifiedByADetachedTask() async throws {
        // issue in testVerifiedByADetachedTask: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        let server = try MockServer([.expect("PING\r\n")])
        try say("PONG\r\n", to: server)
        try await verifyDetached(server)
    }

    // MARK: Servers that the teardown verifies

    func testByTheTeardown() throws {
        let server = try mockServer([
            .expect("HELLO\r\n"),
            // issue in testByTheTeardown: connection 1, step 2 of 2: expected "PING\r\n", got "PONG\r\n"
            .expect("PING\r\n"),
        ])
        try say("HELLO\r\nPONG\r\n", to: server)
    }

    func testByTheTeardownOfAnAsyncTest() async throws {
        // issue in testByTheTeardownOfAnAsyncTest: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        let server = try mockServer([.expect("PING\r\n")])
        try say("PONG\r\n", to: server)
    }

    func testByTheTeardownWithConnections() throws {
        let server = try mockServer(connections: [
            [.expect("USER ann\r\n")],
            // issue in testByTheTeardownWithConnections: connection 2, step 1 of 1: expected "USER bob\r\n", got "USER eve\r\n"
            [.expect("USER bob\r\n")],
        ])
        _ = try ask("USER ann\r\n", replyBytes: 0, of: server)
        try say("USER eve\r\n", to: server)
    }

    func testByTheTeardownThatCounts() throws {
        let options = MockServer.Options(limits: Limits(step: .milliseconds(50)))
        // issue in testByTheTeardownThatCounts: expected 2 connections, but only 1 came within
        let server = try mockServer(every: [.send("+PONG\r\n")], count: 2, options: options)
        _ = try ask("", replyBytes: 7, of: server)
    }

    func testByTheTeardownOfALiveServer() throws {
        let server = try mockServer()
        // issue in testByTheTeardownOfALiveServer: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        try server.enqueue(.expect("PING\r\n"))
        try say("PONG\r\n", to: server)
    }

    func testByTheTeardownAfterAJoin() throws {
        let server = try mockServer()
        // issue in testByTheTeardownAfterAJoin: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        try server.enqueue(.expect("PING\r\n"))
        try say("PONG\r\n", to: server)
        try server.join()
    }

    func testByTheTeardownOfTwoServers() throws {
        // issue in testByTheTeardownOfTwoServers: connection 1, step 1 of 1: expected "USER ann\r\n", got "USER bob\r\n"
        let first = try mockServer([.expect("USER ann\r\n")])
        let options = MockServer.Options(limits: Limits(step: .milliseconds(50)))
        // issue in testByTheTeardownOfTwoServers: expected a client to connect, but nobody connected within
        let second = try mockServer([.expect("PASS 123\r\n")], options: options)
        try say("USER bob\r\n", to: first)
        // The failure of the one does not keep the other from being waited for.
        XCTAssertNotEqual(first.port, second.port)
    }

    func testByTheTeardownOfATestThatThrows() throws {
        // issue in testByTheTeardownOfATestThatThrows: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        let server = try mockServer([.expect("PING\r\n")])
        try say("PONG\r\n", to: server)
        // error in testByTheTeardownOfATestThatThrows: the test of testByTheTeardownOfATestThatThrows
        throw BodyError(description: "the test of testByTheTeardownOfATestThatThrows")
    }

    func testByTheTeardownOfATestThatThrowsEarly() throws {
        // note in -: nobody had connected when the server was stopped, before step 1 of 1
        _ = try mockServer([.expect("PING\r\n", within: .seconds(600))])
        // error in testByTheTeardownOfATestThatThrowsEarly: the test of testByTheTeardownOfATestThatThrowsEarly
        throw BodyError(description: "the test of testByTheTeardownOfATestThatThrowsEarly")
    }

    func testByTheTeardownOfATestThatFails() async throws {
        // note in -: nobody had connected when the server was stopped, before step 1 of 1
        _ = try mockServer([.expect("PING\r\n", within: .seconds(600))])
        // issue in testByTheTeardownOfATestThatFails: the test has failed
        XCTFail("the test has failed")
    }

    func testByTheTeardownOfAScriptThatCanNotBePlayed() throws {
        // issue in testByTheTeardownOfAScriptThatCanNotBePlayed: send("") sends nothing
        _ = try mockServer([.send("")])
    }
}

/// A server around each test, made by setUp.
final class XCTestSetUpFailures: LosableTestCase {
    private var server: MockServer?

    override func setUpWithError() throws {
        // issue in testMadeBySetUp: connection 1, step 1 of 2: expected "PING\r\n", got "PONG\r\n"
        server = try mockServer([.expect("PING\r\n"), .send("+PONG\r\n")])
    }

    func testMadeBySetUp() throws {
        try say("PONG\r\n", to: XCTUnwrap(server))
    }

    func testMadeBySetUpAgain() async throws {
        let reply = try ask("PING\r\n", replyBytes: 7, of: XCTUnwrap(server))
        XCTAssertEqual(reply, "+PONG\r\n")
    }
}
