// What verdicts and running endpoints say in numbers.

import TestClient
import Testing

@testable import TCPMock

private let greeting: Script = [
    .expect("question", within: .seconds(60)), .send("answer"), .expectLine("thanks", within: .seconds(60)),
]

private let asking: Script = [.send("question"), .expect("answer"), .send("thanks\n")]

@Suite struct StatisticsTests {
    @Test func aLoadIsCountedOnBothSides() async throws {
        let server = try MockServer(every: greeting, count: 300)
        let clients = try MockClient.many(300, atOnce: 40, connectingTo: server.address, asking)
        let (mine, theirs) = (await clients.finish().statistics, await server.finish().statistics)
        for statistics in [mine, theirs] {
            #expect(statistics.connections == 300)
            #expect(statistics.completed == 300)
            #expect(statistics.open == 0)
            #expect(statistics.failures == 0)
            #expect(statistics.steps.map(\.count) == [300, 300, 300])
            #expect(statistics.steps.map(\.failures) == [0, 0, 0])
            #expect(statistics.steps.map(\.number) == [1, 2, 3])
        }
        #expect(theirs.received == 300 * 15)
        #expect(theirs.sent == 300 * 6)
        #expect(mine.received == theirs.sent)
        #expect(mine.sent == theirs.received)
        #expect(theirs.frames == 300)  // the lines
        #expect(mine.frames == 0)
    }

    @Test func aStepsTimeIsFromWhenItIsCurrentToWhenItIsDone() async throws {
        let server = try MockServer(every: [.expect("a"), .delay(.milliseconds(30)), .send("b")], count: 20)
        let clients = try MockClient.many(20, atOnce: 20, connectingTo: server.address, [.send("a"), .expect("b")])
        let mine = await clients.finish().statistics.steps
        let theirs = await server.finish().statistics.steps
        // Nothing is sure of how long things take at most.
        for step in [theirs[1], mine[1]] {
            #expect(try #require(step.latency(percentile: 0)) >= .milliseconds(30))
            #expect(try #require(step.p50) >= .milliseconds(30))
            let (p50, p99, p999, max) = try (
                #require(step.p50), #require(step.p99), #require(step.p999), #require(step.max)
            )
            #expect(p50 <= p99 && p99 <= p999 && p999 <= max)
        }
        // Done in the turn of the loop in which the delay ended, and in which the connection was there.
        #expect(theirs[2].max == .zero)
        #expect(mine[0].max == .zero)
    }

    @Test func roundsAreCountedEach() async throws {
        let server = try MockServer(every: [.repeat(50, [.expectFrame("ping"), .sendFrame("pong")])])
        let clients = try MockClient.many(
            4, atOnce: 2, connectingTo: server.address, [.repeat(50, [.sendFrame("ping"), .expectFrame("pong")])])
        expectClean(await clients.finish())
        let statistics = await server.finish().statistics
        #expect(statistics.steps.map(\.count) == [200, 200])
        #expect(statistics.frames == 400)
    }

    @Test func failuresAreCountedAtTheirStep() async throws {
        let server = try MockServer(every: greeting, count: 10)
        for number in 1...10 {
            let client = try server.connect()
            try client.send(number <= 7 ? "question" : "quarrel!")
            if number <= 7 {
                try client.expectText("answer")
                try client.send(number <= 5 ? "thanks\n" : "no\n")
            }
            client.close()
        }
        let verdict = await server.finish()
        #expect(verdict.statistics.failures == 5)
        #expect(verdict.statistics.completed == 5)
        #expect(verdict.statistics.steps.map(\.count) == [7, 7, 5])
        #expect(verdict.statistics.steps.map(\.failures) == [3, 0, 2])
        #expect(verdict.failures.map(\.count).sorted() == [2, 3])
    }

    @Test func theyCanBeReadWhileItRuns() async throws {
        let server = try MockServer(every: greeting)
        let (first, second) = (try server.connect(), try server.connect())
        try first.send("question")
        try first.expectText("answer")
        let running = server.statistics
        #expect(running.connections == 2)
        #expect(running.open == 2)
        #expect(running.completed == 0)
        #expect(running.received == 8)
        #expect(running.sent == 6)
        #expect(running.steps.map(\.count) == [1, 1, 0])
        #expect(running.steps[2].p50 == nil)
        #expect(running.steps[2].max == nil)
        try first.send("thanks\n")
        first.close()
        try second.send("nonsense")
        second.close()
        let verdict = await server.finish()
        #expect(verdict.statistics.steps.map(\.count) == [1, 1, 1])
        #expect(server.statistics.failures == verdict.statistics.failures)
        #expect(verdict.statistics.failures == 1)
    }

    // MARK: Steps of several parts

    @Test func aTemplateIsOneStep() async throws {
        let server = try MockServer(every: [.expectTemplate("a \(any: 2) b \(capture: "c")\n"), .send("d")])
        for _ in 1...3 {
            let client = try server.connect()
            try client.send("a ")
            try client.send("xx b cc\n")
            try client.expectText("d")
            client.close()
        }
        #expect(await server.finish().statistics.steps.map(\.count) == [3, 3])
    }

