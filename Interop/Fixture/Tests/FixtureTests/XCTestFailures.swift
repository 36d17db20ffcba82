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
}
