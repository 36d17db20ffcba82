// session.c, moving through the program: repeats, live chains, questions.

import CEvLoop
import CEvLoopInternals
import Testing

@Suite struct SessionFlowTests {
    // MARK: repeats

    @Test func aRepeatPlaysItsStepsSoOften() {
        let steps: [CoreStep] = [.expect("a"), .send("b"), .back(to: 0, rounds: 3), .send("end")]
        let round: [Act] = [.done(0), .write("b"), .done(1)]
        let player = SessionPlayer(steps)
        #expect(player.play(.text("aaa")) == round + round + round + [.write("end"), .done(3), .end])
        #expect(everySplit(steps, bytes("aaa")).count == 1)
    }

    @Test func oneRoundIsPlayedOnce() {
        #expect(SessionPlayer([.send("a"), .back(to: 0, rounds: 1)]).play() == [.write("a"), .done(0), .end])
    }

    @Test func repeatsInsideRepeatsMultiply() {
        // 2 × (a, 3 × b)
        let player = SessionPlayer([.send("a"), .send("b"), .back(to: 1, rounds: 3, depth: 1), .back(to: 0, rounds: 2)])
        let writes = player.play().compactMap { if case .write(let text) = $0 { text } else { nil } }
        #expect(writes.joined() == "abbbabbb")
    }

    @Test func aRepeatThatIsPlayedAgainCountsFromTheStart() {
        // 2 × (2 × (2 × a), b): the innermost counter must be 0 again each time.
        let player = SessionPlayer([
            .send("a"), .back(to: 0, rounds: 2, depth: 2), .back(to: 0, rounds: 2, depth: 1), .send("b"),
            .back(to: 0, rounds: 2),
        ])
        let writes = player.play().compactMap { if case .write(let text) = $0 { text } else { nil } }
        #expect(writes.joined() == "aaaabaaaab")
    }

    @Test func repeatsOneAfterTheOtherAtTheSameDepthDoNotShareTheirCount() {
        let player = SessionPlayer([.send("a"), .back(to: 0, rounds: 2), .send("b"), .back(to: 2, rounds: 3)])
        let writes = player.play().compactMap { if case .write(let text) = $0 { text } else { nil } }
        #expect(writes.joined() == "aabbb")
    }

    @Test func aFailureInALaterRoundNamesItsStep() {
        let player = SessionPlayer([.expect("a"), .expect("b"), .back(to: 0, rounds: 5)])
        #expect(player.play(.text("ababx")).last == .fail(EVL_FAILURE_MISMATCH, step: 0))
    }

