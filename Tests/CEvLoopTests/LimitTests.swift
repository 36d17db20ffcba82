// connection_limit.c and the wait for connections: whose time is counted, and from when.

import CEvLoop
import CEvLoopInternals
import Dispatch
import TestClient
import Testing

private let millisecond: UInt64 = 1_000_000
private let big = [UInt8](repeating: 7, count: 8 << 20)  // more than both sockets hold

@Suite(.blocking) struct LimitTests {
    @Test func aClientThatFloodsDoesNotOutrunItsLimit() throws {
        // Each read used to put the limit off: on a busy loop there was always something to read.
        let server = try CoreListener([[.exactly(1 << 60).within(100 * millisecond)]])
        let client = try server.connect()
        let flood = onAThread { while (try? client.send(big)) != nil {} }
        let chores = Chores()
        // The loop is busy until this has come, or has not come in all the time there is.
        #expect(server.notices.next()?.failures.map(\.kind) == [EVL_FAILURE_LIMIT])
        chores.stop()
        flood.wait()
    }

    @Test func aClientThatChattersButNeverReadsMeetsTheSendsLimit() throws {
        // What it sent used to count as progress of the send.
        let server = try CoreListener([[CoreStep(EVL_STEP_SEND, big)]], .init(step: 400 * millisecond))
        let client = try server.connect()
        let chatter = onAThread {
            for _ in 0..<1200 where (try? client.send("x")) != nil { pause(milliseconds: 50) }
        }
        let began = ContinuousClock.now
        #expect(server.notices.next()?.failures == [Failure(kind: EVL_FAILURE_LIMIT, step: 0, offset: 0)])
        #expect(ContinuousClock.now - began < .seconds(45))
        chatter.wait()
    }

    @Test func aSendsOwnLimitBeginsWhenItsTurnComes() throws {
        // Both go out in one batch: the second's clock used to run while the first was waiting.
        let second = CoreStep(EVL_STEP_SEND, big).within(500 * millisecond)
        let server = try CoreListener([[CoreStep(EVL_STEP_SEND, big), second, .close]])
        let client = try server.connect()
        pause(milliseconds: 700)
        #expect(try client.receiveAll().count == 2 * big.count)
        #expect(server.notices.next()?.failures == [])
    }

    @Test func aStepBehindASendHasItsLimitFromWhenTheSendIsTaken() throws {
        let server = try CoreListener([
            [CoreStep(EVL_STEP_SEND, big), .expect("ok").within(1000 * millisecond), .close]
        ])
        let client = try server.connect()
        pause(milliseconds: 1200)
        #expect(try client.receive(big.count).count == big.count)
        pause(milliseconds: 400)
        try client.send("ok")
        #expect(server.notices.next()?.failures == [])
    }

    @Test func aDelayBehindASendBeginsWhenTheSendIsTaken() throws {
        let server = try CoreListener([[CoreStep(EVL_STEP_SEND, big), .delay(300 * millisecond), .send("!"), .close]])
        let client = try server.connect()
        pause(milliseconds: 400)
        let began = ContinuousClock.now
        #expect(try client.receive(big.count).count == big.count)
        #expect(try client.receiveText(1) == "!")
        #expect(ContinuousClock.now - began > .milliseconds(299))
    }

    @Test func theNextIsNotCalledAbsentWhileTheOneBeforeIsServed() throws {
        // It knocked in time, but one at a time it is not let in.
        let script: [CoreStep] = [.delay(500 * millisecond), .send("a"), .close]
        let options = CoreListener.Options(every: true, required: 2, oneAtATime: true, step: 200 * millisecond)
        let server = try CoreListener([script], options)
        let clients = [try server.connect(), try server.connect()]
        #expect(server.finish() == EVL_OK)
        for client in clients { #expect(try client.receiveText(2) == "a") }
        #expect(server.notices.next(EVL_NOTICE_FINISHED) == Notice(kind: EVL_NOTICE_FINISHED, completed: 2))
    }

    @Test func aClientThatConnectsAgainIsNotAbsentWhileItIsServed() throws {
        // The limit is also how long this thread may take from "a" to its next connection.
        let script: [CoreStep] = [.delay(4000 * millisecond), .send("a"), .close]
        let server = try CoreListener([script, [.send("b"), .close]], .init(step: 3000 * millisecond))
        evl_endpoint_join(server.raw, 1)
        #expect(try server.connect().receiveText(2) == "a")
        #expect(try server.connect().receiveText(2) == "b")
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_JOINED, token: 1, completed: 2))
    }

    @Test func aClientIsNotAbsentBecauseTheLoopStoodStill() throws {
        let server = try CoreListener([[.connects.within(500 * millisecond), .close]])
        let block = LoopBlock()
        block.waitUntilBegun()
        pause(milliseconds: 1200)
        block.release()
        pause(milliseconds: 100)
        let client = try server.connect()
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 1))
        client.close()
    }

    @Test func whoReallyDoesNotComeIsAbsent() throws {
        let server = try CoreListener([[.connects.within(50 * millisecond), .close]])
        #expect(server.notices.next()?.awaited == true)
    }
}
