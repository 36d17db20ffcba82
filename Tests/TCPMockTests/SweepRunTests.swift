// Sweeps with clients in this process.

import TestClient
import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct FaultSweepTests {
    @Test func aClientThatCountsItsBytesNoticesEachBreak() async throws {
        let result = try await FaultSweep(lengthReply, faults: [.fin, .reset, .close, .halfClose], options: sweeping)
            .run(blocking: fetch(from:))
        #expect(result.isClean, "\(result)")
        #expect(result.records.count == 4 * 15 + 1)
        #expect(
            result.map == """
                fin, reply 1        0..14 threw CutShort · 15 ok
                reset, reply 1      0..14 threw ClientError · 15 ok
                close, reply 1      0..14 threw CutShort · 15 ok
                halfClose, reply 1  0..14 threw CutShort · 15 ok
                """)
    }

    @Test func aClientThatTakesWhatItGotIsASilentSuccess() async throws {
        let line = #line + 1
        let sweep = FaultSweep(lengthReply, faults: [.fin], options: sweeping)
        let result = try await sweep.run(blocking: fetchForgivingly(from:))
        #expect(result.map == "fin, reply 1  0..2 threw CutShort · 3..14 SILENT SUCCESS · 15 ok")
        let failure = try #require(result.failures.first)
        #expect(result.failures.count == 1)
        #expect(failure.location.line == UInt(line))
        #expect(failure.smallest?.sweepCase.position == 3)
        #expect(failure.replay.hasSuffix("SweepRunTests.swift:\(line)/fin/1/3"))
        #expect(failure.message.contains(#"returned; without: returned "hello, world""#), "\(failure)")
    }

    @Test func aClientThatAwaitsIsRunTheSameWay() async throws {
        let result = try await FaultSweep(lengthReply, faults: [.fin], options: sweeping).run { server in
            let client = try MockClient(
                connectingTo: server.address, [.send("GET\n"), .expect("12:hello, world")])
            let verdict = await client.finish()
            if !verdict.isClean { throw CutShort() }
        }
        #expect(result.map == "fin, reply 1  0..14 threw CutShort · 15 ok", "\(result)")
    }

    @Test func theBlockingFaceDoesTheSame() async throws {
        func run() throws -> SweepResult {
            try FaultSweep(lengthReply, faults: [.reset], options: sweeping).run(blocking: fetch(from:))
        }
        #expect(try run().map == "reset, reply 1  0..14 threw ClientError · 15 ok")
    }

    @Test func aClientThatHangsIsToldAndLetGo() async throws {
        var options = sweeping
        options.limit = .seconds(4)  // the control case must end in it, on a busy machine
        options.atOnce = 8
        let result = try await FaultSweep(
            [.expect("GET\n"), .send("ok")], faults: [.stall], rules: [.neverHang], options: options
        ).run(blocking: { server in
            let client = try TestClient.connect(server.host, server.port)
            defer { client.close() }
            try client.send("GET\n")
            return try client.receiveText(2)
        })
        #expect(result.map == "stall, reply 1  0..1 HANG · 2 ok")
        // In these seconds other tests of this process open what may be taken for left behind.
        #expect(result.failures.map(\.rule).filter { $0 != "leaksNothing" } == ["neverHang"])
    }

    @Test func aTaskThatHangsIsCancelled() async throws {
        var options = sweeping
        options.limit = .milliseconds(200)
        let cancelled = Locked(0)
        let cases = [SweepCase("sleep", group: "sleep", script: [.delay(.seconds(600))], freeFrom: 0)]
        let result = try await CaseSweep(cases, options: options).run { _ in
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                cancelled.withLock { $0 += 1 }
                throw error
            }
        }
        #expect(result.records.map(\.outcome) == [.timedOut])
        #expect(cancelled.withLock { $0 } > 0)
    }

    @Test func reconnectsAreResetAndCounted() async throws {
        let result = try await FaultSweep(
            lengthReply, faults: [.fin], offsets: .list([0]), rules: [.neverHang], options: sweeping
        ).run(blocking: { server in
            for _ in 1...3 {
                if let text = try? fetch(from: server) { return text }
            }
            throw CutShort()
        })
        #expect(result.records.map(\.reconnects) == [0, 2])
        #expect(result.records.map(\.outcome) == [.returned("hello, world"), .threw(CutShort())])
    }

    @Test func aClientThatSaysSomethingElseIsOffTheScript() async throws {
        let script: Script = [.expect("HELLO\n"), .send("12:hello, world")]
        let result = try await FaultSweep(script, faults: [.fin], options: sweeping).run(blocking: fetch(from:))
        let failure = try #require(result.failures.first)
        #expect(
            failure.summary
                == "the client does not follow the script though nothing is done to it; no other case was played")
        #expect(failure.message.contains(#"expected "HELLO\n", got "GET\n""#), "\(failure)")
        #expect(result.records.count == 1)
    }

    @Test func outcomesAreCalledAsTheUserSays() async throws {
        let result = try await FaultSweep(lengthReply, faults: [.fin], options: sweeping).run(
            classify: { $0.isSuccess ? .named("read") : .named("noticed", isSuccess: false) },
            blocking: fetchForgivingly(from:))
        #expect(result.map == "fin, reply 1  0..2 noticed · 3..14 SILENT SUCCESS · 15 ok")
    }

    @Test func aRuleOfOnesOwnIsNamed() async throws {
        let rule = SweepRule.custom("noticesAtOnce") { $0.sweepCase.isControl || $0.outcome == .threw(CutShort()) }
        let result = try await FaultSweep(lengthReply, faults: [.fin], rules: [rule], options: sweeping)
            .run(blocking: fetchForgivingly(from:))
        #expect(result.failures.map(\.rule) == ["noticesAtOnce"])
        #expect(result.map == "fin, reply 1  0..2 threw CutShort · 3..14 returned, against noticesAtOnce · 15 ok")
    }

    @Test func eachCaseHasAPathOfItsOwn() async throws {
        var options = sweeping
        let path = "/tmp/tcpmock-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        options.server.address = .unix(path: path)
        let result = try await FaultSweep(lengthReply, faults: [.fin], options: options).run(blocking: fetch(from:))
        #expect(result.map == "fin, reply 1  0..14 threw CutShort · 15 ok", "\(result)")
    }

    @Test func onePortForAllIsThrown() async throws {
        var options = sweeping
        options.server.address = .ipv4(port: 2)
        let sweep = FaultSweep(lengthReply, faults: [.fin], options: options)
        await #expect(throws: MockError.self) { try await sweep.run(blocking: fetch(from:)) }
    }

    @Test func aScriptThatCantBePlayedIsThrown() async throws {
        let sweep = FaultSweep([.send("ab"), .close(), .send("c")], faults: [.fin], options: sweeping)
        await #expect(throws: MockError.self) { try await sweep.run(blocking: fetch(from:)) }
    }

    @Test func aSweepThatIsCancelledEndsAtOnce() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let sweep = CaseSweep(
            [SweepCase("sleep", group: "sleep", script: [.delay(.seconds(600))], freeFrom: 0)], options: sweeping)
        let task = Task {
            try await sweep.run { _ in
                begin.yield()
                try await Task.sleep(for: .seconds(600))
            }
        }
        for await _ in begun { break }
        let cancelled = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - cancelled < .seconds(50))
    }
}