    @Test func eachRoundOfAStepBeginsAnew() {
        #expect(
            everySplit([.frame("a"), .back(to: 0, rounds: 2)], [0, 0, 0, 1, 97, 0, 0, 0, 1, 97])
                == outcome(.done(0), .done(0), .end))
        let waits = SessionPlayer([.delay(7), .back(to: 0, rounds: 2)]).play(.nothing, .timeUp, .timeUp)
        #expect(waits == [.startTime(7), .waitTime, .done(0), .startTime(7), .waitTime, .done(0), .end])
    }

    // MARK: live servers

    @Test func aLiveSessionWaitsForSteps() {
        let player = SessionPlayer([], live: true)
        #expect(player.play() == [.waitSteps])
        #expect(player.play(.append([.send("a")])) == [.write("a"), .done(0), .waitSteps])
    }

    @Test func stepsAreCountedThroughAllThatIsAppended() {
        let player = SessionPlayer([.send("a"), .send("b")], live: true)
        #expect(player.play().last == .waitSteps)
        #expect(player.index == 2)
        #expect(player.play(.append([.expect("c")])) == [.waitInput])
        #expect(player.play(.append([.send("d")])) == [.waitInput])
        #expect(player.play(.text("c")) == [.done(2), .write("d"), .done(3), .waitSteps])
    }

    @Test func whatCameBeforeItsStepWasAppendedIsJudgedThen() {
        let player = SessionPlayer([], live: true)
        #expect(player.play(.text("PING")) == [.waitSteps])
        #expect(player.play(.append([.expect("PING")])) == [.done(0), .waitSteps])
    }

    @Test func emptyProgramsInTheChainAreSkipped() {
        let player = SessionPlayer([.send("a")], live: true)
        #expect(
            player.play(.append([]), .append([]), .append([.send("b")])) == [
                .write("a"), .done(0), .waitSteps, .waitSteps, .write("b"), .done(1), .waitSteps,
            ])
    }

    @Test func aProgramIsLeftOnlyWhenTheNextOneBegins() {
        let player = SessionPlayer([.send("a")], live: true)
        _ = player.play()
        #expect(!player.hasLeft(0))
        _ = player.play(.append([.expect("b")]))
        #expect(player.hasLeft(0))
        #expect(!player.hasLeft(1))
    }

    @Test func aFixedScriptEnds() {
        #expect(SessionPlayer([.send("a")]).play() == [.write("a"), .done(0), .end])
        #expect(SessionPlayer([]).play() == [.end])
    }

    // MARK: questions

    @Test func aQuestionParksTheSession() {
        let player = SessionPlayer([.expect("?"), .ask, .send("end")])
        #expect(!player.isAsking)
        #expect(player.play(.text("?")) == [.done(0), .ask, .waitAnswer])
        #expect(player.isAsking)
        #expect(player.play(.text("more"), .fin) == [.waitAnswer, .waitAnswer])  // asked once, whatever comes
        #expect(player.play(.answer([.send("!")])) == [.write("!"), .done(1), .write("end"), .done(2), .end])
        #expect(!player.isAsking)
    }

    @Test func anAnswerMayHaveStepsThatWait() {
        let player = SessionPlayer([.ask, .expect("bye")])
        _ = player.play()
        #expect(
            player.play(.answer([.send("name?"), .until("\n", max: 9), .delay(3), .frame("x")])) == [
                .write("name?"), .done(0), .waitInput,
            ])
        #expect(!player.isAsking)
        #expect(player.play(.text("me\n")) == [.done(0), .startTime(3), .waitTime])
        #expect(player.play(.timeUp) == [.done(0), .waitInput])
        #expect(player.play(.bytes([0, 0, 0, 1, 120] + bytes("bye"))) == [.done(0), .done(1), .end])
    }

    @Test func aWrongByteInAnAnswersStepFailsAtTheQuestion() {
        let player = SessionPlayer([.send("a"), .ask])
        _ = player.play(.nothing)
        #expect(
            player.play(.answer([.expect("yes")]), .text("yep")).last == .fail(EVL_FAILURE_MISMATCH, step: 1, offset: 2)
        )
    }

    @Test func anEmptyAnswerIsAnAnswer() {
        // It used to be taken for none: the same question was asked again, for ever.
        let player = SessionPlayer([.ask, .send("end")])
        #expect(player.play() == [.ask, .waitAnswer])
        #expect(player.play(.answer([])) == [.done(0), .write("end"), .done(1), .end])
    }

    @Test func aQuestionInARepeatIsAskedEachRound() {
        let player = SessionPlayer([.ask, .back(to: 0, rounds: 2)])
        #expect(player.play() == [.ask, .waitAnswer])
        #expect(player.play(.answer([.send("1")])) == [.write("1"), .done(0), .ask, .waitAnswer])
        #expect(
            player.play(.answer([.send("2"), .send("3")])) == [.write("2"), .done(0), .write("3"), .done(0), .end])
    }

    @Test func aQuestionInALiveChainKeepsItsNumber() {
        let player = SessionPlayer([.send("a")], live: true)
        _ = player.play()
        #expect(player.play(.append([.ask, .send("b")])) == [.ask, .waitAnswer])
        #expect(player.index == 1)
        #expect(
            player.play(.answer([.until("!", max: 3)]), .text("12!")) == [
                .waitInput, .done(1), .write("b"), .done(2), .waitSteps,
            ])
    }

    @Test func aFailureFromOutsideIsTheCurrentSteps() {
        let player = SessionPlayer([.send("a"), .ask])
        _ = player.play()
        let failure = player.fail(EVL_FAILURE_ANSWER)
        #expect(failure.step == 1)
        #expect(failure.kind == EVL_FAILURE_ANSWER.rawValue)
    }
}
