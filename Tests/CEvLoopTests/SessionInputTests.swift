// session.c, steps that take bytes: every split gives the same actions; the first wrong byte fails at once.

import CEvLoop
import CEvLoopInternals
import Testing

@Suite struct SessionInputTests {
    // MARK: whole steps, in every split

    @Test func expectedBytesMayComeInAnyPieces() {
        #expect(
            everySplit([.expect("PING\r\n"), .send("+PONG\r\n")], bytes("PING\r\n"))
                == outcome(.done(0), .write("+PONG\r\n"), .done(1), .end))
    }

    @Test func surplusStaysForTheNextStep() {
        #expect(
            everySplit([.expect("ab"), .exactly(3), .expect("fg")], bytes("abcdefg"))
                == outcome(.done(0), .done(1), .done(2), .end))
    }

    @Test func surplusBehindTheLastStepIsLeftUntouched() {
        let player = SessionPlayer([.expect("ab")])
        #expect(player.play(.text("abc")) == [.done(0), .end])
        #expect(player.consumed == 2)
    }

    @Test(arguments: [1, 2, 4, 8] as [UInt8], [EVL_BIG_ENDIAN.rawValue, EVL_LITTLE_ENDIAN.rawValue])
    func aFrameMayComeInAnyPieces(width: UInt8, order: UInt32) {
        let big = [UInt8](repeating: 0, count: Int(width) - 1) + [5]
        let header = order == EVL_BIG_ENDIAN.rawValue ? big : big.reversed()
        let steps: [CoreStep] = [.frame("Hello", width: width, order: evl_byte_order(order)), .send("x")]
        #expect(everySplit(steps, header + bytes("Hello")) == outcome(.done(0), .write("x"), .done(1), .end))
    }

    @Test func anEmptyFrameIsItsHeaderAlone() {
        #expect(
            everySplit([.frame(""), .frame("a")], [0, 0, 0, 0, 0, 0, 0, 1, 97]) == outcome(.done(0), .done(1), .end))
    }

    @Test func aDelimiterIsFoundInAnyPieces() {
        #expect(
            everySplit([.until("\r\n\r\n", max: 99), .expect("body")], bytes("a\r\n\r\r\n\r\nbody"))
                == outcome(.done(0), .done(1), .end))
    }

    @Test func aDelimiterThatBeginsLikeItselfIsFoundWhereItFirstIs() {
        let player = SessionPlayer([.until("aab", max: 99)])
        #expect(player.play(.text("aaaabx")) == [.done(0), .end])
        #expect(player.consumed == 5)
    }

    @Test func aDelimiterMayBeTheLastOfTheBytesAllowed() {
        #expect(everySplit([.until("\r\n", max: 5)], bytes("abc\r\n")) == outcome(.done(0), .end))
    }

    @Test func receiveAtLeastTakesAllThatHasArrived() {
        let player = SessionPlayer([.atLeast(2)])
        #expect(player.play(.text("a")) == [.waitInput])
        #expect(player.play(.text("bcd")) == [.done(0), .end])
        #expect(player.consumed == 4)
    }

    @Test func receiveExactlyTakesNoMore() {
        #expect(everySplit([.exactly(4), .expect("e")], bytes("abcde")) == outcome(.done(0), .done(1), .end))
    }

    @Test func connectingIsDoneAtOnce() {
        #expect(SessionPlayer([.connects, .send("hi")]).play() == [.done(0), .write("hi"), .done(1), .end])
    }

    @Test func nothingIsReadBeforeThereIsInput() {
        #expect(SessionPlayer([.expect("a")]).play() == [.waitInput])
        #expect(SessionPlayer([.frame("a")]).play(.nothing, .nothing) == [.waitInput, .waitInput])
    }

    // MARK: wrong bytes

    @Test(arguments: [("xELLO", 0), ("HxLLO", 1), ("HELLx", 4), ("Hx", 1)] as [(String, UInt64)])
    func theFirstWrongByteFailsWhateverThePieces(stream: String, offset: UInt64) {
        #expect(
            everySplit([.expect("HELLO")], bytes(stream))
                == outcome(.fail(EVL_FAILURE_MISMATCH, step: 0, offset: offset)))
    }

    @Test func aMismatchIsFoundBeforeTheRestHasCome() {
        let player = SessionPlayer([.expect("Bonjour, le monde")])
        #expect(player.play(.text("Bo")) == [.waitInput])
        #expect(player.play(.text("d")) == [.fail(EVL_FAILURE_MISMATCH, step: 0, offset: 2)])
        #expect(player.consumed == 2)  // the wrong byte stays, to be shown
    }

    @Test func aWrongPayloadFailsAtItsOwnOffset() {
        #expect(
            everySplit([.frame("Hello")], [0, 0, 0, 5] + bytes("Hexlo"))
                == outcome(.fail(EVL_FAILURE_MISMATCH, step: 0, offset: 2)))
    }

    @Test func anotherLengthFailsWhenTheHeaderIsWhole() {
        let player = SessionPlayer([.frame("Hello")])
        #expect(player.play(.bytes([0, 0, 0]), .bytes([9])) == [.waitInput, .fail(EVL_FAILURE_FRAME_LENGTH, step: 0)])
        #expect(player.failure.declared == 9)
        #expect(player.failure.header_count == 4)
    }

    @Test func aLengthOverMaxFailsWhenTheHeaderIsWhole() {
        #expect(
            everySplit([.frame("Hello", max: 100)], [0xff, 0xff, 0xff, 0xff])
                == outcome(.fail(EVL_FAILURE_FRAME_TOO_LONG, step: 0)))
    }

    @Test func aDelimiterThatDoesNotComeInTimeFailsWithTheLastByteAllowed() {
        // The failure used to wait for one byte more than max: a client that then fell silent met the limit instead.
        #expect(
            everySplit([.until("\r\n", max: 4)], bytes("abcd"))
                == outcome(.fail(EVL_FAILURE_DELIMITER_MISSING, step: 0, offset: 4)))
        #expect(
            everySplit([.until("\r\n", max: 4)], bytes("abc\r"))
                == outcome(.fail(EVL_FAILURE_DELIMITER_MISSING, step: 0, offset: 4)))
    }

    @Test func eachStepCountsItsOwnBytes() {
        #expect(
            everySplit([.expect("abc"), .expect("def")], bytes("abcdx"))
                == outcome(.done(0), .fail(EVL_FAILURE_MISMATCH, step: 1, offset: 1)))
    }

    // MARK: the client's end in the middle of a step

    static let starving: [(step: CoreStep, stream: String, offset: UInt64)] = [
        (.expect("abc"), "", 0), (.expect("abc"), "ab", 2),
        (.exactly(3), "", 0), (.exactly(3), "ab", 2),
        (.atLeast(3), "ab", 2),
        (.until("!", max: 9), "ab", 2),
        (.frame("abc"), "", 0), (.frame("abc"), "\0\0", 0), (.frame("abc"), "\0\0\0\u{3}", 0),
        (.frame("abc"), "\0\0\0\u{3}ab", 2),
        (.frame(""), "", 0), (.frame(""), "\0\0\0", 0),
    ]

    @Test(arguments: starving.indices)
    func aFinInAStepEndsItWithWhatCame(index: Int) {
        let (step, stream, offset) = Self.starving[index]
        #expect(
            everySplit([step], bytes(stream), then: [.fin])
                == outcome(.fail(EVL_FAILURE_CLIENT_CLOSED, step: 0, offset: offset)))
    }

    @Test(arguments: starving.indices)
    func aResetInAStepEndsItWithWhatCame(index: Int) {
        let (step, stream, offset) = Self.starving[index]
        #expect(
            everySplit([step], bytes(stream), then: [.rst])
                == outcome(.fail(EVL_FAILURE_CLIENT_RESET, step: 0, offset: offset)))
    }

    @Test func aFrameCutOffSaysHowMuchOfItsHeaderCame() {
        for count in 0...3 {
            let player = SessionPlayer([.frame("abc")])
            _ = player.play(.bytes([UInt8](repeating: 0, count: count)), .fin)
            #expect(player.failure.header_count == count)
        }
    }

    @Test func whatCameBeforeTheEndIsJudgedFirst() {
        #expect(
            SessionPlayer([.expect("abc"), .expect("d")]).play(.text("abc"), .fin) == [
                .done(0), .waitInput, .fail(EVL_FAILURE_CLIENT_CLOSED, step: 1),
            ])
        let player = SessionPlayer([.delay(5), .expect("abc")])
        #expect(player.play(.text("ab"), .fin) == [.startTime(5), .waitTime, .waitTime])
        #expect(player.play(.timeUp) == [.done(0), .fail(EVL_FAILURE_CLIENT_CLOSED, step: 1, offset: 2)])
    }

    @Test func aWholeStepIsDoneThoughTheClientHasGone() {
        #expect(SessionPlayer([.delay(1), .expect("abc")]).play(.text("abc"), .fin, .timeUp).last == .end)
    }
}
