// Sends that take their time, and a line that is slow.

import TestClient
import Testing

@testable import TCPMock

@Suite struct PaceTests {
    private func options(_ shaping: Shaping? = nil) -> MockServer.Options {
        .init(limits: .init(step: .seconds(60), afterScript: .seconds(120)), shaping: shaping)
    }

    /// What one client got, and how long that took at least: load can only make it longer.
    private func fetch(_ script: Script, _ count: Int, _ options: MockServer.Options) async throws -> (
        reads: [[UInt8]], took: Duration
    ) {
        let server = try MockServer(script, options: options)
        let client = try server.connect()
        let begin = ContinuousClock.now
        let reads = try await onThread { try client.reads(upTo: count) }
        let took = ContinuousClock.now - begin
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        return (reads, took)
    }

    @Test func slicesGoNoEarlierThanTheirTime() async throws {
        let script: Script = [.expectConnect(), .send("abcdef", slices: .size(2), delivery: .every(.milliseconds(20)))]
        let (reads, took) = try await fetch(script, 6, options())
        #expect(Array(reads.joined()) == Array("abcdef".utf8))
        #expect(took >= .milliseconds(39))  // connecting may come a moment before the clock starts
    }

    @Test func aLineOfSoManyBytesASecondTakesAtLeastThatLong() async throws {
        let shaping = Shaping(bytesPerSecond: 50_000)
        let (reads, took) = try await fetch([.send(Bytes([UInt8](repeating: 1, count: 5000)))], 5000, options(shaping))
        #expect(reads.joined().count == 5000)
        #expect(took >= .milliseconds(95))
    }

    @Test func aDelayHoldsForEachSendRepliesIncluded() async throws {
        let script: Script = [
            .expect("a"), .send("1"), .expect("b"), .respond(.line) { _ in "2" },
        ]
        let server = try MockServer(script, options: options(Shaping(delay: .milliseconds(30))))
        let client = try server.connect()
        let begin = ContinuousClock.now
        try client.send("a")
        #expect(try client.receiveText(1) == "1")
        try client.send("bx\r\n")
        #expect(try client.receiveText(1) == "2")
        #expect(ContinuousClock.now - begin >= .milliseconds(60))
        client.close()
        #expect(await server.finish().isClean)
    }

    @Test func aSendsOwnDeliveryGoesBeforeTheEndpoints() async throws {
        let server = try MockServer(
            [.send("ab", slices: .everyByte)], options: options(Shaping(delay: .seconds(3600))))
        let client = try server.connect()
        #expect(try await onThread { try client.reads(upTo: 2).count } == 2)
        client.close()
        #expect(await server.finish().isClean)
    }

    @Test func waitingForItsOwnTimeIsNotTheClientsFault() async throws {
        let slow = MockServer.Options(
            limits: .init(step: unscaled(.milliseconds(60)), afterScript: .seconds(120)),
            shaping: Shaping(delay: .milliseconds(250)))
        let (reads, _) = try await fetch([.send("abc")], 3, slow)
        #expect(reads.joined().count == 3)
    }

    @Test func aClientThatResetsDuringAPauseFailsTheSendAtOnce() async throws {
        let server = try MockServer(
            [.send("ab", slices: .everyByte, delivery: .every(.seconds(3600))), .expect("x")], options: options())
        let client = try server.connect()
        #expect(try client.receive(1) == [97])
        client.reset()
        let verdict = await server.finish()
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .clientReset)
        #expect(failure.summary.contains("after 1 byte of it"), "\(failure.summary)")
    }

    @Test func theSameSeedMakesTheSamePauses() throws {
        let steps: [Step] = [.send("abc", slices: .everyByte, delivery: .every(.zero, jitter: .seconds(1), seed: 5))]
        let pace = CorePace(try #require(steps[0].pacing), count: 3, number: 1)
        #expect(pace.raw.seed == 5 && pace.raw.jitter_ns == 1_000_000_000)
    }
}

/// What can't be meant is thrown at its line.
@Suite struct BadPaceTests {
    @Test(arguments: [
        (Slices.at([0]), "there is no cut at 0: of 3 bytes slices begin at 1 to 2"),
        (Slices.at([3]), "there is no cut at 3: of 3 bytes slices begin at 1 to 2"),
        (Slices.size(0), "slices of 0 bytes: a slice has at least one"),
        (Slices.random(longest: 0), "slices of up to 0 bytes: a slice has at least one"),
    ])
    func slicesThatCantBe(_ slices: Slices, _ text: String) throws {
        let error = #expect(throws: MockError.self) { try MockServer([.send("abc", slices: slices)]) }
        #expect(error?.message.contains(text) == true, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.location?.line == UInt(#line) - 2)
    }

    @Test func durationsBelowZero() throws {
        let error = #expect(throws: MockError.self) {
            try MockServer([.send("abc", slices: .everyByte, delivery: .every(.milliseconds(-1)))])
        }
        #expect(error?.message.contains("a duration can't be negative") == true)
    }

    @Test(arguments: [Shaping(bytesPerSecond: 0), Shaping(delay: .seconds(-1)), Shaping(jitter: .seconds(-1))])
    func aLineThatCantBe(_ shaping: Shaping) throws {
        let error = #expect(throws: MockError.self) {
            try MockServer([.send("abc")], options: .init(shaping: shaping))
        }
        #expect(error?.kind == .misuse)
    }
}
