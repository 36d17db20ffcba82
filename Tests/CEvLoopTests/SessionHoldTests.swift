// session_hold.c: steps during which nothing is read.

import CEvLoop
import Testing

private let discard = Int(EVL_STEP_DISCARD)

/// Until the client has left.
private func stall(_ flags: Int = mayStay) -> CoreStep {
    var step = CoreStep(EVL_STEP_STALL, flags: flags | discard)
    step.step.expected_leave = UInt8(EVL_EXPECT_ANY.rawValue)
    return step
}

private func pause(_ ns: UInt64) -> CoreStep { CoreStep(EVL_STEP_STALL, number: ns) }

@Suite struct SessionHoldTests {
    @Test func readingIsStoppedAndResumedByTheConnection() {
        let steps = [CoreStep(EVL_STEP_STOP_READING), .send("a"), CoreStep(EVL_STEP_RESUME_READING), .expect("b")]
        #expect(
            SessionPlayer(steps).play(.nothing, .text("b")) == [
                .hold, .done(0), .write("a"), .done(1), .hold, .done(2), .waitInput, .done(3), .end,
            ])
    }

    @Test func aPauseIsDoneWhenTheConnectionSaysSo() {
        #expect(SessionPlayer([pause(5), .expect("a")]).play(.text("a")) == [.hold, .done(0), .done(1), .end])
    }

    @Test func aStallEndsWithTheClientAndThrowsAwayWhatItSent() {
        let player = SessionPlayer([stall()])
        #expect(player.play(.text("abc"), .fin) == [.hold, .waitInput, .judgeLeave, .done(0), .end])
        #expect(player.consumed == 3)
    }

    @Test(arguments: [0, mayStay]) func aClientMayEndAStallByReset(flags: Int) {
        #expect(SessionPlayer([stall(flags)]).play(.nothing, .rst) == [.hold, .waitInput, .done(0), .end])
        #expect(SessionPlayer([stall(flags)]).play(.rst) == [.done(0), .end])
    }

    @Test func theFinishEndsAStallThatHasNoLimit() {
        #expect(SessionPlayer([stall()]).play(.finishing) == [.hold, .done(0), .end])
        #expect(SessionPlayer([stall(0)]).play(.finishing) == [.hold, .waitInput])
    }

    @Test func backPressureOfAClientThatHasLeftCannotBe() {
        let step = CoreStep(EVL_STEP_EXPECT_BACKPRESSURE)
        #expect(SessionPlayer([step]).play(.nothing) == [.hold, .done(0), .end])
        #expect(SessionPlayer([step]).play(.rst) == [.fail(EVL_FAILURE_CLIENT_RESET, step: 0)])
    }

    @Test func programsAllowThemTheirFlagsAlone() {
        #expect(CoreProgram.create([stall()]).status == EVL_OK)
        for kind in [EVL_STEP_STOP_READING, EVL_STEP_RESUME_READING, EVL_STEP_EXPECT_BACKPRESSURE] {
            #expect(CoreProgram.create([CoreStep(kind)]).status == EVL_OK)
            #expect(CoreProgram.create([CoreStep(kind, flags: mayStay)]).status == EVL_INVALID)
        }
        #expect(CoreProgram.create([CoreStep(EVL_STEP_STALL, flags: Int(EVL_STEP_KEEP))]).status == EVL_INVALID)
        #expect(CoreProgram.create([CoreStep(EVL_STEP_DISCONNECT, flags: Int(EVL_STEP_KEEP))]).status == EVL_OK)
    }
}
