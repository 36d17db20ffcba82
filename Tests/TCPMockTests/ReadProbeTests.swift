// Probes and verdicts: whose count belongs to which connection, and what follows from it.

import Synchronization
import TestClient
import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A client that takes "OneTwo" out of its kernel, says what it has read of it, and closes.
private func verdict(
    _ script: Script = [.send("OneTwo")], options: MockServer.Options = .init(),
    _ say: @escaping @Sendable (ReadProbe, _ closing: () -> Void) throws -> Void
) async throws -> Verdict {
    try await serve(script, options: options, staying: true) { client in
        let probe = ReadProbe(descriptor: client.fd)
        _ = try client.receive(6)
        try say(probe) { client.close() }
    }
}

// MARK: What is a failure

@Test func aClientWhoseCodeHasReadEverythingIsClean() async throws {
    let verdict = try await verdict { probe, close in
        probe.noteRead(6)
        probe.end()
        close()
    }
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.readByClient?.description == "6 bytes, says its probe")
}

@Test func aWrittenDisconnectIsWhereUnreadBytesAreTold() async throws {
    let line = UInt(#line) + 1
    let verdict = try await verdict([.send("OneTwo"), .expectDisconnect()]) { probe, close in
        probe.end()
        close()
    }
    #expect(verdict.failures.map(\.location.line) == [line])
    #expect(verdict.failures.first?.step == 2)
    #expect(verdict.failures.first?.summary.contains("its code had read none of the 6 bytes sent to it") == true)
    #expect(verdict.failures.first?.message.contains("hint      the client's runtime took the bytes in") == true)
}

@Test(arguments: [Departure.any])
func whoMayLeaveAnyhowMayLeaveBytesUnread(_ how: Departure) async throws {
    let verdict = try await verdict([.send("OneTwo"), .expectDisconnect(how)]) { probe, close in
        probe.end()
        close()
    }
    #expect(verdict.isClean, "\(verdict)")
}

@Test func whoMayStayMayLeaveBytesUnread() async throws {
    let verdict = try await verdict(options: .init(afterScript: .mayStayOpen)) { probe, close in
        probe.end()
        close()
    }
    #expect(verdict.isClean, "\(verdict)")
}

@Test func aProbeThatHasNotEndedAccusesNobody() async throws {
    let kept = Mutex<ReadProbe?>(nil)
    let verdict = try await verdict { probe, close in
        kept.withLock { $0 = probe }
        probe.noteRead(3)
        close()
    }
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.readByClient == ReadByClient(count: 3, source: .probe))
    kept.withLock { $0?.end() }
}

@Test func aProbeThatIsDroppedHasEnded() async throws {
    let server = try MockServer([.send("OneTwo")])
    let client = try server.connect()
    _ = try client.receive(6)
    do {
        let probe = ReadProbe(descriptor: client.fd)
        probe.noteRead(3)
    }
    client.close()
    #expect(await server.finish().failures.map(\.kind) == [.departure])
}

@Test func whatIsNotedAfterTheEndDoesNotCount() {
    let probe = ReadProbe(localHost: "::1", localPort: 9, serverPort: 9)
    probe.noteRead(2)
    probe.end()
    probe.noteRead(3)
    probe.end()
    #expect(probe.readCount == 2)
}

@Test func withoutAProbeTheKernelSaysHowMuchWasRead() async throws {
    let verdict = try await serve([.send("OneTwo")], staying: true) { client in
        _ = try client.receive(6)
        client.close()
    }
    #expect(verdict.isClean)
    #if os(Linux)
        // Where the kernel was asked before the client was gone.
        let read = verdict.connections.first?.readByClient
        #expect(read == nil || read == ReadByClient(count: 6, source: .kernel))
    #endif
}

@Test func aResetNamesTheProbesCountToo() async throws {
    let server = try MockServer([.send("OneTwo")])
    let socket = try ProbeSocket(connectingTo: server.address)
    _ = try socket.receive(exactly: 3)
    socket.close()  // three bytes are left in the kernel: a reset
    let failure = try #require(await server.finish().failures.first)
    #expect(
        failure.details.contains("  probe     the client's code had read 3 of the 6 bytes sent to it"), "\(failure)")
}

// MARK: Whose count it is

private let ends = ReadTally.Ends(client: "127.0.0.1:1", serverPort: 1)

