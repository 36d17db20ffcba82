// session_piece.c: choices by bytes and by frames, each once, otherwise, inside repeats.

import CEvLoop
import CEvLoopInternals
import Testing

private let line = CoreFraming.line()

/// "AB" or "C", then a reply; `otherwise` adds an option for all else.
private func byBytes(otherwise: Bool = false, flags: Int = 0) -> [CoreStep] {
    let other: [CoreOption] = otherwise ? [.on("", to: 7)] : []
    return [
        .choice([.on("AB", to: 1), .on("C", to: 4)] + other, flags: flags, target: 8),
        .expect("AB"), .send("1"), .jump(to: 8),
        .expect("C"), .send("2"), .jump(to: 8),
        .send("else"),
    ]
}

/// Lines "a…" and "b…", each once in any order; taken in the names of steps 1 and 4.
private let frames: [CoreStep] = [
    .choice(
        [.on(.prefix("a"), as: 1, to: 2), .on(.prefix("b"), as: 4, to: 5)], line, flags: eachOnce | keep, target: 7),
    .piece(line), .send("1"), .jump(to: 0),
    .piece(line), .send("2"), .jump(to: 0),
]

@Suite struct SessionChoiceTests {
    // MARK: by bytes

    @Test func theBytesThatComeChooseAndStayForTheirStep() {
        #expect(everySplit(byBytes(), bytes("AB")) == outcome(.done(1), .write("1"), .done(2), .end))
        #expect(everySplit(byBytes(), bytes("C")) == outcome(.done(4), .write("2"), .done(5), .end))
    }

    @Test func nothingIsChosenBeforeItIsTold() {
        let player = SessionPlayer(byBytes(otherwise: true))
        #expect(player.play(.text("A")) == [.waitInput])
        #expect(player.consumed == 0)
        #expect(player.play(.text("B")).first == .done(1))
    }

