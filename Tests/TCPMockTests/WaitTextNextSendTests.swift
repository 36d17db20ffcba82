// Which reply a silent client may wait for: one that is still to come on its route, in its order, in its round.

import TCPMock
import TestClient
import Testing

/// Time enough for what a client says before it falls silent.
private let soon = Duration.milliseconds(300)

private func named(_ step: String, _ when: String = "which comes only after this one") -> String {
    "does the client wait for \(step), \(when)? Or has it not flushed?"
}

private let neverSent =
    "does the client wait for bytes that the script never sends, or has it not flushed what it wrote?"
private let unknown =
    "does the client wait for a reply that comes only after this step, or has it not flushed what it wrote?"

@Suite struct WaitTextNextSendTests {
    /// What is said of a client that has talked and is silent; once more where a busy machine let it talk for too long.
    private func silence(
        _ script: Script, _ talk: @escaping @Sendable (TestClient) throws -> Void = { _ in }
    ) async throws -> String? {
        let options = MockServer.Options(limits: Limits(step: soon))
        return try await again {
            let began = ContinuousClock.now
            let wasSoon = Locked(false)
            let cause = try await cause(script, options: options) { client, _ in
                try? talk(client)
                wasSoon.withLock { $0 = ContinuousClock.now - began < soon / 2 }
            }.cause
            return (cause: cause, wasSoon: wasSoon.withLock { $0 })
        } until: {
            $0.wasSoon
        }.cause
    }

    // MARK: Routes

    private static let routes: Script = [
        .choose([
            .when("A", [.expect("A1\r\n"), .expect("A2\r\n")]), .when("B", [.expect("B\r\n"), .send("OKB")]),
        ])
    ]

    @Test func aReplyOfAnotherRouteIsNotNamed() async throws {
        let cause = try await silence(Self.routes) { client in try client.send("A1\r\n") }
        #expect(cause == neverSent)
    }

    @Test func aReplyBehindTheRoutesIsNamed() async throws {
        let script = Script(Self.routes.steps + [.send("BYE")])
        let cause = try await silence(script) { client in try client.send("A1\r\n") }
        #expect(cause == named("step 5, send \"BYE\""))
    }

    @Test func aRouteThatIsBegunNamesItsReply() async throws {
        let script: Script = [
            .choose([
                .when("ALPHA", [.expect("ALPHA"), .send("a")]), .when("BETA", [.expect("BETA"), .send("b")]),
            ])
        ]
        let begun = try await silence(script) { client in try client.send("BET") }
        #expect(begun?.contains("for step 4, send \"b\", which comes only after them") == true, "\(begun ?? "")")
        #expect(try await silence(script) == unknown)
    }

    @Test func whatATableRepliesIsNotAStepBehindIt() async throws {
        let script: Script = [.respond(to: ["PING\r\n": "+PONG\r\n"]), .expect("x"), .send("y")]
        let begun = try await silence(script) { client in try client.send("PIN") }
        #expect(
            begun
                == "the script waits for 3 more bytes, and the client for a reply, or it has not flushed what it wrote")
        #expect(try await silence(script) == unknown)
    }

    @Test func aRouteThatEndsTheConnectionSendsNothingMore() async throws {
        let script: Script = [
            .choose([.when("A", [.expect("A"), .expect("Z"), .close()]), .when("B", [.expect("B")])]), .send("late"),
        ]
        #expect(try await silence(script) { client in try client.send("A") } == neverSent)
    }

    // MARK: Any order

    private static let pairs: [Step] = [
        .sequence([.expect("A"), .send("a")]), .sequence([.expect("B"), .send("b")]),
    ]

    @Test func aReplyThatHasBeenIsNotNamed() async throws {
        let cause = try await silence([.anyOrder(Self.pairs)]) { client in
            try client.send("A")
            try client.expectText("a")
        }
        #expect(cause == named("step 4, send \"b\""))
    }

    @Test func whatIsOpenInsideAnOptionIsNamed() async throws {
        let script: Script = [
            .anyOrder(Self.pairs + [.sequence([.expect("C1"), .expect("C2")])]), .send("all"),
        ]
        let other = try await silence(script) { client in
            try client.send("A")
            try client.expectText("a")
            try client.send("C1")
        }
        #expect(other == named("step 4, send \"b\""))
        let last = try await silence(script) { client in
            try client.send("BA")
            try client.expectText("ba")
            try client.send("C1")
        }
        #expect(last == named("step 7, send \"all\""))
    }

    @Test func anOptionThatIsBegunAndSendsNothingLeavesTheOthers() async throws {
        let script: Script = [.anyOrder([.expect("XY"), Self.pairs[1]])]
        let cause = try await silence(script) { client in try client.send("X") }
        #expect(cause?.contains("for step 3, send \"b\", which comes only after them") == true, "\(cause ?? "")")
    }

    @Test func anOptionThatHasBeenIsNotMissingBytes() async throws {
        let cause = try await silence([.anyOrder([.expect("AB"), .expect("AXYZ")])]) { client in
            try client.send("ABA")
        }
        #expect(cause?.hasPrefix("the script waits for 3 more bytes") == true, "\(cause ?? "")")
    }

    // MARK: Rounds

    @Test func theNextRoundsReplyIsNamed() async throws {
        let cause = try await silence([.repeat(3, [.send("> "), .expect("x\r\n")])]) { client in
            try client.expectText("> ")
        }
        #expect(cause == named("step 1, send \"> \"", "which comes only in the next round"))
    }

    @Test func theLastRoundHasNoNext() async throws {
        let script: Script = [.repeat(2, [.send("> "), .expect("x\r\n")]), .send("bye")]
        let cause = try await silence(script) { client in
            try client.expectText("> ")
            try client.send("x\r\n")
            try client.expectText("> ")
        }
        #expect(cause == named("step 3, send \"bye\""))
    }

    @Test func aRoundThatSendsNothingIsPassed() async throws {
        #expect(
            try await silence([.repeat(3, [.expect("x\r\n")]), .send("bye")]) == named("step 2, send \"bye\""))
    }

    @Test func whatIsToBeDoneAgainIsNotRun() async throws {
        let options = MockServer.Options(limits: Limits(step: soon))
        let script: Script = [.repeat(2, [.anyOrder(Self.pairs)])]
        let (cause, details) = try await cause(script, options: options) { client, _ in
            try client.send("AB")
            try client.expectText("ab")
        }
        #expect(cause == unknown, "either of the two")
        #expect(details.contains("not run   1 expect \"A\" · 2 send \"a\" · 3 expect \"B\""), "\(details)")
    }

    @Test func aNewRoundOfAnyOrderBeginsAnew() async throws {
        let script: Script = [.repeat(2, [.anyOrder(Self.pairs), .expect("go")])]
        let cause = try await silence(script) { client in
            try client.send("AB")
            try client.expectText("ab")
        }
        #expect(cause == unknown, "either of the two")
    }
}