extension ReadTallies {
    fileprivate func reads(_ ends: ReadTally.Ends, _ life: ClosedRange<UInt64> = 0...UInt64.max) -> ProbedReads? {
        reads(ends, during: life)
    }
}

@Test func anEarlierUserOfThePortIsNotTakenForTheClient() {
    let tallies = ReadTallies(mostEnded: 10)
    let first = tallies.begin(ends)
    first.add(5)
    tallies.end(first)
    let between = SocketCalls.now + 1
    #expect(tallies.reads(ends, between...between + 1) == nil)
    #expect(tallies.reads(ends, 0...between) == ProbedReads(count: 5, isFinal: true))
    while SocketCalls.now <= between {}
    let second = tallies.begin(ends)
    #expect(tallies.reads(ends, between...UInt64.max) == ProbedReads(count: 0, isFinal: false))
    #expect(tallies.reads(ends, 0...between) == ProbedReads(count: 5, isFinal: true))
    tallies.end(second)
}

@Test func aNewProbeEndsTheOlderOneOfTheSameConnection() {
    let tallies = ReadTallies(mostEnded: 10)
    let (older, newer) = (tallies.begin(ends), tallies.begin(ends))
    older.add(5)
    newer.add(1)
    #expect(older.reads == ProbedReads(count: 0, isFinal: true))
    #expect(tallies.reads(ends) == ProbedReads(count: 1, isFinal: false))
}

@Test func anotherServersClientOnTheSamePortIsAnother() {
    let tallies = ReadTallies(mostEnded: 10)
    _ = tallies.begin(ends)
    #expect(tallies.reads(ReadTally.Ends(client: ends.client, serverPort: 2)) == nil)
}

@Test func onlySoManyThatHaveEndedAreKept() {
    let tallies = ReadTallies(mostEnded: 10)
    let all = (2...101).map { ReadTally.Ends(client: "127.0.0.1:\($0)", serverPort: 1) }
    let open = tallies.begin(ends)
    for ends in all { tallies.end(tallies.begin(ends)) }
    let kept = all.filter { tallies.reads($0) != nil }
    #expect((10..<20).contains(kept.count))
    #expect(kept == Array(all.suffix(kept.count)))
    tallies.end(open)
}

// MARK: The socket

@Test func closingWakesACallOnAnotherThread() throws {
    let server = try MockServer(options: .init(afterScript: .mayStayOpen))
    let socket = try ProbeSocket(connectingTo: server.address)
    let received = Locked<[UInt8]?>(nil)
    let done = onAThread { received.withLock { $0 = try? socket.receive() } }
    #expect(becomes { socket.record.receiveCalls == 1 })
    socket.close()
    done.wait()
    #expect(received.withLock { $0 } == [])  // the end of the stream, and no limit that has passed
    #expect(socket.fileDescriptor == -1)
    #expect(throws: ProbeSocket.CallError(call: "recv", errno: EBADF)) { try socket.receive() }
    socket.close()
    func stop() { _ = server.stop() }
    stop()
}

@Test func aRefusedConnectionIsNamed() throws {
    let server = try MockServer()
    func stop() { _ = server.stop() }
    stop()
    #expect(throws: ProbeSocket.CallError(call: "connect", errno: ECONNREFUSED)) {
        try ProbeSocket(connectingTo: server.address)
    }
    #expect(throws: MockError.self) { try ProbeSocket(connectingTo: .ipv4("127.0.0.1", port: 70_000)) }
    #expect(throws: ProbeSocket.CallError(call: "connect", errno: EINVAL)) {
        try ProbeSocket(connectingTo: .ipv4("localhost", port: 1))
    }
}

@Test func aCallThatBlocksTooLongGivesUp() async throws {
    let server = try MockServer()
    let socket = try ProbeSocket(connectingTo: server.address, limit: .milliseconds(20))
    #expect(throws: ProbeSocket.CallError(call: "recv", errno: EAGAIN)) { try socket.receive() }
    socket.close()
    _ = await server.stop()
}

@Test func whoHasShutDownSendingStillReceives() async throws {
    let server = try MockServer([.expect("Q"), .expectEOF(), .send("answer"), .halfClose()])
    let socket = try ProbeSocket(connectingTo: server.address)
    try socket.send("Q")
    try socket.shutDownSending()
    #expect(try socket.receive(exactly: 7) == Array("answer".utf8))
    #expect(throws: ProbeSocket.CallError(call: "send", errno: EPIPE)) { try socket.send("more") }
    socket.close()
    #expect(await server.finish().isClean)
}
