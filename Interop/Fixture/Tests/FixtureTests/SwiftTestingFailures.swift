// Failing scripts in Swift Testing. A comment says what is to be shown, each exactly once:
// "issue in", test, colon, text: an issue of that test with that text, at the line below.
// "note in": the same, but no failure. "error in": an issue of that test for what it threw, wherever.

import PlainClient
import TCPMockTesting
import Testing

@Suite(.losesFailuresWhenAsked) struct SwiftTestingFailures {
    @Test func passes() async throws {
        try await withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let reply = try ask("PING\r\n", replyBytes: 7, of: server)
            #expect(reply == "+PONG\r\n")
        }
    }

    @Test func foundOnTheLoopThread() async throws {
        try await withMockServer([
            .expect("HELLO\r\n"),
            // issue in foundOnTheLoopThread: connection 1, step 2 of 3: expected "PING\r\n", got "PONG\r\n"
            .expect("PING\r\n"),
            .send("+PONG\r\n"),
        ]) { try say("HELLO\r\nPONG\r\n", to: $0) }
    }

    @Test func foundInALiveStep() async throws {
        try await withMockServer { server in
            try server.enqueue(
                // issue in foundInALiveStep: connection 1, step 1 of 2: expected "PING\r\n", got "PONG\r\n"
                .expect("PING\r\n"),
                .send("+PONG\r\n"))
            try say("PONG\r\n", to: server)
        }
    }

    @Test func foundByAJoin() async throws {
        try await withMockServer { server in
            // issue in foundByAJoin: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
            try server.enqueue(.expect("PING\r\n"))
            try say("PONG\r\n", to: server)
            try await server.join()
        }
    }

    @Test func foundByAJoinWhoseErrorIsSwallowed() async throws {
        try await withMockServer { server in
            // issue in foundByAJoinWhoseErrorIsSwallowed: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
            try server.enqueue(.expect("PING\r\n"))
            try say("PONG\r\n", to: server)
            try? await server.join()
        }
    }

    @Test func foundByTwoServers() async throws {
        // issue in foundByTwoServers: connection 1, step 1 of 1: expected "USER ann\r\n", got "USER bob\r\n"
        try await withMockServer([.expect("USER ann\r\n")]) { first in
            // issue in foundByTwoServers: connection 1, step 1 of 1: expected "PASS 123\r\n", got "PASS 124\r\n"
            try await withMockServer([.expect("PASS 123\r\n")]) { second in
                try say("USER bob\r\n", to: first)
                try say("PASS 124\r\n", to: second)
            }
        }
    }

    @Test func bodyThrows() async throws {
        // issue in bodyThrows: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        try await withMockServer([.expect("PING\r\n")]) { server in
            try say("PONG\r\n", to: server)
            // error in bodyThrows: the body of bodyThrows
            throw BodyError(description: "the body of bodyThrows")
        }
    }

    @Test func bodyThrowsBeforeItsClientConnects() async throws {
        // note in bodyThrowsBeforeItsClientConnects: nobody had connected when the server was stopped, before step 1 of 1
        try await withMockServer([.expect("PING\r\n")]) { _ in
            // error in bodyThrowsBeforeItsClientConnects: the body of bodyThrowsBeforeItsClientConnects
            throw BodyError(description: "the body of bodyThrowsBeforeItsClientConnects")
        }
    }

    @Test func bodyThrowsInTheMiddle() async throws {
        var client: PlainClient?
        defer { client?.close() }
        // note in bodyThrowsInTheMiddle: connection 1 was stopped before step 2 of 2
        try await withMockServer([.send("hi"), .expect("PING\r\n")]) { server in
            client = try PlainClient(server.host, server.port)
            #expect(try client?.receive(2) == "hi")
            // error in bodyThrowsInTheMiddle: the body of bodyThrowsInTheMiddle
            throw BodyError(description: "the body of bodyThrowsInTheMiddle")
        }
    }

    @Test func scriptCanNotBePlayed() async throws {
        try await withMockServer([
            .expect("PING\r\n"),
            // issue in scriptCanNotBePlayed: send("") sends nothing
            .send(""),
        ]) { _ in }
    }

    @Test func secondConnectionComes() async throws {
        // issue in secondConnectionComes: connection 2: no script is for it; the server is for one connection
        try await withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let first = try PlainClient(server.host, server.port)
            try first.send("PING\r\n")
            #expect(try first.receive(7) == "+PONG\r\n")
            try say("PING\r\n", to: server)
        }
    }

    @Test func verifiedByADetachedTask() async throws {
        // issue in «unknown»: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        let server = try MockServer([.expect("PING\r\n")])
        try say("PONG\r\n", to: server)
        try await verifyDetached(server)
    }

    // MARK: Servers of a trait

    // issue in byATrait: connection 1, step 1 of 2: expected "PING\r\n", got "PONG\r\n"
    static let ping: Script = [.expect("PING\r\n"), .send("+PONG\r\n")]

    @Test(.mockServer(ping)) func byATrait() throws {
        try say("PONG\r\n", to: .current)
    }

    @Test(
        .mockServer([
            .expect("HELLO\r\n"),
            .expect("PING\r\n"),
        ])
    )
    // issue in byATraitThatWritesItsScript: connection 1, step 2 of 2: expected "PING\r\n", got "PONG\r\n"
    func byATraitThatWritesItsScript() throws {
        try say("HELLO\r\nPONG\r\n", to: .current)
    }

    static let users: [Script] = [
        [.expect("USER ann\r\n")],
        // issue in byATraitWithConnections: connection 2, step 1 of 1: expected "USER bob\r\n", got "USER eve\r\n"
        [.expect("USER bob\r\n")],
    ]

    @Test(.mockServer(connections: users)) func byATraitWithConnections() throws {
        _ = try ask("USER ann\r\n", replyBytes: 0, of: .current)
        try say("USER eve\r\n", to: .current)
    }

    static let pong: Script = [.send("+PONG\r\n")]

    @Test(.mockServer(every: pong, count: 2, options: .init(limits: Limits(step: .milliseconds(50)))))
    // issue in byATraitThatCounts: expected 2 connections, but only 1 came within
    func byATraitThatCounts() throws {
        _ = try ask("", replyBytes: 7, of: .current)
    }

    @Test(.mockServer()) func byALiveTrait() throws {
        let server = try MockServer.current
        // issue in byALiveTrait: connection 1, step 1 of 1: expected "PING\r\n", got "PONG\r\n"
        try server.enqueue(.expect("PING\r\n"))
        try say("PONG\r\n", to: server)
    }

    // issue in byTwoTraits: connection 1, step 1 of 1: expected "USER ann\r\n", got "USER bob\r\n"
    static let ann: Script = [.expect("USER ann\r\n")]
    // issue in byTwoTraits: connection 1, step 1 of 1: expected "PASS 123\r\n", got "PASS 124\r\n"
    static let password: Script = [.expect("PASS 123\r\n")]

    @Test(.mockServer(named: "users", ann), .mockServer(named: "passwords", password)) func byTwoTraits() throws {
        try say("USER bob\r\n", to: .named("users"))
        try say("PASS 124\r\n", to: .named("passwords"))
    }

    // issue in byATraitWhoseTestThrows: connection 1, step 1 of 1: expected "QUIT\r\n", got "EXIT\r\n"
    static let quit: Script = [.expect("QUIT\r\n")]

    @Test(.mockServer(quit)) func byATraitWhoseTestThrows() throws {
        try say("EXIT\r\n", to: .current)
        // error in byATraitWhoseTestThrows: the test of byATraitWhoseTestThrows
        throw BodyError(description: "the test of byATraitWhoseTestThrows")
    }

    @Test(.mockServer([.expect("PING\r\n")]))
    // note in byATraitWhoseTestThrowsEarly: nobody had connected when the server was stopped, before step 1 of 1
    func byATraitWhoseTestThrowsEarly() throws {
        // error in byATraitWhoseTestThrowsEarly: the test of byATraitWhoseTestThrowsEarly
        throw BodyError(description: "the test of byATraitWhoseTestThrowsEarly")
    }

    // issue in byASuitesTrait(_:): connection 1, step 1 of 2: expected "NOOP 1\r\n", got "NOOP 2\r\n"
    static let noop: Script = [.expect("NOOP 1\r\n"), .close()]

    @Suite(.mockServer(noop)) struct OfASuite {
        @Test(arguments: 1...2) func byASuitesTrait(_ number: Int) throws {
            try say("NOOP \(number)\r\n", to: .current)
        }
    }
}
