// program.c: pieces, choices and jumps, what they copy and which of them can't be.

import CEvLoop
import CEvLoopInternals
import Testing

private let line = CoreFraming.line()

private func status(_ steps: CoreStep...) -> evl_status {
    CoreProgram.create(steps).status
}

extension CoreStep {
    fileprivate func changed(_ change: (inout evl_step) -> Void) -> CoreStep {
        var step = self
        change(&step.step)
        return step
    }
}

@Suite struct ProgramRuleTests {
    @Test func delimitersChecksAndOptionsAreCopied() throws {
        let program = CoreProgram.make([
            .piece(.delimiter("--"), .all([.prefix("a"), .not(.contains("bc"))])),
            .choice([.on("one", to: 2), .on("two", to: 3), .on("", to: 4)]), .send("x"), .send("y"),
        ])
        try withExtendedLifetime(program) {
            let piece = try #require(internals_step(program.raw, 0)).pointee
            #expect(Array(UnsafeBufferPointer(start: piece.framing.delimiter, count: 2)) == bytes("--"))
            let checks = UnsafeBufferPointer(start: piece.checks, count: Int(piece.check_count))
            #expect(checks.map(\.size) == [4, 1, 2, 1])
            let texts = checks.map { Array(UnsafeBufferPointer(start: $0.bytes, count: $0.length)) }
            #expect(texts == ["", "a", "", "bc"].map(bytes))
            let choice = try #require(internals_step(program.raw, 1)).pointee
            let options = UnsafeBufferPointer(start: choice.options, count: Int(choice.option_count))
            #expect(options.map(\.target) == [2, 3, 4])
            let literals = options.map { Array(UnsafeBufferPointer(start: $0.bytes, count: $0.length)) }
            #expect(literals == ["one", "two", ""].map(bytes))
        }
    }

    // MARK: pieces

    @Test func aPieceHasAValidFramingAndOneCheck() {
        #expect(status(.piece(line)) == EVL_OK)
        #expect(status(.piece(.fixed(0))) == EVL_INVALID)
        #expect(status(.piece(.delimiter(""))) == EVL_INVALID)
        #expect(status(.piece(line, .prefix(""))) == EVL_INVALID)
        var two = CoreStep.piece(line)
        two.nodes += CoreCheck.any.nodes
        #expect(status(two) == EVL_INVALID)
        two.nodes = []
        #expect(status(two) == EVL_INVALID)
    }

    @Test func whoMayLeaveGoesOn() {
        #expect(status(.piece(line, flags: orLeave, target: 1)) == EVL_OK)
        #expect(status(.piece(line, flags: orLeave, target: 0)) == EVL_INVALID)  // for ever, once it has left
        #expect(status(.piece(line, flags: orLeave, target: 2)) == EVL_INVALID)
        #expect(status(.send("a"), .choice([.on("a", to: 2)], flags: orLeave, target: 1)) == EVL_INVALID)
    }

    @Test func flagsMeanSomethingForTheirKindOnly() {
        #expect(status(.send("a").changed { $0.flags = UInt8(EVL_STEP_CONTINUES) }) == EVL_OK)
        for flag in [orLeave, mayStay, keep, question, eachOnce, Int(EVL_STEP_IMPLICIT), Int(EVL_STEP_DISCARD)] {
            #expect(status(.send("a").changed { $0.flags = UInt8(flag) }) == EVL_INVALID)
        }
        #expect(status(.piece(line, flags: eachOnce)) == EVL_INVALID)
        #expect(status(.piece(line, flags: mayStay)) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 1)], flags: question)) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 1)], flags: keep)) == EVL_INVALID)
        #expect(status(.disconnects(flags: mayStay | Int(EVL_STEP_IMPLICIT))) == EVL_OK)
        #expect(status(.disconnects(flags: orLeave)) == EVL_INVALID)
    }

    @Test func anExpectedFrameHasAPlainLength() {
        // It is compared as it comes, with its length and nothing else before it.
        #expect(status(.frame("a")) == EVL_OK)
        #expect(status(.frame("a").changed { $0.framing.offset = 1 }) == EVL_INVALID)
        #expect(status(.frame("a").changed { $0.framing.adjustment = 1 }) == EVL_INVALID)
        #expect(status(.frame("a").changed { $0.framing.includes_header = true }) == EVL_INVALID)
        #expect(status(.frame("a").changed { $0.framing.byte_order = 2 }) == EVL_INVALID)
    }

    @Test func whatHasALengthIsThere() {
        func refused(_ change: (inout evl_step) -> Void) -> Bool {
            var (step, program) = (evl_step(), ProgramPointer?.none)
            step.kind = UInt8(EVL_STEP_EXPECT_CONNECT.rawValue)
            change(&step)
            defer { evl_program_release(program) }
            return evl_program_create(&step, 1, 0, &program) == EVL_INVALID
        }
        #expect(!refused { _ in })
        #expect(refused { $0.length = 1 })
        #expect(refused { $0.framing.delimiter_length = 1 })
        #expect(refused { $0.check_count = 1 })
        #expect(refused { $0.option_count = 1 })
    }

    // MARK: choices