@Suite struct SegmentationSweepTests {
    @Test func aClientThatTakesOneReadForOneReplyIsCaughtByTheFirstCut() async throws {
        let line = #line + 1
        let sweep = SegmentationSweep(lengthReply, options: sweeping)
        let result = try await sweep.run(blocking: fetchNaively(from:))
        #expect(result.failures.map(\.rule) == ["sameOutcome"])
        #expect(result.failures.first?.smallest?.sweepCase.label == "reply 1 cut at 1")
        #expect(
            result.map.split(separator: "\n").first
                == "one cut in reply 1  1..3 threw CutShort · 4..14 returned ANOTHER VALUE")
        #expect(result.failures.first?.replay.hasSuffix("SweepRunTests.swift:\(line)/cut/1=1") == true)
    }

    @Test func theFixedClientComesToTheSameEachTime() async throws {
        let result = try await SegmentationSweep(lengthReply, options: sweeping).run(blocking: fetch(from:))
        #expect(result.isClean, "\(result)")
        #expect(
            result.map == """
                one cut in reply 1  1..14 ok
                byte by byte        1 ok
                by chance           0..9 ok
                """)
    }
}

@Suite struct SweepReplayTests {
    @Test func oneCaseAloneIsRunAgain() async throws {
        let sweep = FaultSweep(lengthReply, faults: [.fin], options: sweeping)
        let token = try #require(try await sweep.run(blocking: fetchForgivingly(from:)).failures.first?.replay)
        var options = sweeping
        options.replay = token
        let again = try await FaultSweep(lengthReply, faults: [.fin], options: options)
            .run(blocking: fetchForgivingly(from:))
        #expect(again.records.map(\.sweepCase.id) == ["control", "fin/1/3"])
        #expect(again.map == "fin, reply 1  3 SILENT SUCCESS · 15 ok")
    }

    @Test func aCaseThatWasNotPlannedIsRunToo() async throws {
        var options = sweeping
        options.replay = "cut/1=2,5,9"
        let result = try await SegmentationSweep(lengthReply, cuts: .list([]), random: 0, options: options)
            .run(blocking: fetch(from:))
        #expect(result.records.map(\.sweepCase.label) == ["no reply is cut", "reply 1 cut at 2,5,9"])
    }

    @Test func aCaseThatIsNotThereIsThrown() async throws {
        var options = sweeping
        options.replay = "fin/1/99"
        let sweep = FaultSweep(lengthReply, faults: [.fin], options: options)
        await #expect(throws: MockError.self) { try await sweep.run(blocking: fetch(from:)) }
    }
}

@Suite struct SweepGuardTests {
    private final class Kept: Sendable {
        let clients = Locked<[TestClient]>([])
    }

    @Test func theCaseThatLeaksADescriptorIsNamed() async throws {
        let kept = Kept()
        let sweep = FaultSweep(lengthReply, faults: [.fin], offsets: .list([2, 7]), options: sweeping)
        let result = try await sweep.run(blocking: { server in
            let client = try TestClient.connect(server.host, server.port)
            try client.send("GET\n")
            let text = try client.receiveText(15)
            // The way out for replies of this length forgets to close.
            if text.utf8.count == 7 { kept.clients.withLock { $0.append(client) } }
            guard text.utf8.count == 15 else { throw CutShort() }
        })
        #expect(result.failures.map(\.rule) == ["leaksNothing"])
        #expect(
            result.failures.first?.summary
                == "the client leaves 1 descriptor behind, each time: fin at byte 7 of reply 1")
        kept.clients.withLock { $0 = [] }
    }
}

@Suite struct SweepDeterminismTests {
    @Test func theSameSeedComesToTheSameWordsAHundredTimes() async throws {
        var options = sweeping
        options.seed = 42
        options.shrinkRuns = 10
        var first: String?
        for _ in 0..<100 {
            let sweep = FaultSweep(lengthReply, faults: [.reset], offsets: .random(8), options: options)
            let words = "\(try await sweep.run(blocking: fetchForgivingly(from:)))"
            #expect(words == first ?? words)
            first = words
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
