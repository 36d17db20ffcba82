// endpoint.c through its public headers: questions, the end of a server, jobs, limits.

import CEvLoop
import CEvLoopInternals
import Dispatch
import TestClient
import Testing

@Suite(.blocking) struct QuestionTests {
    @Test func aQuestionIsAskedOnceAndItsAnswerPlayed() throws {
        let server = try CoreListener([[.expect("?"), .ask, .send("end"), .disconnects()]])
        let client = try server.connect()
        try client.send("?")
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_QUESTION, number: 1, step: 1))
        #expect(server.answer(1, [.send("name?"), .until("\n", max: 9)]) == EVL_OK)
        #expect(try client.receiveText(5) == "name?")
        try client.send("me\n")
        #expect(try client.receiveText(3) == "end")
        client.close()
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 1))
    }

    @Test func anEmptyAnswerLetsTheScriptGoOn() throws {
        let server = try CoreListener([[.ask, .send("end"), .close]])
        let client = try server.connect()
        #expect(server.notices.next()?.kind == EVL_NOTICE_QUESTION)
        #expect(server.answer(1, []) == EVL_OK)
        #expect(try client.receiveText(9) == "end")
        #expect(server.notices.next()?.kind == EVL_NOTICE_SETTLED)
    }

    @Test func noAnswerFailsTheStep() throws {
        let server = try CoreListener([[.send("hi"), .ask, .send("never")]])
        let client = try server.connect()
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_QUESTION, number: 1, step: 1))
        #expect(server.answer(1, nil) == EVL_OK)
        #expect(server.notices.next()?.failures == [Failure(kind: EVL_FAILURE_ANSWER, step: 1, offset: 0)])
        #expect(try client.receiveText(2) == "hi")
        #expect(throws: ClientError.self) { try client.receiveSome() }
    }

    @Test func anAnswerAfterTheConnectionEndedIsHarmless() throws {
        let server = try CoreListener([[.ask.within(50_000_000)]])
        let client = try server.connect()
        #expect(server.notices.next()?.kind == EVL_NOTICE_QUESTION)
        #expect(server.notices.next()?.failures.first?.kind == EVL_FAILURE_LIMIT)
        #expect(server.answer(1, [.send("late")]) == EVL_OK)
        #expect(server.answer(1, nil) == EVL_OK)
        #expect(server.answer(7, [.send("to nobody")]) == EVL_OK)
        #expect(loopTakesAJob())
        client.close()
    }

    @Test func aSecondAnswerIsDropped() throws {
        // It used to be played in the place of the next step, which was then never done.
        let server = try CoreListener([[.ask, .expect("x"), .send("y"), .close]])
        let client = try server.connect()
        #expect(server.notices.next()?.kind == EVL_NOTICE_QUESTION)
        #expect(server.answer(1, [.send("1")]) == EVL_OK)
        #expect(server.answer(1, [.send("2")]) == EVL_OK)
        #expect(server.answer(1, nil) == EVL_OK)
        #expect(loopTakesAJob())  // the answers' jobs are done
        try client.send("x")
        #expect(String(decoding: try client.receiveAll(), as: UTF8.self) == "1y")
        #expect(server.notices.next()?.failures == [])
    }

    @Test func anAnswerToAClientThatHasResetIsAFailureOfItsSend() throws {
        let server = try CoreListener([[.ask]])
        let client = try server.connect()
        #expect(server.notices.next()?.kind == EVL_NOTICE_QUESTION)
        client.reset()
        #expect(server.answer(1, [.expect("never")]) == EVL_OK)
        #expect(server.notices.next()?.failures == [Failure(kind: EVL_FAILURE_CLIENT_RESET, step: 0, offset: 0)])
    }

    @Test func anAnswerThatAsksOrRepeatsIsRefused() throws {
        let server = try CoreListener([[.ask]])
        #expect(server.answer(1, [.ask]) == EVL_INVALID)
        #expect(server.answer(1, [.send("a"), .back(to: 0, rounds: 2)]) == EVL_INVALID)
    }

    @Test func aQuestionComesOnlyWhenAllBeforeItHasBeenTaken() throws {
        let big = CoreStep(EVL_STEP_SEND, [UInt8](repeating: 7, count: 8 << 20))
        let server = try CoreListener([[big, .ask, .close]])
        let client = try server.connect()
        #expect(try client.receive(1).count == 1)
        #expect(loopTakesAJob())
        #expect(server.notices.isEmpty)
        #expect(try client.receive((8 << 20) - 1).count == (8 << 20) - 1)
        #expect(server.notices.next()?.kind == EVL_NOTICE_QUESTION)
    }
}

