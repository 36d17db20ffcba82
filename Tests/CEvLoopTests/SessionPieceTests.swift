// session_piece.c: whole frames that are checked, kept and asked about, and leaving instead.

import CEvLoop
import CEvLoopInternals
import Testing

private let line = CoreFraming.line()
/// Three bytes of lead, of which none is counted, as one byte of length stands behind them.
private let led = CoreFraming.length(1, offset: 3)

struct PieceCase: Sendable, CustomTestStringConvertible {
    let name: String
    let framing: CoreFraming
    let stream: String
    let payload: String

    var testDescription: String { name }

    static let all: [PieceCase] = [
        PieceCase(name: "u8", framing: .length(1), stream: "\u{3}abcX", payload: "abc"),
        PieceCase(name: "u32", framing: .length(4), stream: "\0\0\0\u{3}abcX", payload: "abc"),
        PieceCase(
            name: "counts itself", framing: .length(2, includesHeader: true), stream: "\0\u{5}abcX", payload: "abc"),
        PieceCase(name: "lead", framing: led, stream: "abc\u{2}deX", payload: "abcde"),
        PieceCase(name: "lead alone", framing: led, stream: "abc\0X", payload: "abc"),
        PieceCase(name: "varint", framing: .varint(), stream: "\u{3}abcX", payload: "abc"),
        PieceCase(name: "LF", framing: line, stream: "abc\nX", payload: "abc"),
        PieceCase(name: "CRLF", framing: line, stream: "abc\r\nX", payload: "abc"),
        PieceCase(name: "delimiter", framing: .delimiter("--"), stream: "a-bc--X", payload: "a-bc"),
        PieceCase(name: "fixed", framing: .fixed(3), stream: "abcX", payload: "abc"),
        PieceCase(name: "netstring", framing: .netstring(), stream: "3:abc,X", payload: "abc"),
        PieceCase(name: "empty", framing: .netstring(), stream: "0:,X", payload: ""),
    ]
}

@Suite struct SessionPieceTests {
    // MARK: taken

    @Test(arguments: PieceCase.all)
    func aPieceThatPassesIsKeptAndUsedInEverySplit(one: PieceCase) {
        let steps: [CoreStep] = [.piece(one.framing, .equals(one.payload), flags: keep), .expect("X")]
        #expect(everySplit(steps, bytes(one.stream)) == outcome(.keep(0, one.payload), .done(1), .end))
    }

