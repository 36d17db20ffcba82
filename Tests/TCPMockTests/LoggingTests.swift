// What a server tells a logger.

import Logging
@testable import TCPMock
import TestClient
import Testing

/// Keeps what is logged.
private final class Journal: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let text: String
        let metadata: Logger.Metadata
    }

    private struct Handler: LogHandler {
        let journal: Journal
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(level: event.level, text: "\(event.message)", metadata: event.metadata ?? [:])
            journal.kept.withLock { $0.append(line) }
        }
    }

    private let kept = Locked<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    /// Without the padding that aligns the outcomes of steps.
    var texts: [String] {
        lines.map { $0.text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
    }

    func options(_ level: Logger.Level) -> MockServer.Options {
        MockServer.Options(
            limits: Limits(step: .seconds(60)),
            logger: Logger(label: "test") { _ in Handler(journal: self, logLevel: level) })
    }
}

private func talk(_ options: MockServer.Options) async throws -> Verdict {
    try await serve([.expect("hello"), .send("bye"), .expectEOF()], options: options) { client in
        try client.send("hello")
        try client.expectText("bye")
    }
}

/// There each step logs at debug level, under a logger named after its class.
@Test func p29_eachStepIsLoggedAtDebugLevel() async throws {
    let journal = Journal()
    let verdict = try await talk(journal.options(.debug))
    #expect(verdict.isClean, "\(verdict)")
    #expect(journal.lines.allSatisfy { $0.level == .debug })
    let steps = journal.lines.filter { $0.metadata["step"] != nil }
    #expect(steps.map { $0.metadata["step"] } == ["1", "2", "3"])
    #expect(steps.allSatisfy { $0.metadata["connection"] == "1" })
    #expect(
        journal.texts.filter { $0.hasSuffix(" ok") } == [
            #"<- "hello" step 1 ok"#, #"-> "bye" step 2 ok"#, "expectEOF step 3 ok",
        ])
}

/// There a verbose server prints that it is initialised, what it received and sent, and that it closes.
@Test func e14_aVerboseServerTellsWhatItReceivedAndSent() async throws {
    let journal = Journal()
    let verdict = try await talk(journal.options(.trace))
    let connection = try #require(verdict.connections.first)
    let server = try #require(journal.lines.first?.metadata["server"])
    #expect(
        journal.texts == [
            "initialised, listening on \(server)",
            "client \(connection.peer) connected",
            "received 5 bytes",
            #"<- "hello" step 1 ok"#,
            "sent 3 bytes",
            #"-> "bye" step 2 ok"#,
            "client ended its stream (FIN)",
            "expectEOF step 3 ok",
            "closed connection after 8 bytes (5 received, 3 sent)",
        ])
    #expect(journal.lines.allSatisfy { $0.metadata["server"] == server })
}

@Test func aFailureIsLoggedWithItsLine() async throws {
    let journal = Journal()
    let verdict = try await serve([.expect("hello")], options: journal.options(.error)) { client in
        try client.send("hellO")
        client.expectReset()
    }
    let failure = try #require(verdict.failures.first)
    #expect(journal.texts == ["failed: \(failure.summary)"])
    #expect(journal.lines.first?.level == .error)
    #expect(journal.lines.first?.metadata["location"] == "\(failure.location)")
    #expect(journal.lines.first?.metadata["step"] == "1")
}

@Test func stepsOfALiveServerAreLogged() async throws {
    let journal = Journal()
    let server = try MockServer(options: journal.options(.debug))
    let client = try server.connect()
    for word in ["one", "two", "six"] {
        try server.enqueue(.expect(Bytes(word.utf8)))
        try client.send(word)
        try await server.join()
    }
    client.close()
    _ = await server.finish()
    #expect(
        journal.texts.filter { $0.hasSuffix(" ok") } == [
            #"<- "one" step 1 ok"#, #"<- "two" step 2 ok"#, #"<- "six" step 3 ok"#,
        ])
}

@Test func linesOfManyConnectionsStayInTheirOrder() async throws {
    let journal = Journal()
    var options = journal.options(.trace)
    options.recording = .countersOnly
    let server = try MockServer(every: [.expect("a"), .send("b"), .expect("c")], count: 200, options: options)
    let clients = try (1...200).map { _ in try server.connect() }
    for client in clients { try client.send("a") }
    for client in clients { try client.expectText("b") }
    for client in clients { try client.send("c") }
    for client in clients { client.close() }
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    for number in 1...200 {
        let lines = journal.lines.filter { $0.metadata["connection"] == "\(number)" }
        #expect(lines.compactMap { $0.metadata["step"] } == ["1", "2", "3"])
        #expect(lines.first?.text.hasSuffix("connected") == true)
        #expect(lines.last?.text == "closed connection after 3 bytes (2 received, 1 sent)")
    }
}

@Test func goingDownAndUpIsLogged() async throws {
    let journal = Journal()
    let server = try MockServer(options: journal.options(.debug))
    try await server.takeDown()
    try await server.bringUp()
    _ = await server.stop()
    #expect(Array(journal.texts.suffix(2)) == ["taken down, not listening", "brought up, listening"])
}

@Test(arguments: [nil, "", "off", "0"] as [String?])
func withoutAWordInTheEnvironmentNothingIsLogged(word: String?) {
    #expect(Logger(label: "TCPMock.MockServer", environmentValue: word) == nil)
}

@Test(
    arguments: [("trace", .trace), ("DEBUG", .debug), ("info", .info), ("error", .error), ("1", .debug)]
        as [(String, Logger.Level)])
func aWordInTheEnvironmentIsTheLevel(word: String, level: Logger.Level) {
    let logger = Logger(label: "TCPMock.MockServer", environmentValue: word)
    #expect(logger?.logLevel == level)
    #expect(logger?.label == "TCPMock.MockServer")
}

@Test func aClientIsLoggedInItsOwnWords() async throws {
    let journal = Journal()
    var options = MockClient.Options(limits: Limits(step: .seconds(60)))
    options.logger = journal.options(.debug).logger
    let server = try MockServer([.expect("hello"), .send("bye")])
    let client = try MockClient(connectingTo: server.address, [.send("hello"), .expect("bye")], options: options)
    expectClean(await client.finish())
    expectClean(await server.finish())
    #expect(journal.texts.first == "initialised, connecting to \(server.address)")
    #expect(journal.texts.contains("connected to server \(server.address)"), "\(journal.texts)")
    #expect(journal.texts.contains("-> \"hello\" step 1 ok"), "\(journal.texts)")
}
