// Conversations that go well: every byte arrives, in both directions.

import TCPMock

private let question = pattern(64, 3)
private let answer = pattern(200, 7)
private let big = pattern(20_000, 11)
private let bulk = pattern(1 << 20, 13)

extension Round {
    static let clean: [Round] = [raw, framed, pieces, large, halfClosed, closedFirst, resetByClient, resetByServer]

    private static let raw = Round("raw") {
        try await converse(
            1000, atOnce: 100, [.repeat(3, [.expect(question), .send(answer)])],
            [.repeat(3, [.send(question), .expect(answer)])], $0.server(), $0.client())
    }

    private static let framed = Round("framed") {
        try await converse(
            200, atOnce: 20, [.repeat(4, [.expectFrame(.equals(big)), .sendFrame(answer)])],
            [.repeat(4, [.sendFrame(big), .expectFrame(.equals(answer))])], $0.server(), $0.client())
    }

    private static let pieces = Round("pieces") {
        try await converse(
            200, atOnce: 20,
            [
                .expectLine(.prefix("EHLO")), .send("250\r\n"), .expectTemplate("MAIL \(capture: "who")\r\n"),
                .send("250\r\n"),
            ],
            [.send("EHLO me\r\n"), .expectLine("250"), .send("MAIL you\r\n"), .expectLine("250", as: "last")],
            $0.server(), $0.client())
    }

    /// More than the kernel takes at once: both sides wait for room to write.
    private static let large = Round("large") {
        try await converse(
            3, atOnce: 3, [.repeat(2, [.expect(bulk), .send(bulk)])], [.repeat(2, [.send(bulk), .expect(bulk)])],
            $0.server(), $0.client())
    }

    private static let halfClosed = Round("half-closed") {
        try await converse(
            500, atOnce: 50, [.expect(question), .expectEOF(), .send(answer), .disconnect()],
            [.send(question), .halfClose(), .expect(answer), .expectDisconnect()], $0.server(), $0.client())
    }

    private static let closedFirst = Round("closed first by the server") {
        try await converse(
            500, atOnce: 50, [.expect(question), .send(answer)],
            [.send(question), .expect(answer), .expectDisconnect()], $0.server(.closeFirst), $0.client())
    }

    /// A reset that waits for acknowledgement loses nothing.
    private static let resetByClient = Round("reset by the client") {
        try await converse(
            500, atOnce: 50, [.expect(question), .send(answer), .expectDisconnect(.reset)],
            [.send(question), .expect(answer)], $0.server(), $0.client(.reset))
    }

    private static let resetByServer = Round("reset by the server") {
        try await converse(
            500, atOnce: 50, [.expect(question), .send(answer)],
            [.send(question), .expect(answer), .expectDisconnect(.reset)], $0.server(.reset), $0.client())
    }

    /// One server for so many clients, all of which go well.
    private static func converse(
        _ count: Int, atOnce: Int, _ served: Script, _ asked: Script, _ server: MockServer.Options,
        _ client: MockClient.Options
    ) async throws -> Ledger {
        let server = try MockServer(every: served, count: count, options: server)
        let clients = try MockClient.many(
            count, atOnce: atOnce, connectingTo: server.address, asked, options: client)
        let (asked, served) = (await clients.finish(), await server.finish())
        var ledger = Ledger()
        ledger.expect(served, of: "server", onlyFailures: [], complete: true)
        ledger.expect(asked, of: "client", onlyFailures: [], complete: true)
        if asked.accepted != count { ledger.complain("\(asked.accepted) of \(count) connections") }
        ledger.book(served, asked, toServer: .exactly, toClient: .exactly)
        return ledger
    }
}
