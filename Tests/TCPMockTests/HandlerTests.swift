// Handlers written as closures, and shorthands: what python-embedded-test-server does by subclassing.

import TCPMock
import TestClient
import Testing

/// There `count` is always 0. Here the closure is told which connection it serves, and the how-manieth request it is.
@Test func e1_aHandlerIsToldWhichConnectionItServes() async throws {
    let server = try MockServer(
        every: [.serve(.chunks) { request in "connection \(request.connection), request \(request.number)" }], count: 2)
    for number in 1...2 {
        let client = try server.connect()
        try client.send("x")
        #expect(try client.receiveText(23) == "connection \(number), request 1")
        try client.send("y")
        #expect(try client.receiveText(23) == "connection \(number), request 2")
        client.close()
    }
    expectClean(await server.finish())
}

@Test func e1_anEchoIsOneLine() async throws {
    let verdict = try await serve([.serve(.chunks) { .bytes($0.bytes) }]) { client in
        for text in ["one", "two", "three"] {
            try client.send(text)
            #expect(try client.receiveText(text.utf8.count) == text)
        }
    }
    expectClean(verdict)
}

/// There a text given as the script is iterated letter by letter, and nothing is ever received.
@Test func e10_aReplyReceivesFirst() async throws {
    let verdict = try await serve([.reply("Received")]) { client in
        try client.send("whatever")
        #expect(try client.receiveText(8) == "Received")
    }
    expectClean(verdict)
    #expect(verdict.connections[0].received == Array("whatever".utf8))
}

@Test func e10_aReplyThatNobodyAsksForIsAFailureAtItsLine() async throws {
    let verdict = try await serve([.reply("Received", line: 42)]) { _ in }
    #expect(verdict.failures.first?.location.line == 42)
    #expect(verdict.failures.first?.kind == .clientClosed, "\(verdict)")
}

/// The fault acts on the real socket: the client's own calls meet it.
@Test func e21_aCueBreaksTheConnection() async throws {
    let verdict = try await serve([.receive(until: "DROP"), .reset()]) { client in
        try client.send("one DR")
        try client.send("OP two")
        #expect(throws: connectionReset) { try client.receiveSome() }
    }
    #expect(verdict.failures.isEmpty, "\(verdict)")
}
