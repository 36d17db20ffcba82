// Which cases a sweep has.

import Testing

@testable import TCPMock

@Suite struct FaultSweepPlanTests {
    private func ids(_ sweep: FaultSweep) throws -> [String] {
        try sweep.planned().cases.map(\.id)
    }

    /// What a case plays; that its sends are in lock-step goes without saying.
    private func steps(_ sweep: FaultSweep, _ id: String) throws -> [String] {
        let found = try sweep.planned().cases.first { $0.id == id }
        return try #require(found).script.steps.map(\.description).map { step in
            step.hasSuffix(" in lock-step") ? String(step.prefix { $0 != "," }) : step
        }
    }

    @Test func eachFaultMeetsEachByteOfEachReplyBehindTheControl() throws {
        let sweep = FaultSweep([.expect("a"), .send("bc"), .expect("d"), .send("e")], faults: [.fin, .reset])
        #expect(
            try ids(sweep) == [
                "control", "fin/1/0", "fin/1/1", "fin/2/0", "reset/1/0", "reset/1/1", "reset/2/0",
            ])
    }

    @Test func aCaseIsTheScriptUpToTheReplyItsFirstBytesAndTheFault() throws {
        let sweep = FaultSweep([.expect("a"), .send("bcd"), .expect("d")], faults: [.reset])
        #expect(try steps(sweep, "reset/1/0") == [#"expect "a""#, "fault(.reset)"])
        #expect(try steps(sweep, "reset/1/2") == [#"expect "a""#, #"send "bc""#, "fault(.reset)"])
        #expect(try steps(sweep, "control") == [#"expect "a""#, #"send "bcd""#, #"expect "d""#])
    }

    @Test func theClientIsFreeFromTheBrokenReplyOn() throws {
        let plan = try FaultSweep([.expect("a"), .send("bcd")], faults: [.fin]).planned()
        #expect(plan.cases.map(\.freeFrom) == [nil, 1, 1, 1])
        #expect(plan.cases.map(\.isControl) == [true, false, false, false])
    }

    @Test func framesAreCutWithTheirPrefix() throws {
        let sweep = FaultSweep([.sendFrame("hi")], faults: [.fin])
        #expect(try ids(sweep).last == "fin/1/5")
        #expect(try steps(sweep, "fin/1/5").first == "send 00 00 00 02 68")
        let lines = FaultSweep(Script([.sendFrame("hi")]).framing(.line), faults: [.fin])
        #expect(try ids(lines).last == "fin/1/2")
    }

    @Test func offsetsCanBeThinnedOutAndTheLastIsKept() throws {
        let script: Script = [.send("0123456789")]
        func offsets(_ offsets: SweepOffsets, seed: Seed = 1) throws -> [Int] {
            let options = SweepOptions(seed: seed)
            return try FaultSweep(script, faults: [.fin], offsets: offsets, options: options).planned().cases
                .compactMap(\.position)
        }
        #expect(try offsets(.every(4)) == [0, 4, 8, 9])
        #expect(try offsets(.list([7, 3, 10, 3])) == [3, 7])
        #expect(try offsets(.random(4)).count == 4)
        #expect(try offsets(.random(4)) == offsets(.random(4)))
        #expect(try offsets(.random(4)) != offsets(.random(4), seed: 2))
        #expect(try offsets(.random(40)) == Array(0..<10))
    }

    @Test func ofARepeatTheFirstAndTheLastRoundAreBroken() throws {
        let sweep = FaultSweep([.repeat(5, [.expect("a"), .send("b")]), .send("c")], faults: [.reset])
        let plan = try sweep.planned()
        #expect(
            plan.cases.map(\.group) == [
                "control", "reset, reply 1, the first of 5 rounds", "reset, reply 2, the last of 5 rounds",
                "reset, reply 3",
            ])
        #expect(try steps(sweep, "reset/1/0") == [#"expect "a""#, "fault(.reset)"])
        #expect(try steps(sweep, "reset/2/0") == ["repeat(4, 2 steps)", #"expect "a""#, "fault(.reset)"])
        #expect(try steps(sweep, "reset/3/0") == ["repeat(5, 2 steps)", "fault(.reset)"])
    }

    @Test func repliesInSequencesAreBrokenToo() throws {
        let sweep = FaultSweep([.reply("ab")], faults: [.reset])
        #expect(try ids(sweep) == ["control", "reset/1/0", "reset/1/1"])
        #expect(try steps(sweep, "reset/1/1") == ["receive(atLeast: 1)", #"send "a""#, "fault(.reset)"])
    }

    @Test func repliesThatDependOnTheClientAreNamed() throws {
        let line = #line + 2
        let script: Script = [
            .optional(.expect("a"), .send("b")),
            .respond(.line) { _ in "c" },
            .send("d"),
        ]
        let plan = try FaultSweep(script, faults: [.fin]).planned()
        #expect(plan.cases.map(\.id) == ["control", "fin/1/0"])
        #expect(
            plan.notes == [
                "not cut: the replies of optional(2 steps) at SweepPlanTests.swift:\(line) and 1 step more, "
                    + "for they depend on what the client says"
            ])
    }

    @Test func whatCantBeSweptIsThrown() throws {
        #expect(throws: MockError.self) { try FaultSweep([.expect("a")]).planned() }
        #expect(throws: MockError.self) { try FaultSweep([.send("a")], faults: []).planned() }
        #expect(throws: MockError.self) { try FaultSweep([.send("a")], offsets: .every(0)).planned() }
        #expect(throws: MockError.self) { try FaultSweep([.send(.hex("0"))]).planned() }
        #expect(throws: MockError.self) { try SegmentationSweep([.send("a")]).planned() }
        #expect(throws: MockError.self) {
            try CaseSweep([SweepCase("a", group: "g", script: []), SweepCase("a", group: "h", script: [])]).planned()
        }
    }
}

