// latency: what a client takes is measured by the kernel's stamps; a busy machine accuses nobody.

import TCPMock
import TestClient
import Testing

/// What is said of a step that took too long: as a failure, or, when it can't be decided on a machine that is as busy as a whole
/// suite keeps it, as inconclusive. What decides is tested with measure.c.
private func overLatency(_ verdict: Verdict) -> String? {
    if verdict.failures.isEmpty { return verdict.inconclusive.first { $0.kind == .latency }?.message }
    return verdict.failures.map(\.kind) == [.latency] ? verdict.failures[0].message : nil
}

/// A verdict of a step that took too long. The loop may be kept from running before a step's clock starts, which is to the
/// client's credit: then once more.
private func overdue(_ attempt: () async throws -> Verdict) async throws -> Verdict {
    try await again(attempt) { overLatency($0) != nil }
}

private let ask: Script = [.expect("HELLO\r\n"), .send("PING\r\n")]

/// A client that answers a PING so many milliseconds later.
private func answering(after milliseconds: UInt32, _ script: Script, line: UInt = #line) async throws -> Verdict {
    try await onThread {
        let server = try MockServer(script, options: .unhurried, line: line)
        let client = try server.connect()
        try client.send("HELLO\r\n")
        _ = try client.receiveText(6)
        if milliseconds > 0 { pause(milliseconds: milliseconds) }
        try? client.send("PONG\r\n")
        client.close()
        let finished: Verdict = server.finish()
        return finished
    }
}

@Test func aClientThatAnswersAtOnceKeepsItsLatency() async throws {
    let verdict = try await conclusive {
        try await answering(after: 0, ask + [.expect("PONG\r\n", latency: .milliseconds(100))])
    }
    expectClean(verdict)
}

@Test func aClientThatWaitsFiftyMillisecondsFailsALatencyOfTwenty() async throws {
    let verdict = try await overdue {
        try await answering(
            after: 50, ask + [.expect("PONG\r\n", latency: .milliseconds(20)), .expectDisconnect(.any)])
    }
    let text = try #require(overLatency(verdict), "\(verdict)")
    let parts = try #require(
        text.firstMatch(
            of: /connection 1, step 3 of 4: expect "PONG\\r\\n" took (\d+(\.\d+)?) ms, over the 20 ms of its latency/))
    let took = try #require(Double(parts.1))
    #expect((49...1000).contains(took), "\(text)")
    #expect(text.contains("the kernel's stamp of its last byte"), "\(text)")
    #expect(text.contains("the loop's own wake-ups were late by"), "\(text)")
    guard let failure = verdict.failures.first else { return }
    #expect(failure.kind == .latency)
    #expect(failure.step == 3)
    #expect(failure.details.contains("step 3 failed"), "\(failure.message)")
    #expect(failure.details.contains("not run   4 expectDisconnect(.any)"), "\(failure.message)")
    #expect(verdict.connections.first?.currentStep == 3)
}

@Test func theClocksOfEarlierStepsAreNotItsOwn() async throws {
    let verdict = try await conclusive {
        try await onThread {
            let server = try MockServer(ask + [.expect("PONG\r\n", latency: .milliseconds(40))], options: .unhurried)
            let client = try server.connect()
            pause(milliseconds: 80)
            try client.send("HELLO\r\n")
            _ = try client.receiveText(6)
            try client.send("PONG\r\n")
            client.close()
            let finished: Verdict = server.finish()
            return finished
        }
    }
    expectClean(verdict)
}

/// The first byte came at once, and it is the last that counts.
@Test func itIsTheLastByteThatCounts() async throws {
    let verdict = try await overdue {
        try await onThread {
            let server = try MockServer([.send("?"), .expect("PONG", latency: .milliseconds(20))], options: .unhurried)
            let client = try server.connect()
            _ = try client.receiveText(1)
            try client.send("PON")
            pause(milliseconds: 60)
            try? client.send("G")
            client.close()
            let finished: Verdict = server.finish()
            return finished
        }
    }
    #expect(overLatency(verdict) != nil, "\(verdict)")
}

@Test func whatCameBeforeItsTurnTookNoTime() async throws {
    let verdict = try await onThread {
        let server = try MockServer(
            [.delay(.milliseconds(80)), .send("?"), .expect("PONG", latency: .microseconds(1))],
            options: .init(limits: Limits(step: .seconds(60)), statistics: .on))
        let client = try server.connect()
        try client.send("PONG")
        _ = try client.receiveText(1)
        client.close()
        let finished: Verdict = server.finish()
        return finished
    }
    expectClean(verdict)
    #expect(verdict.inconclusive == [])
    #expect(try #require(verdict.statistics.steps[2].max) < .milliseconds(1))
}

