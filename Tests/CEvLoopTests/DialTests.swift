// endpoint_dial.c through the public headers: what it counts, when it gives up, what it leaves behind.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

@Suite(.blocking) struct DialTests {
    @Test func aDialledConnectionPlaysItsProgramAndSettles() throws {
        let server = try CoreListener([[.expect("a"), .send("b"), .disconnects()]])
        let client = try CoreListener([[.connects, .send("a"), .expect("b"), .close]], .init(dials: server.port))
        #expect(client.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 1))
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 1))
        #expect(client.finish() == EVL_OK)
        #expect(client.notices.next()?.kind == EVL_NOTICE_FINISHED)
    }

    @Test func aListIsPlayedOneAfterTheOther() throws {
        let server = try CoreListener([[.send("1"), .disconnects()], [.send("2"), .disconnects()]])
        let client = try CoreListener([[.expect("1"), .close], [.expect("2"), .close]], .init(dials: server.port))
        #expect(client.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 2))
        #expect(server.notices.next()?.failures == [])
    }

    @Test func aRefusalIsFinalWhenItsLimitHasPassed() throws {
        let finished = try CoreListener([[.close]])
        evl_endpoint_stop(finished.raw)  // the port stays reserved, and refuses
        #expect(finished.notices.next(EVL_NOTICE_FINISHED) != nil)
        let client = try CoreListener([[.close], [.close]], .init(dials: finished.port, connect: 20_000_000))
        let notice = try #require(client.notices.next())
        #expect(notice.kind == EVL_NOTICE_SETTLED)
        #expect(notice.unreached == 0)
        #expect(notice.completed == 0)
        #expect(client.finish() == EVL_OK)
        #expect(client.notices.next()?.kind == EVL_NOTICE_FINISHED)
    }

    @Test func closingWhileItKnocksTellsSoOnceAndLast() throws {
        let finished = try CoreListener([[.close]])
        evl_endpoint_stop(finished.raw)
        #expect(finished.notices.next(EVL_NOTICE_FINISHED) != nil)
        for _ in 0..<50 {
            let client = try CoreListener([[.close]], .init(dials: finished.port, connect: UInt64.max))
            #expect(loopTakesAJob())
            client.close()
            #expect(client.notices.next()?.kind == EVL_NOTICE_CLOSED)
            #expect(client.notices.isEmpty)
        }
    }

    @Test func closingWhileTheConnectionIsBeingMadeTellsSoOnceAndLast() throws {
        // The queue holds one; the kernel drops what comes then. listen(2)
        let (listener, port) = try TestServer.listen(0)
        let inTheQueue = try TestClient.connect("127.0.0.1", port)
        let client = try CoreListener([[.close]], .init(dials: port))
        #expect(loopTakesAJob())
        client.close()
        #expect(client.notices.next()?.kind == EVL_NOTICE_CLOSED)
        #expect(client.notices.isEmpty)
        inTheQueue.close()
        TestClient(connected: listener).close()
    }

    @Test func aProgramForEachOfManyNeedsTheirNumber() {
        #expect(throws: ClientError.self) { try CoreListener([[.close]], .init(every: true, dials: 1)) }
    }

    @Test func aQuestionIsAskedOfClientsToo() throws {
        let server = try CoreListener([[.expect("hello"), .disconnects()]])
        let client = try CoreListener([[.ask, .close]], .init(dials: server.port))
        #expect(client.notices.next() == Notice(kind: EVL_NOTICE_QUESTION, number: 1, step: 0))
        #expect(client.answer(1, [.send("hello")]) == EVL_OK)
        #expect(client.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 1))
        #expect(server.notices.next()?.failures == [])
    }
}