    @Test func aChoiceHasOptions() {
        #expect(status(.choice([])) == EVL_INVALID)
        #expect(status(.choice([], line)) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 1)])) == EVL_OK)
        #expect(status(.choice([.on(.any, to: 1)], line)) == EVL_OK)
    }

    @Test func optionsLeadOnInsideTheProgram() {
        #expect(status(.choice([.on("a", to: 0)])) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 2)])) == EVL_INVALID)
        #expect(status(.send("a"), .choice([.on("a", to: 2), .on("b", to: 1)])) == EVL_INVALID)
        #expect(status(.choice([.on(.any, as: 1, to: 1)], line)) == EVL_INVALID)
    }

    @Test func onlyTheLastOptionMayBeAllElse() {
        #expect(status(.choice([.on("a", to: 1), .on("", to: 1)])) == EVL_OK)
        #expect(status(.choice([.on("", to: 1), .on("a", to: 1)])) == EVL_INVALID)
    }

    @Test func framedOptionsHaveOneCheckEachInTheirOrder() {
        let good = CoreStep.choice([.on(.not(.any), to: 1), .on(.any, to: 1)], line)
        #expect(status(good) == EVL_OK)
        var bad = good
        bad.options[1].option.check = 1
        #expect(status(bad) == EVL_INVALID)
        bad = good
        bad.nodes += CoreCheck.any.nodes
        #expect(status(bad) == EVL_INVALID)
        #expect(status(good.changed { $0.framed = false }) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 1)], line)) == EVL_INVALID)
    }

    @Test func eachOnceHasSixtyFourOptionsAtMost() {
        func choice(_ count: Int, flags: Int) -> CoreStep {
            .choice((0..<count).map { .on("\($0);", to: 1) }, flags: flags, target: 1)
        }
        #expect(status(choice(64, flags: eachOnce)) == EVL_OK)
        #expect(status(choice(65, flags: eachOnce)) == EVL_INVALID)
        #expect(status(choice(65, flags: 0)) == EVL_OK)
    }

    @Test func choicesNestEightDeep() {
        #expect(status(.choice([.on("a", to: 1)], depth: 7)) == EVL_OK)
        #expect(status(.choice([.on("a", to: 1)], depth: 8)) == EVL_INVALID)
    }

    @Test func whatStandsInARepeatOrChoiceIsDeeper() {
        // With one counter for both the outer one would never be done.
        #expect(status(.send("a"), .back(to: 0, rounds: 2, depth: 1), .back(to: 0, rounds: 2)) == EVL_OK)
        #expect(status(.send("a"), .back(to: 0, rounds: 2), .back(to: 0, rounds: 2)) == EVL_INVALID)
        #expect(status(.send("a"), .back(to: 0, rounds: 2), .back(to: 0, rounds: 2, depth: 1)) == EVL_INVALID)
        let inner = CoreStep.choice([.on("b", to: 2)], flags: eachOnce, target: 3)
        func nested(_ depth: UInt8) -> evl_status {
            status(
                .choice([.on("a", to: 1)], flags: eachOnce, target: 3),
                inner.changed { $0.depth = depth }, .jump(to: 1))
        }
        #expect(nested(1) == EVL_OK)
        #expect(nested(0) == EVL_INVALID)
    }

    // MARK: going back

    @Test func endlessRoundsNeedAWayOut() {
        func serving(_ step: CoreStep) -> evl_status { status(step, .back(to: 0, rounds: endless)) }
        #expect(serving(.piece(line, flags: orLeave, target: 2)) == EVL_OK)
        #expect(serving(.choice([.on(.any, to: 1)], line, flags: orLeave, depth: 1, target: 2)) == EVL_OK)
        #expect(serving(.piece(line)) == EVL_INVALID)
        #expect(serving(.send("a")) == EVL_INVALID)
        #expect(serving(.send("a").changed { $0.flags = UInt8(orLeave) }) == EVL_INVALID)
    }

    @Test func aJumpGoesBackOnlyIntoAChoiceOfEachOnce() {
        #expect(status(.jump(to: 1)) == EVL_OK)
        #expect(status(.jump(to: 0)) == EVL_INVALID)
        #expect(status(.jump(to: 2)) == EVL_INVALID)
        #expect(status(.send("a"), .jump(to: 0)) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 1)]), .jump(to: 0)) == EVL_INVALID)
        #expect(status(.choice([.on("a", to: 1)], flags: eachOnce, target: 2), .jump(to: 0)) == EVL_OK)
        // From behind it, it would begin anew, for ever.
        #expect(status(.choice([.on("a", to: 1)], flags: eachOnce, target: 1), .jump(to: 0)) == EVL_INVALID)
    }

    @Test func anAnswerTakesNoPiecesAndDoesNotChoose() {
        func canAnswer(_ steps: CoreStep...) -> Bool {
            let program = CoreProgram.make(steps)
            return withExtendedLifetime(program) { program_can_answer(program.raw) }
        }
        #expect(!canAnswer(.piece(line)))
        #expect(!canAnswer(.choice([.on("a", to: 1)])))
        #expect(!canAnswer(.jump(to: 1)))
    }
}
