// Servers that a trait puts around tests. That failures are shown in the right test is checked with a child run in
// Interop/; here they are seen through known issues.

import TCPMockTesting
import TestClient
import Testing

@Suite struct TraitTests {
    @Test(.mockServer([.expect("Hello, server!"), .send("Hello, client!")]))
    func aTestHasTheServerOfItsTrait() async throws {
        #expect(try sayHello(to: MockServer.current) == "Hello, client!")
    }

    @Test(.mockServer(hello)) func aTestThatIsNotAsyncHasItToo() throws {
        #expect(try sayHello(to: .current) == "Hello, client!")
    }

    @Test(.mockServer(hello)) func tasksBornInTheTestKnowTheServer() async throws {
        let reply = try await Task { try sayHello(to: .current) }.value
        #expect(reply == "Hello, client!")
    }

    @Test(.mockServer(hello)) func aDetachedTaskIsToldToTakeTheServerAlong() async throws {
        let server = try MockServer.current
        let error = await Task.detached { #expect(throws: MockError.self) { try MockServer.current } }.value
        #expect(error?.message.contains("give the server itself to a detached task") == true)
        try sayHello(to: server)
    }

    @Test(.mockServer([.respond(.line) { _ in "\(try MockServer.current.host)\n" }]))
    func closuresOfItsScriptKnowTheServer() throws {
        let server = try MockServer.current
        let client = try TestClient.connect(server.host, server.port)
        try client.send("where\n")
        #expect(try client.receiveText(server.host.utf8.count + 1) == server.host + "\n")
        client.close()
    }

    @Test func withoutTheTraitTheErrorNamesIt() {
        let error = #expect(throws: MockError.self) { try MockServer.current }
        #expect(error?.message.hasPrefix("MockServer.current is for tests with the trait .mockServer(…)") == true)
        #expect(error?.kind == .misuse)
    }

    // MARK: Each way to make a server

    @Test(.mockServer(connections: [hello, hello])) func eachConnectionMayHaveAScript() throws {
        for _ in 1...2 { try sayHello(to: .current) }
    }

    @Test(.mockServer(every: hello, count: 3, oneAtATime: true)) func manyConnectionsMayShareOne() throws {
        for _ in 1...3 { try sayHello(to: .current) }
    }

    @Test(.mockServer()) func aLiveServerIsToldItsStepsByTheTest() async throws {
        let server = try MockServer.current
        try server.enqueue(hello)
        try sayHello(to: server)
        try await server.join()
    }

    @Test(.mockServer(hello, options: .init(address: .loopbackIPv6))) func optionsArePassedOn() throws {
        #expect(try MockServer.current.host == "::1")
        try sayHello(to: .current)
    }

    // MARK: Several

    @Test(.mockServer(named: "primary", hello), .mockServer(named: "replica", [.send("read-only")]))
    func serversAreFoundByTheirNames() throws {
        let (primary, replica) = (try MockServer.named("primary"), try MockServer.named("replica"))
        #expect(try MockServer.current === replica)
        try sayHello(to: primary)
        let client = try TestClient.connect(replica.host, replica.port)
        #expect(try client.receiveText(9) == "read-only")
    }

    @Test(.mockServer(named: "primary", hello), .mockServer(named: "replica", hello))
    func aNameThatIsNotThereListsThoseThatAre() throws {
        let error = #expect(throws: MockError.self) { try MockServer.named("backup") }
        #expect(error?.message == #"no server is named "backup": there is "primary", "replica""#)
        for name in ["primary", "replica"] { try sayHello(to: .named(name)) }
    }

    // MARK: Suites

    @Suite(.mockServer(named: "suite's", hello)) struct OfASuite {
        @Test(arguments: 1...4) func eachCaseHasAServerOfItsOwn(_ number: Int) throws {
            #expect(try sayHello(to: .current) == "Hello, client!")
        }

        @Test(.mockServer([.send("mine")])) func aTestsOwnServerIsInsideItsSuites() throws {
            let client = try TestClient.connect(MockServer.current.host, MockServer.current.port)
            #expect(try client.receiveText(4) == "mine")
            try sayHello(to: .named("suite's"))
        }

        @Suite struct Inner {
            @Test func innerSuitesTestsHaveIt() throws {
                try sayHello(to: .current)
            }
        }
    }

    // MARK: Failures

    @Test func aFailureIsOneIssueAtTheLineOfItsStep() async throws {
        let found = try await scopeIssues(of: .mockServer(ping)) { try sayGoodbye(to: .current) }
        #expect(found.map(\.line) == [pingLine])
        #expect(
            found.first?.text.hasPrefix(#"connection 1, step 1 of 2: expected "PING\r\n", got "Goodbye, server!""#)
                == true)
    }

    @Test func whenTheTestThrowsItsErrorAndTheFailuresSoFarAreTold() async throws {
        let found = try await scopeIssues(of: .mockServer(ping), throwing: BodyError()) {
            try sayGoodbye(to: .current)
            throw BodyError()
        }
        #expect(found.map(\.line) == [pingLine])
    }

    @Test func whenTheTestThrowsNothingMoreIsWaitedFor() async throws {
        let line = #line + 1
        let trait = MockServerTrait.mockServer([.delay(.seconds(600)), .send("late")])
        let found = try await scopeIssues(of: trait, throwing: BodyError()) { throw BodyError() }
        #expect(found == [RecordedIssue(line: line, text: nobody)])
    }

    @Test func eachServerReportsAtItsOwnLine() async throws {
        let line = #line + 1
        let (outer, inner) = (MockServerTrait.mockServer([.expect("outer")]), MockServerTrait.mockServer(ping))
        let found = try await scopeIssues(of: outer) {
            let first = try MockServer.current
            try await inner.around {
                try sayGoodbye(to: .current)
                try sayGoodbye(to: first)
            }
        }
        #expect(found.map(\.line) == [pingLine, line])
    }

    @Test func aScriptThatCantBePlayedIsToldAtItsLineAndTheTestIsNotRun() async throws {
        let line = #line + 1
        let trait = MockServerTrait.mockServer([.close(), .send("late")])
        let found = try await issues { try await trait.around { Issue.record("the test was run") } }
        #expect(found.map(\.line) == [line])
        #expect(found.first?.text.contains("can't come after close") == true)
    }
}

private let nobody = "nobody had connected when the server was stopped, before step 1 of 2, delay(600 s)"
private let pingLine = #line + 1
private let ping: Script = [.expect("PING\r\n"), .send("+PONG\r\n")]

extension MockServerTrait {
    /// Does what the framework does around a test.
    fileprivate func around(_ body: @Sendable () async throws -> Void) async throws {
        let test = try #require(Test.current)
        try await provideScope(for: test, testCase: Test.Case.current, performing: body)
    }
}

/// Issues, also warnings, recorded around a test that does `body`.
private func scopeIssues(
    of trait: MockServerTrait, throwing error: BodyError? = nil, _ body: @Sendable () async throws -> Void
) async throws -> [RecordedIssue] {
    try await issues {
        if let error {
            await #expect(throws: error) { try await trait.around(body) }
        } else {
            try await trait.around(body)
        }
    }
}
