// program.c: what is a legal program, and that it keeps nothing of its caller's.

import CEvLoop
import CEvLoopInternals
import Testing

private func status(_ steps: CoreStep...) -> evl_status {
    CoreProgram.create(steps).status
}

@Test func aProgramCopiesStepsAndBytes() throws {
    let steps: [CoreStep] = [.expect("PING"), .send("+PONG"), .until("\r\n", max: 9), .frame("", width: 2), .connects]
    let program = CoreProgram.make(steps, base: 7)
    withExtendedLifetime(program) {
        #expect(program.raw.pointee.count == 5)
        #expect(program.raw.pointee.base == 7)
        for (index, step) in steps.enumerated() {
            guard let kept = internals_step(program.raw, UInt32(index))?.pointee else { return }
            #expect(kept.kind == step.step.kind)
            #expect(kept.number == step.step.number)
            #expect(Array(UnsafeBufferPointer(start: kept.bytes, count: kept.length)) == step.bytes)
        }
    }
}

@Test func aProgramCountsItsReferences() {
    let program = CoreProgram.make([.ask])
    withExtendedLifetime(program) {
        #expect(internals_references(program.raw) == 1)
        #expect(evl_program_retain(program.raw) == program.raw)
        #expect(internals_references(program.raw) == 2)
        evl_program_release(program.raw)
        #expect(internals_references(program.raw) == 1)
    }
    evl_program_release(nil)
}

@Test func aProgramMayHaveNoSteps() {
    #expect(CoreProgram.create([]).status == EVL_OK)
}

@Test func stepsThatCanNeverBeDoneAreRefused() {
    #expect(status(.expect("")) == EVL_INVALID)
    #expect(status(.send("")) == EVL_INVALID)
    #expect(status(.exactly(0)) == EVL_INVALID)
    #expect(status(.atLeast(0)) == EVL_INVALID)
    #expect(status(.until("", max: 9)) == EVL_INVALID)
    #expect(status(.until("\r\n", max: 1)) == EVL_INVALID)
    #expect(status(.frame("too long", max: 7)) == EVL_INVALID)
    #expect(status(CoreStep(evl_step_kind(200))) == EVL_INVALID)
}

@Test func theirNearestLegalNeighboursAreTaken() {
    #expect(status(.expect("a"), .send("b"), .exactly(1), .atLeast(1)) == EVL_OK)
    #expect(status(.until("\r\n", max: 2), .frame("7 bytes", max: 7), .frame("", max: 0)) == EVL_OK)
}

@Test func oneWrongStepRefusesTheWholeProgram() {
    let made = CoreProgram.create([.send("fine"), .expect("")])
    #expect(made.status == EVL_INVALID)
    #expect(made.program == nil)
}

@Test(arguments: [0, 3, 5, 6, 7, 9, 255] as [UInt8])
func aPrefixHasOneTwoFourOrEightBytes(width: UInt8) {
    #expect(status(.frame("x", width: width)) == EVL_INVALID)
}

@Test func aRepeatGoesBackInsideItsProgram() {
    #expect(status(.send("a"), .back(to: 0, rounds: 1)) == EVL_OK)
    #expect(status(.send("a"), .back(to: 1, rounds: 1)) == EVL_INVALID)  // to itself: round and round for ever
    #expect(status(.send("a"), .back(to: 2, rounds: 1)) == EVL_INVALID)
    #expect(status(.send("a"), .back(to: 0, rounds: 0)) == EVL_INVALID)
    #expect(status(.back(to: 0, rounds: 1)) == EVL_INVALID)
}

@Test func aRepeatsRoundsFitTheirCounter() {
    // The session counts rounds in 32 bits: more would have gone round for ever.
    #expect(status(.send("a"), .back(to: 0, rounds: UInt64(UInt32.max))) == EVL_OK)
    #expect(status(.send("a"), .back(to: 0, rounds: UInt64(UInt32.max) + 1)) == EVL_INVALID)
}

@Test func repeatsNestEightDeep() {
    #expect(status(.send("a"), .back(to: 0, rounds: 1, depth: 7)) == EVL_OK)
    #expect(status(.send("a"), .back(to: 0, rounds: 1, depth: 8)) == EVL_INVALID)
}

@Test(arguments: [EVL_STEP_EXPECT_DISCONNECT, EVL_STEP_DISCONNECT])
func aMannerOfLeavingIsOneOfThree(kind: evl_step_kind) {
    var step = CoreStep(kind)
    step.step.expected_leave = UInt8(EVL_EXPECT_RESET.rawValue)
    #expect(status(step) == EVL_OK)
    step.step.expected_leave += 1
    #expect(status(step) == EVL_INVALID)
}

private func borders(_ delimiter: String) -> [UInt32] {
    let program = CoreProgram.make([.send("x"), .until(delimiter, max: 99)])
    return withExtendedLifetime(program) {
        #expect(internals_borders(program.raw, 0) == nil)
        guard let table = internals_borders(program.raw, 1) else { return [] }
        return Array(UnsafeBufferPointer(start: table, count: delimiter.utf8.count))
    }
}

@Test func borderTablesSayHowMuchOfTheDelimiterStillMatches() {
    #expect(borders("a") == [0])
    #expect(borders("\r\n\r\n") == [0, 0, 1, 2])
    #expect(borders("aaaa") == [0, 1, 2, 3])
    #expect(borders("aabaaab") == [0, 1, 0, 1, 2, 2, 3])
    #expect(borders("abcabd") == [0, 0, 0, 1, 2, 0])
}

@Test func aProgramCanBeClaimedForOneChainOnly() {
    let program = CoreProgram.make([.send("a")])
    withExtendedLifetime(program) {
        #expect(program_claim(program.raw))
        #expect(!program_claim(program.raw))
    }
}

@Test func anAnswerNeitherAsksNorRepeats() {
    func canAnswer(_ steps: CoreStep...) -> Bool {
        let program = CoreProgram.make(steps)
        return withExtendedLifetime(program) { program_can_answer(program.raw) }
    }
    #expect(canAnswer())
    #expect(canAnswer(.send("a"), .expect("b")))
    #expect(!canAnswer(.send("a"), .ask))
    #expect(!canAnswer(.send("a"), .back(to: 0, rounds: 2)))
}
