// What the map of a sweep says, and how the smallest failing case is found: without a server.

import Testing

@testable import TCPMock

/// Records as a run would make them, of what a client does that comes out as `outcome` says.
private func records(_ plan: SweepPlan, _ outcome: (SweepCase) -> SweepOutcome) -> [SweepRecord] {
    let control = plan.cases.first(where: \.isControl).map(outcome)
    return plan.cases.map { record($0, outcome($0), control) }
}

private func record(_ one: SweepCase, _ outcome: SweepOutcome, _ control: SweepOutcome?) -> SweepRecord {
    SweepRecord(
        sweepCase: one, outcome: outcome, scriptFailures: [], reconnects: 0, detail: "", duration: .zero,
        control: one.isControl ? nil : control.map { .init(outcome: $0, followedScript: true) },
        replay: "\(SweepToken("here.swift:1/" + one.id))")
}

/// A reply of 50 bytes to curl, as curl takes it that knows of 37 bytes of head.
private func likeCurl(_ one: SweepCase) -> SweepOutcome {
    switch one.position {
    case nil: .exited(0)
    case let offset? where offset < 17: .exited(52)
    case let offset? where offset < 37: .exited(0)
    default: .exited(18)
    }
}

private let fifty = Bytes([UInt8](repeating: 0x61, count: 50))

@Suite struct SweepMapTests {
    @Test func sameOutcomesNextToEachOtherAreOneBand() throws {
        let plan = try FaultSweep([.send(fifty)], faults: [.fin]).planned()
        #expect(
            "\(SweepMap(plan, records(plan, likeCurl)))"
                == "fin, reply 1  0..16 exit 52 · 17..36 SILENT SUCCESS · 37..49 exit 18 · 50 ok")
    }

    @Test func withoutTheRuleASuccessIsCalledWhatItIs() throws {
        let plan = try FaultSweep([.send(fifty)], faults: [.fin], rules: [.neverHang]).planned()
        #expect(
            "\(SweepMap(plan, records(plan, likeCurl)))"
                == "fin, reply 1  0..16 exit 52 · 17..36 exit 0 · 37..49 exit 18 · 50 ok")
    }

    @Test func thereIsALineForEachFaultAndReply() throws {
        let plan = try FaultSweep([.send("ab"), .send("c")], faults: [.fin, .stall]).planned()
        let map = SweepMap(
            plan,
            records(plan) { one in
                one.isControl ? .returned("") : one.group.hasPrefix("stall") ? .timedOut : .threw(CutShort())
            })
        #expect(
            "\(map)" == """
                fin, reply 1    0..1 threw CutShort · 2 ok
                fin, reply 2    0 threw CutShort · 1 ok
                stall, reply 1  0..1 HANG · 2 ok
                stall, reply 2  0 HANG · 1 ok
                """)
    }

    @Test func casesWithoutPositionsAreCounted() {
        let cases = ["a", "b", "c"].map { SweepCase($0, group: "lengths", script: []) }
        let plan = SweepPlan(
            cases: cases, rules: [.neverCrash], options: SweepOptions(), location: SweepMapTests.here)
        let map = SweepMap(plan, records(plan) { $0.label == "c" ? .signalled(11) : .named("refused") })
        #expect("\(map)" == "lengths  2 × refused · killed by SIGSEGV")
    }

    @Test func aValueThatDiffersIsNotTheSameOutcome() throws {
        let plan = try SegmentationSweep([.send("abcd")], random: 0).planned()
        let map = SweepMap(
            plan, records(plan) { .returned($0.position == 2 ? "ab" : "abcd") })
        #expect("\(map.rows[0].bands)" == "[1 ok, 2 returned ANOTHER VALUE, 3 ok]")
    }

    static let here = SourcePosition(fileID: "T/Here.swift", filePath: "/T/Here.swift", line: 1, column: 1)
}

