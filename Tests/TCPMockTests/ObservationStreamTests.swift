// Bytes of a connection as they arrive.

@testable import TCPMock
import TestClient
import Testing

private func patient(recording: Int = 16 * 1024) -> MockServer.Options {
    MockServer.Options(
        limits: Limits(step: .seconds(60)), afterScript: .mayStayOpen, recording: .bytes(recording))
}

private func whole(_ stream: ReceivedBytes) async throws -> [UInt8] {
    try await stream.reduce(into: []) { $0 += $1 }
}

private func text(_ stream: ReceivedBytes) async throws -> String {
    String(decoding: try await whole(stream), as: UTF8.self)
}

/// There received bytes and the end of the stream are fed to a reader that the test awaits.
@Test func e17_receivedBytesCanBeAwaitedUpToTheEndOfTheStream() async throws {
    let server = try MockServer([.receive(exactly: 10), .expectDisconnect()], options: patient())
    let client = try server.connect()
    var bytes = server.received(on: 1).makeAsyncIterator()
    try client.send("hello")
    let first = try await bytes.next()
    #expect(first == Array("hello".utf8))
    try client.send("world")
    let second = try await bytes.next()
    #expect(second == Array("world".utf8))
    client.close()
    let end = try await bytes.next()
    #expect(end == nil)
    let again = try await bytes.next()
    #expect(again == nil)
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

/// There a subclass overrides two methods, to be told of data and of the end.
@Test func e15_dataAndEndAreToldWhileTheServerRuns() async throws {
    let server = try MockServer(options: patient())
    let told = Task {
        var told: [String] = []
        for try await bytes in server.received(on: 1) {
            told.append(String(decoding: bytes, as: UTF8.self))  // withReceivedData
        }
        return told + ["end"]  // atEOF
    }
    try server.enqueue(.expect("hello"))
    let client = try server.connect()
    try client.send("hello")
    client.close()
    #expect(try await told.value.joined(separator: "|") == "hello|end")
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func aStreamBeginsWithWhatHadComeBefore() async throws {
    let server = try MockServer([.receive(exactly: 6)], options: patient())
    let client = try server.connect()
    try client.send("abc")
    #expect(becomes { server.connections.first?.receivedCount == 3 })
    let stream = server.received(on: 1)
    try client.send("def")
    client.close()
    #expect(try await text(stream) == "abcdef")
    _ = await server.finish()
}

/// The record and the live bytes meet while the client sends: nothing comes twice, and nothing is left out.
@Test func aStreamThatBeginsInTheMiddleHasNeitherGapNorOverlap() async throws {
    for round in 1...30 {
        let total = 200_000
        let sent = (0..<total).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 8)) }
        let server = try MockServer([.receive(exactly: total)], options: patient(recording: total))
        let client = try server.connect()
        let sending = onAThread {
            for start in stride(from: 0, to: total, by: 997) {
                try? client.send(Array(sent[start..<min(total, start + 997)]))
            }
            client.close()
        }
        #expect(becomes { (server.connections.first?.receivedCount ?? 0) >= round * 1000 })
        let streams = (1...3).map { _ in server.received(on: 1) }
        for stream in streams {
            let got = try await whole(stream)
            #expect(got == sent)
        }
        sending.wait()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }
}

/// Of a stream that is longer than what is recorded, the first half of that is its beginning.
@Test(arguments: [0, 4])
func aStreamSaysWhenItsBeginningWasNotRecorded(recording: Int) async throws {
    let server = try MockServer([.receive(exactly: 9)], options: patient(recording: recording))
    let client = try server.connect()
    try client.send("123456")
    #expect(becomes { server.connections.first?.receivedCount == 6 })
    var bytes = server.received(on: 1).makeAsyncIterator()
    if recording > 0 {
        let kept = try await bytes.next()
        #expect(kept == Array("12".utf8))
    }
    let error = await #expect(throws: MockError.self) { try await bytes.next() }
    #expect(
        error?.message
            == "\(6 - recording / 2) bytes of connection 1 had come before, and were not recorded: "
            + "ask before the client sends them, or raise MockServer.Options.recording")
    try client.send("789")
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func aStreamThatListensFromTheStartNeedsNoRecording() async throws {
    let server = try MockServer([.receive(exactly: 300_000)], options: patient(recording: 0))
    let stream = server.received(on: 1)
    LoopBlock.begin().release()  // a loop that is kept busy might see the client before it is asked to listen
    let client = try server.connect()
    let sending = onAThread {
        try? client.send([UInt8](repeating: 7, count: 300_000))
        client.close()
    }
    #expect(try await whole(stream) == [UInt8](repeating: 7, count: 300_000))
    sending.wait()
    _ = await server.finish()
}

@Test func aStreamIsOfTheOneConnectionAndWaitsForItToCome() async throws {
    let server = try MockServer(every: [.receive(exactly: 3)], options: patient())
    let second = Task { try await text(server.received(on: 2)) }
    for word in ["one", "two", "six"] {
        let client = try server.connect()
        try client.send(word)
        client.close()
    }
    #expect(try await second.value == "two")
    #expect(try await text(server.received(on: 3)) == "six")
    _ = await server.finish()
    #expect(try await text(server.received(on: 1)) == "one")  // from what was recorded
}

