// endpoint_observe.c and endpoint_down.c through their public header: each request is answered once, and in time.

import CEvLoop
import TestClient
import Testing

@Suite(.blocking) struct ObserveTests {
    /// A snapshot takes two turns of the loop; the endpoint may be closed between them.
    @Test func aSnapshotIsAnsweredThoughTheEndpointIsClosedAtOnce() throws {
        for _ in 1...200 {
            let server = try CoreListener([[.expect("a")]])
            for token in 1...3 as ClosedRange<UInt64> { #expect(evl_endpoint_snapshot(server.raw, token) == EVL_OK) }
            server.close()
            // In no particular order: each waits for its own quiet turn.
            let tokens = (1...3).map { _ in server.notices.next(EVL_NOTICE_SNAPSHOT)?.token ?? 0 }
            #expect(tokens.sorted() == [1, 2, 3])
            #expect(server.notices.next()?.kind == EVL_NOTICE_CLOSED)
            #expect(server.notices.isEmpty)
        }
    }

    @Test func anObserverIsToldWhatWasThenWhatComes() throws {
        let server = try CoreListener([[.expect("abcd")]])
        let client = try server.connect()
        try client.send("ab")
        #expect(evl_endpoint_snapshot(server.raw, 1) == EVL_OK)
        #expect(server.notices.next()?.kind == EVL_NOTICE_SNAPSHOT)
        #expect(evl_endpoint_observe(server.raw, 0, 7) == EVL_OK)
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_BYTES, token: 7, number: 1))
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_REPLAYED, token: 7, number: 1))
        try client.send("c")
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_BYTES, number: 1))
        #expect(evl_endpoint_unobserve(server.raw) == EVL_OK)
        #expect(evl_endpoint_snapshot(server.raw, 2) == EVL_OK)
        #expect(server.notices.next()?.kind == EVL_NOTICE_SNAPSHOT)
        try client.send("d")
        client.close()
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_SETTLED, completed: 1))
    }

    @Test func nobodyIsToldBytesUnlessSomebodyObserves() throws {
        let server = try CoreListener([[.expect("ab")]])
        let client = try server.connect()
        try client.send("a")
        try client.send("b")
        client.close()
        #expect(server.notices.next()?.kind == EVL_NOTICE_SETTLED)
        #expect(server.finish() == EVL_OK)
        #expect(server.notices.next()?.kind == EVL_NOTICE_FINISHED)
    }

    @Test func whoObservesAFinishedEndpointIsToldWhatWas() throws {
        let server = try CoreListener([[.expect("ab")]])
        let client = try server.connect()
        try client.send("ab")
        client.close()
        #expect(server.finish() == EVL_OK)
        #expect(server.notices.next(EVL_NOTICE_FINISHED) != nil)
        #expect(evl_endpoint_observe(server.raw, 1, 7) == EVL_OK)
        #expect(server.notices.next()?.kind == EVL_NOTICE_BYTES)
        #expect(server.notices.next()?.kind == EVL_NOTICE_INPUT_ENDED)
        #expect(server.notices.next()?.kind == EVL_NOTICE_REPLAYED)
    }

    /// More have knocked than are accepted in one turn of the loop.
    @Test func whoHadConnectedBeforeTheEndpointWentDownIsServed() throws {
        let server = try CoreListener([[.expect("a"), .send("1")]], .init(every: true, required: 600))
        let block = LoopBlock.begin()
        let clients = try (1...600).map { _ in try server.connect() }
        #expect(evl_endpoint_set_fault(server.raw, down, false, 1) == EVL_OK)
        block.release()
        #expect(server.notices.next(EVL_NOTICE_TURNED)?.token == 1)
        #expect(throws: ClientError.self) { try server.connect() }
        for client in clients { try client.send("a") }
        for client in clients { #expect(try client.receiveText(1) == "1") }
        for client in clients { client.close() }
        #expect(server.notices.next(EVL_NOTICE_SETTLED)?.completed == 600)
    }

    @Test func downAndUpAreAnsweredInTheirOrderAlsoByAFinishedEndpoint() throws {
        let server = try CoreListener([[.expect("a")]])
        for token in 1...10 as ClosedRange<UInt64> {
            let status =
                token.isMultiple(of: 2)
                ? evl_endpoint_set_fault(server.raw, evl_connect_fault(), false, token)
                : evl_endpoint_set_fault(server.raw, down, true, token)
            #expect(status == EVL_OK)
        }
        for token in 1...10 as ClosedRange<UInt64> { #expect(server.notices.next()?.token == token) }
        let client = try server.connect()
        try client.send("a")
        client.close()
        #expect(server.finish() == EVL_OK)
        #expect(server.notices.next(EVL_NOTICE_FINISHED) != nil)
        #expect(evl_endpoint_set_fault(server.raw, down, false, 11) == EVL_OK)
        #expect(server.notices.next() == Notice(kind: EVL_NOTICE_TURNED, token: 11, completed: 1))
    }
}

private let down = evl_connect_fault(kind: UInt8(EVL_CONNECT_DOWN.rawValue), after_ns: 0)
