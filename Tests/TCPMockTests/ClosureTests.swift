// Where closures run, for how long, and what is kept for them.

import Dispatch
import TCPMock
import TestClient
import Testing

private let patient = MockServer.Options(limits: Limits(step: .seconds(60)))

@Suite struct ClosureTests {
    /// Each waits, blocking its thread, until all have begun: there must be a thread for each of them.
    @Test func closuresThatBlockKeepNoOthersFromRunning() async throws {
        let count = 100
        let begun = Locked(0)
        let allHaveBegun = DispatchSemaphore(value: 0)
        let script: Script = [
            .respond(.chunks) { _ in
                let mine = begun.withLock { begun in
                    begun += 1
                    return begun
                }
                if mine == count { for _ in 1...count { allHaveBegun.signal() } }
                blocking { allHaveBegun.wait() }
                return "!"
            }
        ]
        let server = try MockServer(every: script, count: count, options: patient)
        let client = try MockClient.many(
            count, atOnce: count, connectingTo: server.address, [.send("?"), .expect("!")],
            options: .init(limits: Limits(step: .seconds(60))))
        expectClean(await client.finish())
        expectClean(await server.finish())
    }

    /// It was once counted from the request before, so that a client that paused failed by its next request.
    @Test func aLimitOfServeBeginsWithTheRequest() async throws {
        let verdict = try await serve([.serve(.line, within: .seconds(1)) { _ in "ok\n" }]) { client in
            for _ in 1...3 {
                try client.send("a\n")
                #expect(try client.receiveText(3) == "ok\n")
                pause(milliseconds: 700)
            }
        }
        expectClean(verdict)
    }

    @Test func theLatestOfANameIsTheLatestInTime() async throws {
        let script: Script = [
            .repeat(
                2,
                [
                    .expectLine(.prefix("A"), as: "x"), .send { captures in "\(captures.text("x") ?? "")\n" },
                    .expectLine(.prefix("B"), as: "x"),
                ])
        ]
        let verdict = try await serve(script, options: patient) { client in
            try client.send("A1\n")
            #expect(try client.receiveText(3) == "A1\n")
            try client.send("B1\nA2\n")
            #expect(try client.receiveText(3) == "A2\n")
            try client.send("B2\n")
        }
        expectClean(verdict)
        let anyOrder = try await serve([
            .anyOrder([.expectLine(.prefix("A"), as: "x"), .expectLine(.prefix("B"), as: "x")])
        ]) { try $0.send("B1\nA1\n") }
        #expect(anyOrder.connections[0].captures.text("x") == "A1")
    }

    @Test func aReplyBehindAHalfCloseAccusesNobody() async throws {
        let script: Script = [.serve(.line) { $0.number == 1 ? .steps([.halfClose()]) : "ok\n" }]
        let verdict = try await serve(script, options: patient, staying: true) { client in
            try client.send("A\n")
            #expect(try client.receiveAll() == [])
            try client.send("B\n")
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .noConnection)
        #expect(
            failure.summary.hasSuffix("can't be played: the script has ended its own side of the stream before it"),
            "\(failure)")
        #expect(!failure.message.contains("client reset"), "\(failure)")
    }

    @Test(arguments: [[Step.halfClose(), .send("x")], [.close(), .send("x")]])
    func aReplyMayNotGoOnAfterItsEnd(_ steps: [Step]) throws {
        #expect(throws: MockError.self) { try MockServer([.respond(to: ["a": .steps(steps)])]) }
    }

    @Test func aStateGoesWithItsConnection() async throws {
        let alive = Locked(0)
        final class Token: Sendable {
            let alive: Locked<Int>
            init(_ alive: Locked<Int>) {
                self.alive = alive
                alive.withLock { $0 += 1 }
            }
            deinit { alive.withLock { $0 -= 1 } }
        }
        let script: Script = [
            .serve(.line, startingWith: nil as Token?) { _, token in
                token = token ?? Token(alive)
                return "ok\n"
            }
        ]
        let server = try MockServer(every: script, count: 3, options: patient)
        for _ in 1...2 {
            let client = try server.connect()
            try client.send("a\n")
            #expect(try client.receiveText(3) == "ok\n")
            client.close()
        }
        #expect(becomes { alive.withLock { $0 } == 0 })
        let last = try server.connect()
        last.close()
        expectClean(await server.finish())
    }
}

/// For what may not block in an asynchronous function.
private func blocking(_ body: () -> Void) {
    body()
}
