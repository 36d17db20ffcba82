// session.c, ends: how the client left, silences and delays, what the server does to end the connection.

import CEvLoop
import CEvLoopInternals
import Testing

private let discard = 4  // EVL_STEP_DISCARD

@Suite struct SessionEndTests {
    // MARK: expectDisconnect

    @Test func aFinAtTheEndIsJudgedOnce() {
        #expect(SessionPlayer([.disconnects()]).play(.nothing, .fin) == [.waitInput, .judgeLeave, .done(0), .end])
    }

    @Test(
        arguments: [EVL_LEAVE_FIN, EVL_LEAVE_RST_AFTER_FIN].map(\.rawValue),
        [EVL_EXPECT_CLEANLY, EVL_EXPECT_ANY, EVL_EXPECT_RESET].map(\.rawValue))
    func whatTheClientIsFoundToHaveDoneIsComparedWithWhatIsExpected(found: UInt32, expected: UInt32) {
        let player = SessionPlayer([.disconnects(evl_expected_leave(expected))])
        player.leave = evl_leave(found)
        let byReset = found != EVL_LEAVE_FIN.rawValue
        let last: Act =
            switch expected {
            case EVL_EXPECT_CLEANLY.rawValue where byReset: .fail(EVL_FAILURE_LEFT_BY_RESET, step: 0)
            case EVL_EXPECT_RESET.rawValue where !byReset: .fail(EVL_FAILURE_LEFT_CLEANLY, step: 0)
            default: .end
            }
        #expect(player.play(.fin).last == last)
    }

    @Test func aResetNeedsNoJudging() {
        #expect(SessionPlayer([.disconnects()]).play(.rst) == [.fail(EVL_FAILURE_LEFT_BY_RESET, step: 0)])
        #expect(SessionPlayer([.disconnects(EVL_EXPECT_ANY)]).play(.rst) == [.done(0), .end])
        #expect(SessionPlayer([.disconnects(EVL_EXPECT_RESET)]).play(.rst) == [.done(0), .end])
    }