@Test func aStreamEndsWhenTheClientResets() async throws {
    let server = try MockServer([.receive(exactly: 3), .expectDisconnect(.reset)], options: patient())
    let stream = server.received(on: 1)
    let client = try server.connect()
    try client.send("abc")
    #expect(becomes { server.connections.first?.receivedCount == 3 })
    client.reset()
    #expect(try await text(stream) == "abc")
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func aStreamEndsWhenTheScriptClosesOrFails() async throws {
    for (script, fails) in [([.expect("abc"), .close()], false), ([.expect("abd")], true)] as [(Script, Bool)] {
        let server = try MockServer(script, options: patient())
        let stream = server.received(on: 1)
        let client = try server.connect()
        try client.send("abc")
        #expect(try await text(stream) == "abc")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean != fails)
    }
}

@Test func aStreamOfAConnectionThatNeverComesEndsWithTheServer() async throws {
    let server = try MockServer()
    let stream = server.received(on: 1)
    let reading = Task { try await text(stream) }
    _ = await server.stop()
    #expect(try await reading.value == "")
    #expect(try await text(server.received(on: 1)) == "")
}

@Test func aStreamOfAConnectionThatNeverComesEndsWhenTheScriptFails() async throws {
    let server = try MockServer(connections: [[.expect("a")], [.expect("b")]], options: patient())
    let stream = server.received(on: 2)
    let client = try server.connect()
    try client.send("x")
    client.expectReset()
    #expect(try await text(stream) == "")
    #expect(try await text(server.received(on: 2)) == "")
    let refused = try server.connect()
    refused.expectReset()
    await #expect(throws: MockError.self) { try await text(server.received(on: 2)) }
    _ = await server.finish()
}

@Test func aStreamEndsWhenItsServerIsDropped() async throws {
    var server: MockServer? = try MockServer(options: patient())
    let stream = try #require(server?.received(on: 1))
    let reading = Task { try await text(stream) }
    _ = await server?.stop()  // else it would say on standard error that it was never finished
    server = nil
    #expect(try await reading.value == "")
}

@Test func aCancelledReaderThrowsAndTheServerGoesOn() async throws {
    let server = try MockServer([.expect("a")], options: patient())
    let reading = Task { try await text(server.received(on: 1)) }
    reading.cancel()
    await #expect(throws: CancellationError.self) { try await reading.value }
    let client = try server.connect()
    try client.send("a")
    client.close()
    #expect(try await text(server.received(on: 1)) == "a")
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func aReaderIsCancelledWhereverItStands() async throws {
    for _ in 1...300 {
        let stream = ByteStream(of: 1)
        let reading = Task { try await stream.next() }
        let bringing = onAThread { stream.arrived([1], on: 1) }
        reading.cancel()
        _ = try? await reading.value
        bringing.wait()
    }
}

@Test func aStreamThatNobodyTakesFromEndsWithAnErrorBehindWhatItHolds() async throws {
    let stream = ByteStream(of: 1, capacity: 10)
    stream.arrived([1, 2, 3, 4, 5, 6], on: 1)
    stream.arrived([7, 8, 9, 10, 11], on: 1)
    stream.arrived([12], on: 1)
    #expect(try await stream.next() == [1, 2, 3, 4, 5, 6])
    let error = await #expect(throws: MockError.self) { try await stream.next() }
    #expect(
        error?.message == "10 bytes of connection 1 wait to be taken: take them faster, or stop listening")
    #expect(try await stream.next() == nil)
}

@Test func aNumberThatNoConnectionHasIsAnError() async throws {
    let server = try MockServer()
    await #expect(throws: MockError.self) { try await text(server.received(on: 0)) }
    _ = await server.stop()
}

/// A stream that is dropped while bytes come, again and again, by many at once.
@Test func streamsComeAndGoWhileBytesArrive() async throws {
    let total = 2_000_000
    let server = try MockServer([.receive(exactly: total)], options: patient(recording: total))
    let client = try server.connect()
    let sending = onAThread {
        for _ in 0..<(total / 1000) { try? client.send([UInt8](repeating: 1, count: 1000)) }
        client.close()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 1...4 {
            group.addTask {
                for _ in 1...50 {
                    var bytes = server.received(on: 1).makeAsyncIterator()
                    _ = try await bytes.next()
                }
            }
        }
        try await group.waitForAll()
    }
    sending.wait()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.receivedCount == total)
}

/// What arrives between asking and being told what was recorded is part of that record.
@Test func whoHasNotBeenToldTheRecordIsNotToldWhatArrives() {
    let observers = Observers()
    let stream = ByteStream(of: 2)
    let token = observers.add(stream, to: 2)
    #expect(observers.listeners(to: 2, for: 0).isEmpty)
    #expect(observers.listeners(to: 2, for: token).count == 1)
    observers.replayed(token, accepted: 2, forgotten: 0)
    #expect(observers.listeners(to: 2, for: 0).count == 1)
    #expect(observers.listeners(to: 1, for: 0).isEmpty)
    #expect(observers.remove(token))
    #expect(!observers.remove(token))
    #expect(observers.listeners(to: 2, for: 0).isEmpty)
}