    @Test(arguments: PieceCase.all)
    func withoutKeepItIsOnlyDone(one: PieceCase) {
        #expect(
            everySplit([.piece(one.framing), .expect("X")], bytes(one.stream)) == outcome(.done(0), .done(1), .end))
    }

    @Test(arguments: PieceCase.all)
    func aPieceThatEndsTooSoonIsTheClients(one: PieceCase) {
        let cut = Array(bytes(one.stream).dropLast(2))
        #expect(everySplit([.piece(one.framing)], cut, then: [.fin]).count == 1)
        let player = SessionPlayer([.piece(one.framing, flags: orLeave, target: 1)])
        _ = player.play(.bytes(cut))
        #expect(!player.isResting)
        guard case .fail(let failure)? = player.play(.fin).last else { Issue.record("no failure"); return }
        #expect(failure.kind == EVL_FAILURE_CLIENT_CLOSED)
        #expect(player.consumed == 0)
    }

    @Test func whatIsAvailableIsOnePiece() {
        let player = SessionPlayer([.piece(.available(2), flags: keep), .expect("X")])
        #expect(player.play(.text("a")) == [.waitInput])
        #expect(player.play(.text("bc")) == [.keep(0, "abc"), .waitInput])
    }

    @Test func aRepeatedPieceBeginsAnew() {
        let steps: [CoreStep] = [.piece(led, .suffix("d"), flags: keep), .back(to: 0, rounds: 2)]
        #expect(
            everySplit(steps, bytes("abc\u{1}dABC\u{2}dd")) == outcome(.keep(0, "abcd"), .keep(0, "ABCdd"), .end))
    }

    // MARK: wrong

    @Test func aWrongByteFailsAtOnceInEverySplit() {
        #expect(
            everySplit([.piece(line, .equals("abc"))], bytes("abX\nabc"))
                == outcome(.fail(EVL_FAILURE_CHECK, step: 0, offset: 2)))
        let player = SessionPlayer([.piece(line, .prefix("abc"))])
        #expect(player.play(.text("aX")) == [.fail(EVL_FAILURE_CHECK, step: 0, offset: 1)])
        #expect(!player.failure.whole)
    }

    @Test func aWholePieceFailsWithItsLastByte() {
        let player = SessionPlayer([.piece(.netstring(), .all([.any, .suffix("z")]))])
        #expect(player.play(.text("3:abc")) == [.waitInput])
        #expect(player.play(.text(",")) == [.fail(EVL_FAILURE_CHECK, step: 0, offset: 2)])
        #expect(player.failure.node == 2)
        #expect(player.failure.whole)
        #expect(player.failure.declared == 3)
        #expect(player.consumed == 2)  // the length: what failed is what the input begins with
    }

    @Test func aDelimiterSplitOverReadsIsNoPartOfWhatIsJudged() {
        #expect(everySplit([.piece(.delimiter("ab"), .equals("a"))], bytes("aab")) == outcome(.done(0), .end))
        #expect(everySplit([.piece(line, .equals("a\rb"))], bytes("a\rb\r\n")) == outcome(.done(0), .end))
    }

    @Test(arguments: [
        (CoreFraming.line(max: 2), "abc\n", EVL_FAILURE_FRAME_TOO_LONG),
        (.delimiter("--", max: 2), "abc--", EVL_FAILURE_FRAME_TOO_LONG),
        (.netstring(max: 9), "10:", EVL_FAILURE_FRAME_TOO_LONG),
        (.length(1, max: 2), "\u{3}abc", EVL_FAILURE_FRAME_TOO_LONG),
        (.netstring(), "01:a,", EVL_FAILURE_FRAME_BAD_LENGTH),
        (.netstring(), "1:a;", EVL_FAILURE_FRAME_BAD_END),
        (.length(1, includesHeader: true), "\0", EVL_FAILURE_FRAME_BAD_LENGTH),
    ])
    func aFrameThatIsNoneFailsAlikeInEverySplit(framing: CoreFraming, stream: String, kind: evl_failure_kind) {
        let player = SessionPlayer([.piece(framing)])
        let acts = player.play(.text(stream))
        #expect(player.failure.kind == kind.rawValue)
        #expect(everySplit([.piece(framing)], bytes(stream)) == [acts.map { "\($0)" }])
    }

    @Test func aPayloadThatWasWrongBeforeItsFrameWasIsWhatFails() {
        // It used to matter whether the wrong end had come with the wrong payload.
        #expect(
            everySplit([.piece(.netstring(), .prefix("b"))], bytes("1:a;"))
                == outcome(.fail(EVL_FAILURE_CHECK, step: 0, offset: 0)))
        #expect(
            everySplit([.piece(.line(max: 2), .prefix("b"))], bytes("abcdef\n"))
                == outcome(.fail(EVL_FAILURE_CHECK, step: 0, offset: 0)))
        #expect(
            everySplit([.piece(.line(max: 2), .prefix("abc"))], bytes("abcdef\n"))
                == outcome(.fail(EVL_FAILURE_FRAME_TOO_LONG, step: 0, offset: 2)))
    }

    @Test func aResetInsideAFrameIsAReset() {
        let player = SessionPlayer([.piece(line, flags: orLeave, target: 1)])
        #expect(player.play(.text("ab"), .rst).last == .fail(EVL_FAILURE_CLIENT_RESET, step: 0, offset: 2))
    }

    @Test func whatALimitFindsSaysHowMuchOfThePayloadCame() {
        let player = SessionPlayer([.piece(.length(4), .any)])
        _ = player.play(.bytes([0, 0, 0, 9, 1, 2]))
        let failure = player.fail(EVL_FAILURE_LIMIT)
        #expect(failure.offset == 2)
        #expect(failure.declared == 9)
        #expect(failure.header_whole)
        #expect(failure.header_count == 4)
        #expect(player.consumed == 0)
    }

    // MARK: questions

    @Test(arguments: PieceCase.all)
    func aQuestionIsAboutThePayloadWhateverComesMeanwhile(one: PieceCase) {
        for pieces in splits(of: bytes(one.stream)) {
            let player = SessionPlayer([.piece(one.framing, flags: question | keep), .expect("XY")])
            let acts = player.play(pieces.map(Fact.bytes)).filter { $0 != .waitInput && $0 != .waitAnswer }
            #expect(acts == [.ask])
            #expect(player.payload == one.payload)
            #expect(player.play(.text("Y"), .fin) == [.waitAnswer, .waitAnswer])
            #expect(player.payload == one.payload)
            #expect(player.play(.answer([])) == [.keep(0, one.payload), .done(1), .end])
        }
    }

    @Test func itsAnswersStepsComeNextInItsName() {
        let player = SessionPlayer([.piece(line, flags: question), .send("end")])
        #expect(player.play(.text("a\nb")) == [.ask, .waitAnswer])
        #expect(
            player.play(.answer([.send("!"), .expect("bc"), .send("?")])) == [
                .done(0), .write("!"), .done(0), .waitInput,
            ])
        #expect(player.play(.text("c")) == [.done(0), .write("?"), .done(0), .write("end"), .done(1), .end])
    }

    @Test func whatFailsItsCheckIsNotAskedAbout() {
        let player = SessionPlayer([.piece(line, .prefix("a"), flags: question)])
        #expect(player.play(.text("b\n")) == [.fail(EVL_FAILURE_CHECK, step: 0, offset: 0)])
    }

    @Test func aFailedAnswerIsTheSteps() {
        let player = SessionPlayer([.send("x"), .piece(line, flags: question)])
        _ = player.play(.text("abc\n"))
        let failure = player.fail(EVL_FAILURE_CHECK)
        #expect(failure.step == 1)
        #expect(failure.asked)
        #expect(failure.whole)
        #expect(failure.declared == 3)
    }

    @Test func aResetEndsTheWaitForTheAnswer() {
        let player = SessionPlayer([.piece(line, flags: question), .send("end")])
        #expect(player.play(.text("abc\n")) == [.ask, .waitAnswer])
        #expect(player.play(.rst) == [.fail(EVL_FAILURE_CLIENT_RESET, step: 0, offset: 3)])
        #expect(player.failure.asked)
    }

    @Test func aResetThatIsExpectedNextWaitsForTheAnswer() {
        let player = SessionPlayer([.piece(line, flags: question), .disconnects(EVL_EXPECT_ANY)])
        player.leave = EVL_LEAVE_RST
        #expect(player.play(.text("abc\n"), .rst) == [.ask, .waitAnswer, .waitAnswer])
        #expect(player.play(.answer([])).last == .end)
        let serving = SessionPlayer([
            .piece(line, flags: question | orLeave, target: 2), .back(to: 0, rounds: endless),
            .disconnects(EVL_EXPECT_ANY),
        ])
        serving.leave = EVL_LEAVE_RST
        #expect(serving.play(.text("abc\n"), .rst) == [.ask, .waitAnswer, .waitAnswer])
        #expect(serving.play(.answer([])).last == .end)
    }

    @Test func whatFailsInAnAnswerSaysWhichStepOfItWas() {
        let player = SessionPlayer([.piece(line, flags: question), .expect("x")])
        _ = player.play(.text("a\nb"))
        let answer = CoreStep(EVL_STEP_DISCONNECT)
        #expect(player.play(.answer([answer])).last == .fail(EVL_FAILURE_UNEXPECTED_BYTES, step: 0))
        #expect(player.failure.replying == UInt8(EVL_STEP_DISCONNECT.rawValue))
    }

    // MARK: leaving instead

    /// Lines until the client leaves, then its end.
    private let serving: [CoreStep] = [
        .piece(line, flags: orLeave | keep, target: 3), .send("ok"), .back(to: 0, rounds: endless),
        .disconnects(),
    ]

    @Test func atABoundaryTheClientMayLeave() {
        let served: [Act] = [.keep(0, "a"), .write("ok"), .done(1)]
        let player = SessionPlayer(serving)
        #expect(player.isResting)
        #expect(player.play(.text("a\na\n")) == served + served + [.waitInput])
        #expect(player.isResting)
        #expect(player.play(.fin) == [.judgeLeave, .done(3), .end])
        #expect(everySplit(serving, bytes("a\na\n"), then: [.fin]).count == 1)
    }

    @Test func byResetItLeavesAsWell() {
        let player = SessionPlayer(serving)
        #expect(player.play(.text("a\n"), .rst).last == .fail(EVL_FAILURE_LEFT_BY_RESET, step: 3))
    }

    @Test func notInTheMiddleOfAMessage() {
        let player = SessionPlayer(serving)
        #expect(player.play(.text("a\nb"), .fin).last == .fail(EVL_FAILURE_CLIENT_CLOSED, step: 0, offset: 1))
    }

    @Test func onlyWhoMayStayIsLetGoByTheFinish() {
        #expect(SessionPlayer(serving).play(.finishing) == [.waitInput])
        var staying = serving
        staying[0].step.flags |= UInt8(mayStay)
        staying[3].step.flags |= UInt8(mayStay)
        #expect(SessionPlayer(staying).play(.finishing) == [.done(3), .end])
        let busy = SessionPlayer(staying)
        #expect(busy.play(.text("b"), .finishing) == [.waitInput, .waitInput])
    }
}