@Suite struct SegmentationSweepPlanTests {
    @Test func thereIsEachSingleCutEachReplyByteByByteAllOfThemAndChance() throws {
        let plan = try SegmentationSweep(
            [.send("abc"), .expect("x"), .send("d"), .send("ef")], random: 2, options: SweepOptions(seed: 7)
        ).planned()
        #expect(
            plan.cases.map(\.id) == [
                "control", "cut/1=1", "cut/1=2", "cut/3=1", "bytes/1", "bytes/3", "bytes/all", "random/7/0",
                "random/7/1",
            ])
        #expect(plan.cases.allSatisfy { $0.freeFrom == nil })
    }

    @Test func aCutReplyHasTheSameBytes() throws {
        let plan = try SegmentationSweep([.send("abcdef")], random: 5).planned()
        for one in plan.cases {
            var bytes: [UInt8] = []
            _ = try one.script.replacingSends(.line) { _, step, some in
                bytes += some
                return step
            }
            #expect(bytes == Array("abcdef".utf8), "\(one.label)")
        }
    }

    @Test func repliesInsideStructuresAreCutWhereTheyStand() throws {
        let script: Script = [
            .optional(.expect("a"), .send("bc")), .repeat(3, [.expect("d"), .send("ef")]),
            .choose([.when("g", [.expect("g"), .send("hi")])]),
            .anyOrder([.sequence([.expect("j"), .send("kl")])]),
        ]
        let plan = try SegmentationSweep(script, random: 0).planned()
        #expect(plan.cases.filter { $0.id.hasPrefix("cut") }.map(\.id) == ["cut/1=1", "cut/2=1", "cut/3=1", "cut/4=1"])
        // All of them can be played.
        for one in plan.cases { _ = try ScriptPlan(one.script, framing: .line, at: plan.location) }
    }

    @Test func theSameSeedPlansTheSameAHundredTimes() throws {
        func planned(_ seed: Seed) throws -> [String] {
            try SegmentationSweep(lengthReply, cuts: .random(5), options: SweepOptions(seed: seed)).planned().cases
                .map { "\($0.id) \($0.shape.sorted)" }
        }
        let first = try planned(11)
        for _ in 0..<100 { #expect(try planned(11) == first) }
        #expect(try planned(12) != first)
    }
}

extension SweepCase.Shape {
    /// A dictionary's order is another in each process, and each dictionary's.
    fileprivate var sorted: String {
        guard case .cuts(let cuts) = self else { return "\(self)" }
        return "\(cuts.sorted { $0.key < $1.key })"
    }
}

@Suite struct SweepTokenTests {
    private let here = SourcePosition(fileID: "Tests/Here.swift", filePath: "/Tests/Here.swift", line: 12, column: 1)

    @Test func aTokenIsReadAsItIsWritten() {
        let token = SweepToken(here, "fin/1/17")
        #expect("\(token)" == "TCPMOCK_REPLAY=Here.swift:12/fin/1/17")
        #expect(SweepToken("\(token)") == token)
        #expect(SweepToken("Here.swift:12/fin/1/17") == token)
        #expect(SweepToken("fin/1/17").sweep == nil)
        #expect(SweepToken("fin/1/17").id == "fin/1/17")
        #expect(SweepToken("control").id == "control")
    }

    @Test func aLabelBecomesOneWord() {
        #expect(SweepToken.word("a length of -1; \"$x\"") == "a_length_of_-1%3b_%22%24x%22")
    }

    @Test func eachCaseOfAPlanIsMadeAgainOfItsName() throws {
        let faults = try FaultSweep([.reply("abc"), .send("de")], faults: [.fin, .stall]).planned()
        let cuts = try SegmentationSweep([.reply("abc"), .send("de")], options: SweepOptions(seed: 3)).planned()
        for plan in [faults, cuts] {
            for one in plan.cases where !one.isControl && !one.id.hasPrefix("bytes") {
                let again = try #require(plan.maker?.makeCase(id: one.id), "\(one.id)")
                #expect(again.shape == one.shape)
                #expect(again.script.steps.map(\.description) == one.script.steps.map(\.description))
            }
        }
        #expect(cuts.maker?.makeCase(id: "cut/1=1,2+2=1") != nil)
        for wrong in ["cut/1=3", "cut/9=1", "cut/1=", "cut", "fin/1/1", "random/3", "bytes/1/2"] {
            #expect(cuts.maker?.makeCase(id: wrong) == nil, "\(wrong)")
        }
    }
}