    @Test(arguments: [("X", 0), ("AX", 1), ("AC", 1), ("BA", 0)] as [(String, UInt64)])
    func withNoOptionLeftItFailsWhereTheLastOneParted(stream: String, offset: UInt64) {
        #expect(
            everySplit(byBytes(), bytes(stream))
                == outcome(.fail(EVL_FAILURE_NO_OPTION, step: 0, offset: offset)))
    }

    @Test(arguments: ["X", "AX", "AAB"])
    func allElseTakesWhatNoOtherCan(stream: String) {
        let steps = byBytes(otherwise: true) + [.expect(stream)]
        #expect(everySplit(steps, bytes(stream)) == outcome(.write("else"), .done(7), .done(8), .end))
    }

    @Test func theEndIsSomethingElseToo() {
        #expect(
            everySplit(byBytes(otherwise: true) + [.expect("A"), .eof], bytes("A"), then: [.fin])
                == outcome(.write("else"), .done(7), .done(8), .done(9), .end))
        #expect(SessionPlayer(byBytes(otherwise: true)).play(.fin).last == .end)
        #expect(
            SessionPlayer(byBytes()).play(.text("A"), .fin).last == .fail(EVL_FAILURE_CLIENT_CLOSED, step: 0, offset: 1)
        )
        #expect(SessionPlayer(byBytes()).play(.rst).last == .fail(EVL_FAILURE_CLIENT_RESET, step: 0))
    }

    @Test func ofOptionsThatBeginAlikeTheShortestIsTaken() {
        // It used to be the first: then it mattered whether both had come in one piece.
        let steps: [CoreStep] = [.choice([.on("ab", to: 1), .on("a", to: 2)]), .send("long"), .send("short")]
        #expect(everySplit(steps + [.expect("ab")], bytes("ab")) == outcome(.write("short"), .done(2), .done(3), .end))
    }

    @Test func atItsStartTheClientMayLeave() {
        let steps: [CoreStep] = [
            .choice([.on("A", to: 1), .on("B", to: 2)], flags: orLeave, depth: 1, target: 4),
            .expect("A"), .expect("B"), .back(to: 0, rounds: endless), .disconnects(),
        ]
        let player = SessionPlayer(steps)
        #expect(player.isResting)
        #expect(player.play(.text("AB")) == [.done(1), .done(2), .waitInput])
        #expect(player.play(.fin) == [.judgeLeave, .done(4), .end])
    }

    @Test func inAnEndlessRepeatEachOptionTakesItsBytes() {
        // Otherwise the loop's thread would never come back.
        func status(_ options: [CoreOption]) -> evl_status {
            CoreProgram.create([
                .choice(options, flags: orLeave, depth: 1, target: 3), .expect("A"),
                .back(to: 0, rounds: endless),
            ]).status
        }
        #expect(status([.on("A", to: 1)]) == EVL_OK)
        #expect(status([.on("A", to: 2)]) == EVL_INVALID)
        #expect(status([.on("A", to: 1), .on("", to: 2)]) == EVL_INVALID)
    }

    @Test func aLongSilentRepeatLetsOthersHaveTheirTurn() {
        // Nothing comes of "otherwise" a billion times: session_next used to return when it was done.
        let steps: [CoreStep] = [
            .choice([.on("A", to: 1), .on("", to: 2)], depth: 1), .expect("A"), .back(to: 0, rounds: 1_000_000_000),
        ]
        let program = CoreProgram.make(steps)
        var (session, input, byte) = (evl_session(), evl_input(), UInt8(ascii: "x"))
        var room = evl_session_room()
        withExtendedLifetime(program) {
            withUnsafeMutablePointer(to: &room) { room in
                withUnsafeMutablePointer(to: &byte) {
                    session_start(&session, program.raw, false, room)
                    input.bytes = $0
                    input.length = 1
                    #expect(session_next(&session, &input).kind == EVL_ACTION_GO_ON)
                    #expect(session_next(&session, &input).kind == EVL_ACTION_GO_ON)
                }
            }
        }
    }

    // MARK: each once

    /// "a" and "b" in any order, inside `rounds` rounds.
    private func anyOrder(rounds: UInt64 = 1) -> [CoreStep] {
        [
            .choice([.on("a", to: 1), .on("b", to: 3)], flags: eachOnce, depth: 1, target: 5),
            .expect("a"), .jump(to: 0), .expect("b"), .jump(to: 0), .back(to: 0, rounds: rounds), .send("end"),
        ]
    }

    @Test(arguments: [("ab", [1, 3]), ("ba", [3, 1])])
    func eachOptionIsTakenOnceInAnyOrder(stream: String, order: [Int]) {
        let done = order.map(Act.done)
        #expect(everySplit(anyOrder(), bytes(stream)) == [(done + [.write("end"), .done(6), .end]).map { "\($0)" }])
    }

    @Test func whatHasBeenIsNoOptionAnyMore() {
        let player = SessionPlayer(anyOrder())
        #expect(player.play(.text("aa")) == [.done(1), .fail(EVL_FAILURE_NO_OPTION, step: 0)])
        #expect(player.failure.taken == 1)
    }

    @Test func theNextRoundBeginsWithAllOfThem() {
        let player = SessionPlayer(anyOrder(rounds: 2))
        #expect(
            player.play(.text("abba")).filter { $0 != .waitInput }.dropLast(3) == [
                .done(1), .done(3), .done(3), .done(1),
            ])
    }

    @Test func choicesInsideAChoiceHaveTheirOwnCount() {
        // "x" with "a" and "b" in any order inside, and "y".
        let steps: [CoreStep] = [
            .choice([.on("x", to: 1), .on("y", to: 8)], flags: eachOnce, target: 10),
            .expect("x"),
            .choice([.on("a", to: 3), .on("b", to: 5)], flags: eachOnce, depth: 1, target: 7),
            .expect("a"), .jump(to: 2), .expect("b"), .jump(to: 2), .jump(to: 0),
            .expect("y"), .jump(to: 0),
        ]
        #expect(everySplit(steps, bytes("xbay")) == outcome(.done(1), .done(5), .done(3), .done(8), .end))
        #expect(everySplit(steps, bytes("yxab")) == outcome(.done(8), .done(1), .done(3), .done(5), .end))
        #expect(everySplit(steps, bytes("xya")).count == 1)
    }

    @Test func allElseIsTakenOnceAsWell() {
        // It used to be taken again and again, without an end.
        let steps: [CoreStep] = [
            .choice([.on("a", to: 1), .on("", to: 3)], flags: eachOnce, target: 5),
            .expect("a"), .jump(to: 0), .exactly(1), .jump(to: 0),
        ]
        #expect(everySplit(steps, bytes("xa")) == outcome(.done(3), .done(1), .end))
        #expect(everySplit(steps, bytes("xx")) == outcome(.done(3), .fail(EVL_FAILURE_NO_OPTION, step: 0)))
    }

    // MARK: by frames

    @Test func aFrameIsTakenInTheNameOfItsOption() {
        #expect(
            everySplit(frames, bytes("b1\na2\r\n"))
                == outcome(
                    .keep(4, "b1"), .write("2"), .done(5), .keep(1, "a2"), .write("1"), .done(2), .end))
    }

    @Test func theFirstCheckThatPassesTakesIt() {
        let steps: [CoreStep] = [
            .choice([.on(.suffix("b"), to: 1), .on(.prefix("a"), to: 2), .on(.any, to: 2)], line), .send("1"),
            .send("2"),
        ]
        #expect(everySplit(steps, bytes("ab\n")).first?.contains("write(\"1\")") == true)
        #expect(everySplit(steps, bytes("ac\n")) == outcome(.done(0), .write("2"), .done(2), .end))
        #expect(everySplit(steps, bytes("ab\n")).count == 1)
    }

    @Test func aFrameThatNoOptionFitsFailsWhereTheLastOneParted() {
        let steps: [CoreStep] = [.choice([.on(.equals("abc"), to: 1), .on(.prefix("b"), to: 1)], line)]
        #expect(everySplit(steps, bytes("abx\n")) == outcome(.fail(EVL_FAILURE_NO_OPTION, step: 0, offset: 2)))
        let player = SessionPlayer(frames)
        #expect(player.play(.text("a1\na2\n")).last == .fail(EVL_FAILURE_NO_OPTION, step: 0))
        #expect(player.failure.taken == 1)
    }

    @Test func aQuestionIsAnsweredWithAnOption() {
        var steps = frames
        steps[0].step.flags |= UInt8(question)
        let player = SessionPlayer(steps)
        #expect(player.play(.text("b1\nmore")) == [.ask, .waitAnswer])
        #expect(player.payload == "b1")
        #expect(
            player.play(.option(0)) == [.keep(1, "b1"), .write("1"), .done(2), .fail(EVL_FAILURE_NO_OPTION, step: 0)])
    }

    @Test func stepsInAChoicesAnswerAreNotPlayed() {
        // They used to be kept for ever: every later answer was then taken for a second one.
        let steps: [CoreStep] = [.choice([.on(.any, to: 1)], line, flags: question), .ask, .send("end")]
        let player = SessionPlayer(steps)
        #expect(player.play(.text("a\n")) == [.ask, .waitAnswer])
        #expect(player.play(.answer([.send("never")])) == [.done(0), .ask, .waitAnswer])
        #expect(player.play(.answer([.send("!")])) == [.write("!"), .done(1), .write("end"), .done(2), .end])
    }

    @Test func atABoundaryOfFramesTheClientMayLeave() {
        let steps: [CoreStep] = [
            .choice([.on(.any, to: 1)], line, flags: orLeave, depth: 1, target: 3), .send("ok"),
            .back(to: 0, rounds: endless), .disconnects(),
        ]
        #expect(
            everySplit(steps, bytes("a\n"), then: [.fin])
                == outcome(.done(0), .write("ok"), .done(1), .judgeLeave, .done(3), .end))
        #expect(
            SessionPlayer(steps).play(.text("a"), .fin).last == .fail(EVL_FAILURE_CLIENT_CLOSED, step: 0, offset: 1))
    }

    // MARK: jumps

    @Test func aJumpLeadsOn() {
        #expect(SessionPlayer([.jump(to: 2), .send("no"), .send("yes")]).play() == [.write("yes"), .done(2), .end])
        #expect(SessionPlayer([.jump(to: 1)]).play() == [.end])
    }
}
