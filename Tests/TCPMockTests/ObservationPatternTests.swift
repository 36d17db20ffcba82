// Waiting until certain bytes have come.

@testable import TCPMock
import TestClient
import Testing

private let patient = MockServer.Options(limits: Limits(step: .seconds(60)), afterScript: .mayStayOpen)

@Test func aPatternIsFoundAcrossReads() async throws {
    let server = try MockServer([.receive(exactly: 11)], options: patient)
    let client = try server.connect()
    let found = Task { try await server.received("QUIT\r\n") }
    for piece in ["hello", "QU", "I", "T\r", "\n"] {
        try client.send(piece)
        _ = server.accepted  // has been read by then
    }
    #expect(try await found.value == 1)
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func aPatternThatHadComeIsFoundAtOnceAndAfterTheEnd() async throws {
    let server = try MockServer([.receive(exactly: 5)], options: patient)
    let client = try server.connect()
    try client.send("hello")
    #expect(try await server.received("ell") == 1)
    client.close()
    #expect(try await server.received("hell") == 1)
    _ = await server.finish()
    #expect(try await server.received("llo", on: 1) == 1)
}

@Test func theConnectionThatSentThePatternIsNamed() async throws {
    let server = try MockServer(every: [.receive(exactly: 5)], options: patient)
    let clients = try (1...5).map { _ in try server.connect() }
    let found = Task { try await server.received("needl") }
    try clients[1].send("hayst")
    try clients[3].send("needl")
    let number = try await found.value
    #expect(server.connections[number - 1].received == Array("needl".utf8))
    await #expect(throws: MockError.self) {
        try await server.received("needl", on: number == 1 ? 2 : 1, within: .zero)
    }
    _ = await server.stop()
    withExtendedLifetime(clients) {}
}

@Test func aPatternThatDoesNotComeIsToldWithWhatCame() async throws {
    let server = try MockServer([.receive(exactly: 5)], options: patient)
    let nobody = await #expect(throws: MockError.self) {
        try await server.received("x", within: unscaled(.milliseconds(1)))
    }
    #expect(nobody?.message == #"waited for "x", but it has not come within 1 ms; so far nobody has connected"#)
    #expect(nobody?.kind == .notReceived)
    let client = try server.connect()
    let silent = await #expect(throws: MockError.self) { try await server.received("x", within: .zero) }
    #expect(
        silent?.message == #"waited for "x", but it has not come within 0 µs; so far connection 1 sent nothing"#)
    try client.send("hello")
    let passed = await #expect(throws: MockError.self) { try await server.received("bye", within: .zero) }
    #expect(
        passed?.message
            == #"waited for "bye", but it has not come within 0 µs; so far connection 1 sent "hello""#)
    client.close()
    let ended = await #expect(throws: MockError.self) { try await server.received("bye", on: 1) }
    #expect(
        ended?.message
            == #"waited for "bye" on connection 1, but the client's stream has ended; so far connection 1 sent "hello""#
    )
    _ = await server.finish()
    let over = await #expect(throws: MockError.self) { try await server.received("bye") }
    #expect(
        over?.message == #"waited for "bye", but the server has ended; so far connection 1 sent "hello""#)
}

@Test func waitingForAPatternEndsWhenTheScriptFails() async throws {
    let server = try MockServer([.expect("hello")], options: patient)
    let client = try server.connect()
    let waiting = Task { try await server.received("bye") }
    try client.send("hellO")
    let error = await #expect(throws: MockError.self) { try await waiting.value }
    #expect(
        error?.message == #"waited for "bye", but the script has failed; so far connection 1 sent "hellO""#)
    let later = await #expect(throws: MockError.self) { try await server.received("bye") }
    #expect(later?.message == error?.message)
    _ = await server.finish()
}

@Test func waitingForAPatternEndsWithTheServerOrTheTask() async throws {
    let server = try MockServer(options: patient)
    let cancelled = Task { try await server.received("a") }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    let waiting = Task { try await server.received("a") }
    _ = await server.stop()
    let error = await #expect(throws: MockError.self) { try await waiting.value }
    #expect(error?.message == #"waited for "a", but the server has ended; so far nobody has connected"#)
}

@Test func aClientThatWaitsSpeaksOfItsServer() async throws {
    let server = try MockServer([.send("hello"), .expectDisconnect()])
    let client = try MockClient(connectingTo: server.address, [.receive(exactly: 5)])
    try await client.received("hello", on: 1)
    _ = await client.finish()
    _ = await server.finish()
    let one = await #expect(throws: MockError.self) { try await client.received("bye", on: 1) }
    #expect(
        one?.message.contains("but the server's stream has ended; so far connection 1 sent \"hello\"") == true,
        "\(one as Any)")
    let any = await #expect(throws: MockError.self) { try await client.received("bye") }
    #expect(any?.message.contains("but the client has ended") == true, "\(any as Any)")
}

@Test func aPatternCanNotBeSoughtInWhatWasNotRecorded() async throws {
    var options = patient
    options.recording = .bytes(5)  // the first three and the last two
    let server = try MockServer([.receive(exactly: 9)], options: options)
    let client = try server.connect()
    try client.send("abcdef")
    #expect(becomes { server.connections.first?.receivedCount == 6 })
    #expect(try await server.received("abc") == 1)
    let error = await #expect(throws: MockError.self) { try await server.received("def") }
    #expect(error?.message.hasPrefix("3 bytes of connection 1 had come before, and were not recorded") == true)
    _ = await server.stop()
    client.close()
}

@Test func aThreadCanBlockUntilAPatternHasCome() throws {
    let server = try MockServer([.receive(exactly: 5)], options: patient)
    let client = try server.connect()
    let sending = onAThread { try? client.send("hello") }
    #expect(try server.received("llo") == 1)
    #expect(throws: MockError.self) { try server.received("bye", within: .zero) }
    sending.wait()
    client.close()
    #expect(finishBlocking(server).isClean)
    #expect(throws: MockError.self) { try server.received("bye") }
}

private func finishBlocking(_ server: MockServer) -> Verdict { server.finish() }

@Test func aPatternWithoutBytesOrWithBadHexIsAnError() async throws {
    let server = try MockServer()
    await #expect(throws: MockError.self) { try await server.received("", within: .zero) }
    await #expect(throws: MockError.self) { try await server.received(.hex("0"), within: .zero) }
    await #expect(throws: MockError.self) { try await server.received("a", on: 0, within: .zero) }
    _ = await server.stop()
}

/// Patterns that overlap themselves, in streams of two letters, cut anywhere.
@Test func aSearchFindsAPatternWhereverItBeginsAndHoweverItIsCut() {
    var generator = SystemRandomNumberGenerator()
    for _ in 1...2000 {
        let pattern = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            UInt8.random(in: 0...1, using: &generator)
        }
        let stream = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
            UInt8.random(in: 0...1, using: &generator)
        }
        let cut = Int.random(in: 0...stream.count, using: &generator)
        var search = PatternSearch(pattern)
        let isFound = search.isFound(in: Array(stream[..<cut])) || search.isFound(in: Array(stream[cut...]))
        let expected = stream.indices.contains { stream[$0...].starts(with: pattern) }
        #expect(isFound == expected, "\(pattern) in \(stream), cut at \(cut)")
    }
}
