// Captures of conversations that were had: the records' bytes, and the ends as the sockets had them.

import TestClient
import Testing

@testable import TCPMock

private func capture(_ verdict: Verdict) -> CaptureFile { CaptureFile(verdict.pcapng) }

extension CaptureFile {
    fileprivate func bytes(isInbound: Bool) -> [UInt8] {
        packets.filter { $0.isInbound == isInbound }.flatMap(\.payload)
    }

    fileprivate var ends: [String] {
        ladder.filter { $0.contains("FIN") || $0.contains("RST") }.map { line in
            line.split(separator: " ").prefix(2).joined(separator: " ")
        }
    }
}

@Test func aPlayedConversationIsCapturedWithBothItsEnds() async throws {
    let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n"), .expectDisconnect()]) { client in
        try client.send("PING\r\n")
        try client.expectText("+PONG\r\n")
    }
    let file = capture(verdict)
    let record = try #require(verdict.connections.first)
    #expect(file.bytes(isInbound: true) == record.received)
    #expect(file.bytes(isInbound: false) == record.sent)
    #expect(file.ends == ["> FIN", "< FIN"])
    #expect(file.oddities == [])
    #expect("127.0.0.1:\(file.packets[0].sourcePort)" == record.peer)
}

@Test func aPlayedConversationThatFailsIsCapturedWithTheFailureAndTheReset() async throws {
    let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n")], staying: true) { client in
        try client.send("PONG\r\n")
        client.expectReset()
    }
    let file = capture(verdict)
    let failure = try #require(verdict.failures.first)
    #expect(file.bytes(isInbound: true) == Array("PONG\r\n".utf8))
    #expect(file.ends == ["< RST"])
    #expect(file.packets.contains { $0.comments.contains("failed: \(failure.summary)") })
    #expect(file.packets.last?.comments.contains { $0.hasPrefix("not run: 2 send") } == true)
    #expect(file.oddities == [])
}

@Test func aScriptsOwnEndsAreCapturedAsItsOwn() async throws {
    let left = try await serve([.send("bye"), .disconnect()]) { client in
        try client.expectText("bye")
        try client.expectEnd()
    }
    #expect(capture(left).ends == ["< FIN", "> FIN"])
    let reset = try await serve([.send("bye"), .reset()], staying: true) { client in
        try client.expectText("bye")
        client.expectReset()
    }
    #expect(capture(reset).ends == ["< RST"])
    #expect(capture(left).oddities + capture(reset).oddities == [])
}

@Test func whatCameInPiecesIsCapturedInPieces() async throws {
    let patient = MockServer.Options(limits: Limits(step: .seconds(120), afterScript: .seconds(120)))
    let verdict = try await play([.expect("abcdef"), .send("ghi"), .expectDisconnect()], options: patient) {
        client, server in
        try client.send("ab")
        try await server.received("ab")
        try client.send("cdef")
        try client.expectText("ghi")
        client.close()
    }
    let file = capture(verdict)
    #expect(file.packets.map(\.payload).filter { !$0.isEmpty } == ["ab", "cdef", "ghi"].map { Array($0.utf8) })
    #expect(file.oddities == [])
}

@Test func aPoolThatStaysIsCapturedUntilTheServerEndsIt() async throws {
    let verdict = try await serve(
        [.send("hi")], options: .init(afterScript: .mayStayOpen), staying: true
    ) { try $0.expectText("hi") }
    #expect(capture(verdict).ends == ["< FIN"])
    #expect(capture(verdict).oddities == [])
}

@Test func anAnswerToAClientsFINIsCapturedBehindIt() async throws {
    let verdict = try await serve([.expect("A"), .expectEOF(), .send("1"), .disconnect()], staying: true) { client in
        try client.send("A")
        client.shutDownWriting()
        try client.expectText("1")
    }
    let lines = capture(verdict).ladder
    let end = try #require(lines.firstIndex { $0.hasPrefix("> FIN") })
    let answer = try #require(lines.firstIndex { $0.hasPrefix("< PSH") })
    #expect(end < answer, "\(lines)")
}