@Suite struct SweepJudgeTests {
    @Test func aBrokenRuleSaysWhatHappenedWhereAndHowToHaveItAgain() throws {
        let line = #line + 1
        let sweep = FaultSweep([.send(fifty)], faults: [.fin], options: SweepOptions(seed: 5))
        let plan = try sweep.planned()
        var judge = SweepJudge(plan, records(plan, likeCurl))
        try judge.judge { record($0, likeCurl($0), .exited(0)) }
        let failure = try #require(judge.result.failures.first)
        #expect(judge.result.failures.count == 1)
        #expect(failure.rule == "truncationMustFail")
        #expect(failure.location.line == UInt(line))
        #expect(failure.records.map(\.sweepCase.position) == (17...36).map { $0 })
        #expect(
            failure.message == """
                truncationMustFail is broken by 20 of 51 cases
                  fin, reply 1  0..16 exit 52 · 17..36 SILENT SUCCESS · 37..49 exit 18 · 50 ok
                  reply 1 is send "\(String(repeating: "a", count: 50))" (50 bytes), SweepMapTests.swift:\(line)
                  smallest  fin at byte 17 of reply 1 (SweepMapTests.swift:\(line)): exit 0
                  again     TCPMOCK_REPLAY=here.swift:1/fin/1/17
                  seed      TCPMOCK_SEED=5
                """)
    }

    @Test func eachRuleIsOneFailure() throws {
        let plan = try FaultSweep([.send(fifty)], faults: [.fin], rules: [.truncationMustFail, .neverHang]).planned()
        let outcome = { (one: SweepCase) in one.position == 3 ? SweepOutcome.timedOut : likeCurl(one) }
        var judge = SweepJudge(plan, records(plan, outcome))
        try judge.judge { record($0, outcome($0), .exited(0)) }
        #expect(judge.result.failures.map(\.rule) == ["truncationMustFail", "neverHang"])
        #expect(judge.result.failures.map { $0.smallest?.sweepCase.position } == [17, 3])
    }

    @Test func aControlThatFailsSaysSo() throws {
        let plan = try FaultSweep([.send(fifty)], faults: [.fin]).planned()
        let failing = record(plan.cases[0], .exited(7), nil)
        #expect(
            SweepJudge.failure(ofControl: failing, plan)?.summary
                == "the client fails (exit 7) though nothing is done to it; no other case was played")
        let hanging = record(plan.cases[0], .timedOut, nil)
        #expect(SweepJudge.failure(ofControl: hanging, plan)?.summary.hasPrefix("the client hangs") == true)
        #expect(SweepJudge.failure(ofControl: record(plan.cases[0], .exited(0), nil), plan) == nil)
    }
}

@Suite struct SweepShrinkTests {
    /// Runs the shrinker over what a client does, and answers the smallest case and how many runs it took.
    private func smallest(
        _ plan: SweepPlan, runs: Int = 100, fails: @escaping (SweepCase) -> Bool
    ) throws -> (case: SweepCase, runs: Int) {
        let outcome = { (one: SweepCase) in fails(one) ? SweepOutcome.returned("") : .threw(CutShort()) }
        let records = records(plan, outcome)
        var shrinker = SweepShrinker(maker: plan.maker, runs: runs)
        let smallest = try shrinker.smallest(of: records.filter { fails($0.sweepCase) }, among: records) {
            fails($0) ? record($0, outcome($0), nil) : nil
        }
        return (smallest.sweepCase, runs - shrinker.runs)
    }

    @Test func anOffsetIsMovedToTheEdgeOfItsBand() throws {
        let plan = try FaultSweep([.send(fifty)], faults: [.fin], offsets: .every(16)).planned()
        let found = try smallest(plan) { $0.position.map { (17...36).contains($0) } ?? false }
        #expect(found.case.id == "fin/1/17")
        #expect(found.runs == 4)
    }

    @Test func whereAllAreTriedThereIsNothingToRun() throws {
        let plan = try FaultSweep([.send(fifty)], faults: [.fin]).planned()
        let found = try smallest(plan) { $0.position.map { (17...36).contains($0) } ?? false }
        #expect(found.case.id == "fin/1/17")
        #expect(found.runs == 0)
    }

    /// It breaks when two cuts come together: no single cut shows it.
    @Test func cutsThatAreNotNeededAreTakenAway() throws {
        let plan = try SegmentationSweep([.send(fifty)], random: 3).planned()
        let found = try smallest(plan) { one in
            guard case .cuts(let cuts) = one.shape, let places = cuts[1] else { return false }
            return places.contains(5) && places.contains(44)
        }
        #expect(found.case.id == "cut/1=5,44")
        #expect(found.case.label == "reply 1 cut at 5,44")
    }

    @Test func itStopsWhenItMayRunNoMore() throws {
        let plan = try SegmentationSweep([.send(fifty)], random: 0).planned()
        let found = try smallest(plan, runs: 2) { one in
            guard case .cuts(let cuts) = one.shape, let places = cuts[1] else { return false }
            return places.contains(5) && places.contains(44)
        }
        #expect(found.runs == 2)
    }
}
