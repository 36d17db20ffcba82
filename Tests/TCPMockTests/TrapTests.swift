// Traps that mocks over real sockets fall into, by number.
// Those of faults that meet who connects (6, 8, 9, 11, 12, 13) are in ConnectFault…Tests.swift and BlackHoleTests.swift too.
// 7, 14, 15 belong to lock-step delivery, kernel assertions and sweeps, which do not exist yet.

import TCPMock
import TestClient
import Testing

/// The limit passed while the loop stood still, yet the bytes were there: they count, not the timer.
@Test func trap0_bytesThatWaitAreNotJudgedATimeout() async throws {
    let server = try MockServer([.send("go"), .expect("PING", within: unscaled(.milliseconds(600))), .send("PONG")])
    let client = try server.connect()
    try client.expectText("go")
    let block = LoopBlock.begin()
    try client.send("PING")
    pause(milliseconds: 1000)
    block.release()
    try client.expectText("PONG")
    client.close()
    expectClean(await server.finish())
}

/// A plain close(2) resets when input is unread, and the client may lose even what it was sent.
@Test func trap1_aDisconnectWithUnreadInputIsTheEndOfTheStream() async throws {
    let options = MockServer.Options(limits: Limits(maxBuffered: 4096))
    let script: Script = [.expect("ab"), .send("bye"), .disconnect(discardingInput: true)]
    let verdict = try await serve(script, options: options) { client in
        try client.send(Array("ab".utf8) + [UInt8](repeating: 7, count: 1 << 20))
        try client.expectText("bye")
        try client.expectEnd()
        try client.send("still no broken pipe")
    }
    expectClean(verdict)
    #expect(verdict.connections.map(\.sent) == [Array("bye".utf8)])
}

/// The loop stands still until the reset has come behind the words.
@Test func trap2_lastWordsBeforeAResetAreRead() async throws {
    let server = try MockServer([.send("go"), .expect("QUIT"), .expectDisconnect(.reset)])
    let client = try server.connect()
    try client.expectText("go")
    let block = LoopBlock.begin()
    try client.send("QUIT")
    client.reset()
    block.release()
    let verdict = await server.finish()
    expectClean(verdict)
    #expect(verdict.connections.map(\.received) == [Array("QUIT".utf8)])
    #expect(verdict.connections.map(\.end) == [.rst])
}

@Test(arguments: [[], [.expectEOF()]] as [Script])
func trap3_aClientThatHalfClosesGetsItsReply(end: Script) async throws {
    let verdict = try await serve([.expect("Q"), .delay(.milliseconds(20))] + end + [.send("reply")]) { client in
        try client.send("Q")
        client.shutDownWriting()
        try client.expectText("reply")
        try client.expectEnd()
    }
    expectClean(verdict)
    #expect(verdict.connections.map(\.end) == [.fin])
}

/// An empty queue shows that the client took the bytes, not that it did anything with them.
@Test func trap4_whatIsTakenFromTheKernelIsNotCalledUnderstood() async throws {
    let script: Script = [.send("220\r\n"), .receive(exactly: 2), .expect("HELO", within: .milliseconds(50))]
    let verdict = try await play(script) { client, _ in
        try client.expectText("220\r\n")
        try client.send("ok")
    }
    let message = try #require(verdict.failures.first).message
    let fact = "the client's queue was empty: it had taken all 5 bytes sent to it, asked at the failure"
    #expect(message.contains(fact), "\(message)")
    #expect(!message.contains(/understood|has read|had read/), "\(message)")
}

/// After the close there is no queue to ask about: join() returns when the kernel has been asked.
@Test func trap5_theSampleIsFromBeforeTheCloseAndItsAgeIsTold() async throws {
    let verdict = try await play([.send("OneTwo"), .expect("read")]) { client, server in
        try client.expectText("One")
        try client.send("read")
        try await server.join()
        client.close()
    }
    let message = try #require(verdict.failures.first).message
    let fact =
        /3 of the 6 bytes sent to it were still in the client's queue, asked [\d.]+ (µs|ms|s) before the failure/
    #expect(message.contains(fact), "\(message)")
    #expect(verdict.connections.map(\.unreadByClient) == [3])
}

/// A port that is free again is soon another test's: a late client would meet a stranger.
@Test func trap9_aFinishedServersPortStaysHeld() async throws {
    let server = try MockServer([.send("bye"), .close()])
    let client = try server.connect()
    try client.expectText("bye")
    client.close()
    expectClean(await server.finish())
    let isRefused = becomes { (try? server.connect()) == nil }
    #expect(isRefused)  // the listener is gone, the port is not
    let taken = MockAddress.ipv4(server.host, port: server.port)
    withExtendedLifetime(server) {
        _ = #expect(throws: MockError.self) { try MockServer(options: .init(address: taken)) }
    }
}

/// The reset shows that the loop has judged. It told nobody, or this test had an issue: the verdict is a value, for
/// whoever asks, on whatever task.
@Test func trap10_aFailureIsRecordedByNobodyUntilItIsAskedFor() async throws {
    let server = try MockServer([.expect("a")])
    let client = try server.connect()
    try client.send("b")
    client.expectReset()
    let elsewhere = await Task.detached { await server.finish() }.value
    let here = await server.finish()
    #expect(elsewhere.failures.map(\.kind) == [.mismatch])
    #expect(here.failures == elsewhere.failures)
}

@Test func trap11_noTimerFiresAfterTheStop() async throws {
    let server = try MockServer([.send("go"), .expect("never", within: unscaled(.seconds(2)))])
    let client = try server.connect()
    try client.expectText("go")
    let verdict = await server.stop()
    #expect(verdict.failures.isEmpty, "\(verdict)")
    try await Task.sleep(for: .milliseconds(2200))  // past the limit
    #expect(await server.finish().description == verdict.description)
    client.expectReset()
}

/// Closing a listener does not wake a thread that waits in accept(2). The quickest counts: other tests stall the loop.
@Test func trap11_aStopWakesTheServerThatAwaitsAClient() throws {
    let times = try (1...5).map { _ in
        let server = try MockServer([.expect("a")], options: .init(limits: Limits(step: .seconds(600))))
        return ContinuousClock().measure { #expect(server.stop().isClean) }
    }
    #expect(try #require(times.min()) < .seconds(1))
}

@Test func trap11_stoppingOneServerDoesNotStopAnother() async throws {
    let one = try MockServer([.expect("a")])
    let patient = MockServer.Options(limits: Limits(step: .seconds(60)))  // this task may not run for seconds
    let other = try MockServer([.expect("a"), .send("b")], options: patient)
    let client = try other.connect()
    #expect(await one.stop().isClean)
    try client.send("a")
    try client.expectText("b")
    client.close()
    expectClean(await other.finish())
}

@Test func trap13_theScriptIsCompleteBeforeTheFirstClientComes() async throws {
    for number in 1...100 {
        let verdict = try await serve([.send("\(number)"), .disconnect()]) { client in
            try client.expectText("\(number)")
            try client.expectEnd()
        }
        expectClean(verdict)
        #expect(verdict.accepted == 1)
    }
}