@Suite(.blocking) struct ServerEndTests {
    @Test func closedComesExactlyOnceAndLast() throws {
        for _ in 0..<50 {
            let server = try CoreListener([[.expect("a"), .ask]])
            let client = try server.connect()
            try client.send("a")
            #expect(server.notices.next()?.kind == EVL_NOTICE_QUESTION)
            evl_endpoint_join(server.raw, 1)
            evl_endpoint_join(server.raw, 2)
            server.close()
            // The CLOSED notice answers the joins too.
            #expect(server.notices.next()?.kind == EVL_NOTICE_CLOSED)
            #expect(loopTakesAJob())
            #expect(server.notices.isEmpty)
            #expect(throws: ClientError.self) { while try !client.receiveSome().isEmpty {} }
        }
    }

    @Test func aServerNobodyConnectedToClosesToo() throws {
        let server = try CoreListener([[.connects.within(1)]])
        server.close()
        let closed = try #require(server.notices.next(EVL_NOTICE_CLOSED))
        #expect(closed.completed == 0)
        #expect(loopTakesAJob())
        #expect(server.notices.isEmpty)
    }

    @Test func closingAfterFinishingTellsBothInOrder() throws {
        let server = try CoreListener([[.close]])
        let client = try server.connect()
        #expect(server.finish() == EVL_OK)
        server.close()
        #expect(server.notices.next(EVL_NOTICE_CLOSED)?.completed ?? 0 <= 1)
        #expect(server.notices.isEmpty)
        client.close()
    }

    @Test func stopEndsWhatIsWaitedFor() throws {
        let server = try CoreListener([[.delay(600_000_000_000)]])
        let client = try server.connect()
        evl_endpoint_join(server.raw, 9)
        evl_endpoint_stop(server.raw)
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_JOINED, token: 9))
        #expect(server.notices.next()?.kind == EVL_NOTICE_FINISHED)
        #expect(throws: ClientError.self) { while try !client.receiveSome().isEmpty {} }
    }

    @Test func whoConnectedBeforeTheFinishIsJudgedByIt() throws {
        // A client that was still in the listener's queue used to be let go unjudged.
        let server = try CoreListener([])
        let first = LoopBlock()
        first.waitUntilBegun()
        let second = LoopBlock()
        #expect(server.finish(last: [.disconnects()]) == EVL_OK)
        first.release()
        second.waitUntilBegun()  // the finish stands behind it, in the same turn of the loop
        let client = try server.connect()
        try client.send("stray")
        second.release()
        let finished = try #require(server.notices.next(EVL_NOTICE_FINISHED))
        #expect(finished.failures == [Failure(kind: EVL_FAILURE_UNEXPECTED_BYTES, step: 0, offset: 0)])
        client.close()
    }
}

@Suite(.blocking) struct JobTests {
    @Test func aBurstOfJobsFromManyThreadsIsPlayedInTheOrderOfEach() throws {
        let server = try CoreListener([])
        let client = try server.connect()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for _ in 0..<2500 { _ = server.enqueue([.send("\(thread)")], base: 0) }
        }
        let all = try client.receiveText(10_000)
        for thread in 0..<4 { #expect(all.filter { "\($0)" == "\(thread)" }.count == 2500) }
        client.close()
    }

    @Test func aProgramIsEnqueuedOnce() throws {
        // Twice used to chain it to itself, and the loop went round in it for ever.
        let (server, other) = (try CoreListener([]), try CoreListener([]))
        let program = CoreProgram.make([.send("a")])
        withExtendedLifetime(program) {
            #expect(evl_endpoint_enqueue(server.raw, program.raw) == EVL_OK)
            #expect(evl_endpoint_enqueue(server.raw, program.raw) == EVL_INVALID)
            #expect(evl_endpoint_enqueue(other.raw, program.raw) == EVL_INVALID)
            #expect(evl_endpoint_finish(server.raw, program.raw) == EVL_INVALID)
        }
        #expect(try server.connect().receiveText(1) == "a")
    }

    @Test func stepsCanBeEnqueuedOnALiveServerOnly() throws {
        let server = try CoreListener([[.send("a")]])
        #expect(server.enqueue([.send("b")], base: 1) == EVL_INVALID)
        #expect(server.finish(last: [.disconnects()]) == EVL_INVALID)
        #expect(server.finish() == EVL_OK)
    }

    @Test func everyNeedsExactlyOneProgram() {
        #expect(throws: ClientError.self) { try CoreListener([[.close], [.close]], .init(every: true)) }
    }

    @Test func aScriptWithoutEndDoesNotKeepTheLoopFromOthers() throws {
        // Four thousand million rounds without a wait: nothing else used to be served meanwhile.
        let hog = try CoreListener([[.connects, .back(to: 0, rounds: UInt64(UInt32.max))]])
        let client = try hog.connect()
        let other = try CoreListener([[.expect("a"), .send("b"), .close]])
        let polite = try other.connect()
        try polite.send("a")
        #expect(try polite.receiveText(1) == "b")
        #expect(loopTakesAJob())
        hog.close()
        #expect(hog.notices.next()?.kind == EVL_NOTICE_CLOSED)
        client.close()
    }
}