    @Test func bytesBeforeTheEndAreUnexpected() {
        #expect(SessionPlayer([.disconnects()]).play(.text("x")) == [.fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0)])
        #expect(
            SessionPlayer([.disconnects(EVL_EXPECT_ANY)]).play(.text("x")) == [
                .fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0)
            ])
    }

    @Test func expectingTheSameEndTwiceIsHarmless() {
        #expect(SessionPlayer([.disconnects(), .disconnects()]).play(.fin) == [.judgeLeave, .done(0), .done(1), .end])
        #expect(
            SessionPlayer([.disconnects(EVL_EXPECT_RESET), .disconnects(EVL_EXPECT_ANY)]).play(.rst) == [
                .done(0), .done(1), .end,
            ])
    }

    @Test func whoMayStayIsLetGoWhenTheServerFinishes() {
        let player = SessionPlayer([.disconnects(EVL_EXPECT_ANY, flags: mayStay)])
        #expect(player.play() == [.waitInput])
        #expect(player.play(.finishing) == [.done(0), .end])
        #expect(SessionPlayer([.disconnects()]).play(.finishing) == [.waitInput])
    }

    @Test func whoMayStayMustStillBeSilent() {
        let player = SessionPlayer([.disconnects(EVL_EXPECT_ANY, flags: mayStay)])
        #expect(player.play(.text("x")) == [.fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0)])
    }

    @Test func aStepAfterTheConnectionHasNothingToPlayOn() {
        #expect(
            SessionPlayer([.disconnects(EVL_EXPECT_RESET), .send("x")]).play(.rst).last
                == .fail(EVL_FAILURE_NO_CONNECTION, step: 1))
        #expect(SessionPlayer([.close, .expect("x")]).play().last == .fail(EVL_FAILURE_NO_CONNECTION, step: 1))
    }

    // MARK: expectEOF

    @Test func anEndOfStreamLetsTheScriptGoOnSending() {
        #expect(
            SessionPlayer([.eof, .send("bye"), .disconnects()]).play(.nothing, .fin) == [
                .waitInput, .done(0), .write("bye"), .done(1), .judgeLeave, .done(2), .end,
            ])
    }

    @Test func aResetOrBytesAreNoEndOfStream() {
        #expect(SessionPlayer([.eof]).play(.rst) == [.fail(EVL_FAILURE_CLIENT_RESET, step: 0)])
        #expect(SessionPlayer([.eof]).play(.text("x")) == [.fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0)])
    }

    // MARK: time

    @Test func aDelayKeepsWhatComesMeanwhile() {
        let player = SessionPlayer([.delay(9), .expect("ab")])
        #expect(
            player.play(.nothing, .text("ab"), .timeUp) == [
                .startTime(9), .waitTime, .waitTime, .done(0), .done(1), .end,
            ])
    }

    @Test func aDelayOutlastsAFin() {
        #expect(
            SessionPlayer([.delay(9), .disconnects()]).play(.fin, .timeUp) == [
                .startTime(9), .waitTime, .done(0), .judgeLeave, .done(1), .end,
            ])
    }

    @Test func aResetEndsADelayAtOnce() {
        #expect(
            SessionPlayer([.delay(9), .send("x")]).play(.nothing, .rst) == [
                .startTime(9), .waitTime, .fail(EVL_FAILURE_CLIENT_RESET, step: 0),
            ])
        #expect(SessionPlayer([.delay(9), .disconnects()]).play(.rst) == [.fail(EVL_FAILURE_CLIENT_RESET, step: 0)])
    }

    @Test(arguments: [EVL_EXPECT_ANY, EVL_EXPECT_RESET].map(\.rawValue))
    func aResetThatTheNextStepExpectsLeavesTheDelayItsTime(how: UInt32) {
        let player = SessionPlayer([.delay(9), .disconnects(evl_expected_leave(how))])
        #expect(player.play(.rst, .timeUp) == [.startTime(9), .waitTime, .done(0), .done(1), .end])
    }

    @Test func aResetThatTheNextProgramExpectsLeavesTheDelayItsTime() {
        let player = SessionPlayer([.delay(9)], live: true)
        _ = player.play()
        #expect(
            player.play(.append([.disconnects(EVL_EXPECT_RESET)]), .rst, .timeUp) == [
                .waitTime, .waitTime, .done(0), .done(1), .waitSteps,
            ])
    }

    @Test func aSilenceIsBrokenByTheFirstByte() {
        #expect(
            SessionPlayer([.silence(9)]).play(.nothing, .text("x")) == [
                .startTime(9), .waitTime, .fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0),
            ])
        #expect(SessionPlayer([.silence(9)]).play(.text("x")) == [.fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0)])
        #expect(SessionPlayer([.silence(9)]).play(.nothing, .rst).last == .fail(EVL_FAILURE_CLIENT_RESET, step: 0))
    }

    @Test func aSilenceThatHeldIsDone() {
        #expect(
            SessionPlayer([.silence(9), .expect("x")]).play(.nothing, .timeUp, .text("x")) == [
                .startTime(9), .waitTime, .done(0), .waitInput, .done(1), .end,
            ])
    }

    // MARK: sends

    @Test func aSendIsWrittenThenDone() {
        #expect(
            SessionPlayer([.send("a"), .send("b")]).play() == [.write("a"), .done(0), .write("b"), .done(1), .end])
    }

    @Test func aSendToAClientThatHasResetFails() {
        #expect(SessionPlayer([.send("a")]).play(.rst) == [.fail(EVL_FAILURE_CLIENT_RESET, step: 0)])
    }

    @Test func aSendToAClientThatHasShutDownGoesOut() {
        #expect(SessionPlayer([.delay(1), .send("a")]).play(.fin, .timeUp).suffix(3) == [.write("a"), .done(1), .end])
    }

    // MARK: the server ends it

    @Test func halfClosingLeavesTheClientsSideOpen() {
        #expect(
            SessionPlayer([.halfClose, .expect("x"), .disconnects()]).play(.nothing, .text("x"), .fin) == [
                .halfClose, .done(0), .waitInput, .done(1), .waitInput, .judgeLeave, .done(2), .end,
            ])
    }

    @Test func closingEndsTheConnectionForAllLaterSteps() {
        #expect(SessionPlayer([.close, .disconnects()]).play() == [.close, .done(0), .done(1), .end])
    }

    @Test func resettingSaysWhetherUnsentBytesMayBeLost() {
        #expect(SessionPlayer([.reset]).play() == [.reset(discard: false), .done(0), .end])
        #expect(
            SessionPlayer([CoreStep(EVL_STEP_RESET, flags: discard)]).play() == [.reset(discard: true), .done(0), .end])
    }

    @Test func disconnectingSendsAFinThenWaitsForTheClients() {
        #expect(
            SessionPlayer([.disconnect]).play(.nothing, .fin) == [.halfClose, .waitInput, .judgeLeave, .done(0), .end])
    }

    @Test func disconnectingFromAClientThatHasResetIsNoCleanEnd() {
        #expect(SessionPlayer([.disconnect]).play(.rst) == [.fail(EVL_FAILURE_LEFT_BY_RESET, step: 0)])
    }

    @Test func bytesAfterDisconnectingAreAFailureUnlessDiscarded() {
        #expect(
            SessionPlayer([.disconnect]).play(.nothing, .text("x")).last == .fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0)
        )
        let player = SessionPlayer([CoreStep(EVL_STEP_DISCONNECT, flags: discard)])
        #expect(
            player.play(.nothing, .text("x"), .fin) == [
                .halfClose, .waitInput, .waitInput, .judgeLeave, .done(0), .end,
            ])
        #expect(player.consumed == 1)
    }
}
