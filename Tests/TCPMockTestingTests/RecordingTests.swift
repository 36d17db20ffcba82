// What is recorded, where, how often.

import TCPMockTesting
import TestClient
import Testing

private let goodbye =
    #"expected "Hello, server!", got "Goodbye, server!": first difference at byte 0 ('H' 0x48, got 'G' 0x47)"#

@Test func aFailureIsOneIssueAtTheStepsOwnLine() async throws {
    let line = #line + 2
    let found = try await issues {
        try await withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
            try sayGoodbye(to: server)
        }
    }
    #expect(found == [RecordedIssue(line: line, text: "connection 1, step 1 of 2: " + goodbye)])
}

@Test func theBlockingScopeReportsTheSame() async throws {
    let line = #line + 2
    func run() throws {
        try withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
            try sayGoodbye(to: server)
        }
    }
    let found = try await issues { try run() }
    #expect(found == [RecordedIssue(line: line, text: "connection 1, step 1 of 2: " + goodbye)])
}

@Test func aJoinThatReportedIsNotReportedAgain() async throws {
    let line = #line + 3
    let found = try await issues {
        try await withMockServer { server in
            try server.enqueue(.expect("Hello, server!"))
            try sayGoodbye(to: server)
            try await server.join()
        }
    }
    #expect(found == [RecordedIssue(line: line, text: "connection 1, step 1 of 1: " + goodbye)])
}

@Test func aJoinWhoseErrorIsSwallowedStillReports() async throws {
    let found = try await issues {
        try await withMockServer { server in
            try server.enqueue(.expect("Hello, server!"))
            try sayGoodbye(to: server)
            try? await server.join()
            try? await server.join()
        }
    }
    #expect(found.count == 1)
}

@Test func twoServersInOneTestReportEachAtItsOwnLine() async throws {
    let line = #line + 2
    let found = try await issues {
        try await withMockServer([.expect("one")]) { one in
            try await withMockServer([.expect("two")]) { two in
                try sayGoodbye(to: one)
                try sayGoodbye(to: two)
            }
        }
    }
    #expect(found.map(\.line) == [line + 1, line])
}

@Test func whenTheBodyThrowsItsErrorAndTheFailuresSoFarAreTold() async throws {
    let found = Locked<[RecordedIssue]>([])
    await withKnownIssue {
        await #expect(throws: BodyError()) {
            try await withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
                try sayGoodbye(to: server)
                throw BodyError()
            }
        }
    } matching: { issue in
        found.withLock { $0.append(RecordedIssue(issue)) }
        return true
    }
    #expect(found.withLock { $0.map(\.text) } == ["connection 1, step 1 of 2: " + goodbye])
}

@Test func whenTheBodyThrowsNothingMoreIsWaitedFor() async throws {
    let started = ContinuousClock.now
    await #expect(throws: BodyError()) {
        try await withMockServer([.delay(.seconds(600)), .send("late")]) { server in
            _ = try TestClient.connect(server.host, server.port)
            throw BodyError()
        }
    }
    #expect(ContinuousClock.now - started < .seconds(300))
}

@Test func aScriptThatCantBePlayedIsToldAtItsLine() async throws {
    let line = #line + 2
    let found = try await issues {
        try await withMockServer([.close(), .send("late")]) { _ in }
    }
    #expect(found.count == 1)
    #expect(found.first?.line == line)
    #expect(found.first?.text.contains("can't come after close") == true)
}

@Test func verifyReportsOnceHoweverOftenItIsCalled() async throws {
    let found = try await issues {
        let server = try MockServer([.expect("Hello, server!")])
        try sayGoodbye(to: server)
        let first = try await server.verify()
        let second = try await server.verify()
        #expect(first.failures == second.failures)
        #expect(first.failures.count == 1)
    }
    #expect(found.count == 1)
}

@Test func failuresFromADetachedTaskAreNotLost() async throws {
    // The framework can't name the test there; that the run fails is checked with a child run elsewhere.
    let server = try MockServer(hello)
    let verdict = try await Task.detached {
        try sayHello(to: server)
        return try await server.verify()
    }.value
    #expect(verdict.isClean)
}

@Test func identicalFailuresOfManyConnectionsAreOneIssue() async throws {
    let found = try await issues {
        try await withMockServer(every: [.expect("Hello, server!")]) { server in
            for _ in 1...30 { try sayGoodbye(to: server) }
        }
    }
    #expect(found.count == 1)
    #expect(found.first?.text.contains("30 connections failed in this way") == true)
}

@Test func noMoreThanTwentyIssuesAndOneThatCountsTheRestAreRecorded() async throws {
    let found = try await issues {
        try await withMockServer(every: [.expect("abcdefghijklmnopqrstuvwxyz0123456789")]) { server in
            for length in 0..<30 {
                let client = try TestClient.connect(server.host, server.port)
                try client.send(String("abcdefghijklmnopqrstuvwxyz0123456789".prefix(length)) + "#")
                _ = try? client.receiveAll()
            }
        }
    }
    #expect(found.count == 21)
    #expect(found.last?.text.hasPrefix("10 failures more are in the verdict") == true)
}

/// The closure runs on a task of the test's: what it expects counts for the test, at the closure's own line.
@Test func anExpectationInsideAClosureCountsForItsTest() async throws {
    let line = #line + 4
    let found = try await issues {
        let script: Script = [
            .respond(.line) { request in
                #expect(request.text == "PING")
                return "+PONG\r\n"
            }
        ]
        try await withMockServer(script) { server in
            let client = try TestClient.connect(server.host, server.port)
            try client.send("PONG\n")
            #expect(try client.receiveText(7) == "+PONG\r\n")
            client.close()
        }
    }
    #expect(found.map(\.line) == [line])
}