/// The loop stands still while the answer comes: the kernel's stamp says when it did.
@Test func aLoopThatStandsStillIsNotTheClientsTime() async throws {
    let verdict = try await conclusive {
        try await onThread {
            let server = try MockServer(
                [.expect("A"), .send("?"), .expect("B", latency: .milliseconds(250)), .send(".")], options: .unhurried)
            let client = try server.connect()
            try client.send("A")
            _ = try client.receiveText(1)
            let block = LoopBlock.begin()
            try client.send("B")
            pause(milliseconds: 500)
            block.release()
            _ = try client.receiveText(1)
            client.close()
            let finished: Verdict = server.finish()
            return finished
        }
    }
    expectClean(verdict)
    // The kernel begins to stamp a while after it was asked to.
    #expect(verdict.inconclusive.allSatisfy { $0.message.contains("had not stamped it") }, "\(verdict)")
}

@Test(arguments: [
    "expectLine", "expectFrame", "frame that is checked", "template", "upTo", "until", "anyOrder", "optional", "repeat",
    "EOF",
])
func eachExpectationHasALatency(_ name: String) async throws {
    let bound = Duration.milliseconds(15)
    let (steps, reply): (Script, [UInt8]) =
        switch name {
        case "expectLine": ([.expectLine(.prefix("P"), latency: bound)], Array("PONG\r\n".utf8))
        case "expectFrame": ([.expectFrame("P", latency: bound)], [0, 0, 0, 1, 0x50])
        case "frame that is checked": ([.expectFrame(.any, as: "it", latency: bound)], [0, 0, 0, 1, 0x50])
        case "template": ([.expectTemplate("P\(capture: "x", count: 2)G", latency: bound)], Array("PONG".utf8))
        case "upTo": ([.expect(upTo: ";", .any, latency: bound)], Array("PONG;".utf8))
        case "until": ([.receive(until: ";", latency: bound)], Array("PONG;".utf8))
        case "anyOrder":
            ([.anyOrder([.expect("PONG", latency: bound), .expect("X")])], Array("PONGX".utf8))
        case "optional": ([.optional(.expect("PONG", latency: bound)), .expect("X")], Array("PONGX".utf8))
        case "repeat": ([.repeat(2, [.expect("P", latency: bound)])], Array("PP".utf8))
        default: ([.expectEOF(latency: bound)], [])
        }
    let verdict = try await overdue {
        try await onThread {
            let server = try MockServer([.expect("HELLO\r\n"), .send("PING\r\n")] + steps, options: .unhurried)
            let client = try server.connect()
            try client.send("HELLO\r\n")
            _ = try client.receiveText(6)
            pause(milliseconds: 60)
            if reply.isEmpty { client.close() } else { try? client.send(reply) }
            client.close()
            let finished: Verdict = server.finish()
            return finished
        }
    }
    #expect(overLatency(verdict) != nil, "\(verdict)")
}

@Test func aLiveServersStepsHaveLatenciesToo() async throws {
    let verdict = try await overdue {
        let server = try MockServer(options: .unhurried)
        let client = try server.connect()
        try server.enqueue(.expect("A"), .send("1"))
        try client.send("A")
        #expect(try client.receiveText(1) == "1")
        try server.enqueue(.send("2"), .expect("B", latency: .milliseconds(20)))
        #expect(try client.receiveText(1) == "2")
        try await onThread { pause(milliseconds: 60) }
        try client.send("B")
        client.close()
        return await server.finish()
    }
    #expect(overLatency(verdict) != nil, "\(verdict)")
}

@Test func stepsWithALatencyAreCountedInWhateverServer() async throws {
    let verdict = try await again {
        try await answering(after: 30, ask + [.expect("PONG\r\n", latency: .seconds(100))])
    } until: {
        $0.statistics.steps[2].max ?? .zero >= .milliseconds(29)
    }
    expectClean(verdict)
    let step = verdict.statistics.steps[2]
    #expect(step.count == 1)
    #expect(try #require(step.max) >= .milliseconds(29))
    #expect(step.histogram.map(\.count) == [1])
}

@Test(arguments: [Duration.zero, .milliseconds(-1)]) func aLatencyThatCannotBeKeptIsThrownAtItsLine(_ latency: Duration)
    throws
{
    let line: UInt = #line + 1
    let error = try #require(throws: MockError.self) { try MockServer([.expect("A", latency: latency)]) }
    #expect(error.location?.line == line)
    #expect(error.message.contains("can't be kept"))
}