    @Test func aTableOfStubsIsOneStepWhicheverIsTaken() async throws {
        let server = try MockServer(
            every: [.serve(to: ["one\n": "1", "two\n": "2", "three\n": "3"])])
        let client = try server.connect()
        for (word, answer) in [("two", "2"), ("three", "3"), ("one", "1"), ("three", "3")] {
            try client.send(word + "\n")
            try client.expectText(answer)
        }
        client.close()
        #expect(await server.finish().statistics.steps.map(\.count) == [4])
    }

    @Test func aTableOfFramesIsOneStepWhicheverIsTaken() async throws {
        let server = try MockServer(
            every: [.serve(to: ["one": .frame("1"), "two": .frame("2"), "three": .frame("3")], framing: .line)])
        let client = try server.connect()
        for (word, answer) in [("two", "2"), ("three", "3"), ("one", "1"), ("three", "3")] {
            try client.send(word + "\n")
            try client.expectText(answer + "\n")
        }
        client.close()
        let statistics = await server.finish().statistics
        #expect(statistics.steps.map(\.count) == [4])
        #expect(statistics.frames == 4)
    }

    @Test func aComputedReplyIsOneStepWithTheTimeItTookToCompute() async throws {
        let server = try MockServer(
            every: [
                .serve(.line) { request in
                    try await Task.sleep(for: .milliseconds(20))
                    return .frame(Bytes(request.bytes))
                }
            ])
        let client = try server.connect()
        for word in ["one\n", "two\n"] {
            try client.send(word)
            try client.expectText(word)
        }
        client.close()
        let step = try #require(await server.finish().statistics.steps.first)
        #expect(step.count == 2)
        #expect(try #require(step.latency(percentile: 0)) >= .milliseconds(20))
    }

    // MARK: Whether steps are counted

    @Test func oneConnectionsStepsAreCountedWhenAskedFor() async throws {
        for (setting, counts) in [(MockServer.Setting.automatic, []), (.off, []), (.on, [1, 1, 1])] {
            let verdict = try await serve(greeting, options: .init(statistics: setting)) { client in
                try client.send("question")
                try client.expectText("answer")
                try client.send("thanks\n")
            }
            #expect(verdict.statistics.steps.map(\.count) == counts)
            #expect(verdict.statistics.received == 15)
            #expect(verdict.statistics.connections == 1)
        }
    }

    @Test func stepsOfManyConnectionsAreNotCountedWhenTheyNeedNot() async throws {
        let server = try MockServer(every: greeting, count: 5, options: .init(statistics: .off))
        let clients = try MockClient.many(
            5, atOnce: 5, connectingTo: server.address, asking, options: .init(statistics: .off))
        #expect(await clients.finish().statistics.steps.isEmpty)
        let statistics = await server.finish().statistics
        #expect(statistics.steps.isEmpty)
        #expect(statistics.completed == 5)
    }

    @Test func eachScriptOfAListHasItsSteps() async throws {
        let server = try MockServer(
            connections: [[.expect("a"), .send("b")], [.expect("c")]], options: .init(statistics: .on))
        let first = try server.connect()
        try first.send("a")
        try first.expectText("b")
        first.close()
        let second = try server.connect()
        try second.send("c")
        second.close()
        let steps = await server.finish().statistics.steps
        #expect(steps.map(\.script) == [1, 1, 2])
        #expect(steps.map(\.number) == [1, 2, 1])
        #expect(steps.map(\.count) == [1, 1, 1])
    }

    @Test func aLiveServersStepsAreCountedAsTheyCome() async throws {
        let server = try MockServer(options: .init(statistics: .on))
        let client = try server.connect()
        for word in ["one", "two", "six"] {
            try server.enqueue(.expect(Bytes(word.utf8)), .send("ok"))
            try client.send(word)
            try await server.join()
        }
        client.close()
        #expect(await server.finish().statistics.steps.map(\.count) == [1, 1, 1, 1, 1, 1])
    }

    // MARK: As text

    @Test func theyReadAsATable() {
        let histogram = { (time: UInt64, count: Int) in
            LatencyHistogram([.init(highest: time, count: count)], longest: time)
        }
        let here = SourcePosition(fileID: "M/F.swift", filePath: "F.swift", line: 3, column: 1)
        let statistics = Statistics(
            connections: 1234, completed: 1232, open: 0, received: 7392, sent: 1, frames: 0, failures: 2,
            steps: [
                StepStatistics(
                    script: 1, number: 1, count: 1232, failures: 2, planned: Step(.expect("PING\r\n"), here),
                    latencies: histogram(12_300, 1232), longest: 12_300),
                StepStatistics(
                    script: 1, number: 2, count: 0, failures: 0, planned: Step(.send("+PONG\r\n"), here),
                    latencies: LatencyHistogram(), longest: 0),
            ])
        #expect(
            statistics.description == #"""
                1,234 connections, 1,232 completed, 2 failed; 7,392 bytes received, 1 byte sent, 0 frames
                step                      done  failed      p50      p99    p99.9      max
                1     expect "PING\r\n"  1,232       2  12.3 µs  12.3 µs  12.3 µs  12.3 µs
                2     send "+PONG\r\n"       0       0        -        -        -        -
                """#)
        #expect(
            statistics.steps[0].description
                == #"step 1, expect "PING\r\n": done 1,232 times, failed 2, p50 12.3 µs, p99 12.3 µs, p99.9 12.3 µs, max 12.3 µs"#
        )
        #expect(statistics.steps[0].location == here)
        #expect(statistics.steps[1].description == #"step 2, send "+PONG\r\n": done 0 times"#)
    }
}
