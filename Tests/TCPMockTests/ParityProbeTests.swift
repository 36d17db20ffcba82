// Rows E18 to E21 and P25 of other tools' lists: a real socket that counts, and what the client's code has read.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Serves `script` to one probe socket that does `body` and then closes.
private func probe(
    _ script: Script, options: MockServer.Options = .init(), line: UInt = #line, _ body: (ProbeSocket) throws -> Void
) async throws -> Verdict {
    let server = try MockServer(script, options: options, line: line)
    let socket = try ProbeSocket(connectingTo: server.address)
    try body(socket)
    socket.close()
    return await server.finish()
}

// MARK: E18

@Test func e18_itIsATrueSocketThatWorksWithPoll() async throws {
    let verdict = try await probe([.expect("Q"), .send("answer"), .halfClose()]) { (socket) throws in
        var state = pollfd(fd: socket.fileDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&state, 1, 0) == 0)
        try socket.send("Q")
        #expect(poll(&state, 1, 30_000) == 1)
        #expect(state.revents & Int16(POLLIN) != 0)
        #expect(try socket.receive(exactly: 6) == Array("answer".utf8))
        #expect(try socket.receive() == [])
    }
    #expect(verdict.isClean, "\(verdict)")
}

@Test(arguments: [
    MockAddress.loopback, .loopbackIPv6, .abstract("tcpmock-e18-\(getpid())"),
    .unix(path: "/tmp/tcpmock-e18-\(getpid())"),
])
func e18_itConnectsToServersOfEachFamily(_ address: MockAddress) async throws {
    #if os(Linux)
        let verdict = try await probe([.expect("Q"), .send("A")], options: .init(address: address)) { (socket) throws in
            try socket.sendAll("Q")
            #expect(try socket.receive(exactly: 1) == [0x41])
        }
        #expect(verdict.isClean, "\(verdict)")
    #endif
}

// MARK: E19

@Test func e19_aConnectedSocketIsTakenOverWithItsTimeouts() async throws {
    let server = try MockServer([.expect("Q"), .send("A")])
    var descriptor = try adoptable(server)
    let number = descriptor
    var limit = timeval(tv_sec: 7, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    limit.tv_sec = 5
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let socket = try ProbeSocket(adopting: &descriptor)
    #expect(descriptor == -1)
    #expect(socket.fileDescriptor == number)
    #expect(seconds(number, SO_RCVTIMEO) == 7 && seconds(number, SO_SNDTIMEO) == 5)
    try socket.send("Q")
    #expect(try socket.receive() == [0x41])
    socket.close()
    #expect(await server.finish().isClean)
}

@Test func e19_aSocketThatDoesNotBlockStaysSo() async throws {
    let server = try MockServer([.expect("Q"), .send("A")])
    var descriptor = try adoptable(server)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    let socket = try ProbeSocket(adopting: &descriptor)
    #expect(throws: ProbeSocket.CallError.self) { try socket.receive() }
    try socket.send("Q")
    var state = pollfd(fd: socket.fileDescriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&state, 1, 30_000) == 1)
    #expect(try socket.receive() == [0x41])
    socket.close()
    #expect(await server.finish().isClean)
}

@Test func e19_whatIsNoConnectedSocketIsLeftToItsOwner() throws {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let number = ends[0]
    #expect(throws: ProbeSocket.CallError.self) { try ProbeSocket(adopting: &ends[0]) }
    #expect(ends[0] == number)
    #expect(fcntl(number, F_GETFD) >= 0)
    for end in ends { close(end) }
}

/// A socket connected to `server`, as other code may have made it.
private func adoptable(_ server: MockServer) throws -> Int32 {
    let client = try TestClient.connect(server.host, server.port)
    defer { client.close() }
    return dup(client.fd)
}

private func seconds(_ descriptor: Int32, _ option: Int32) -> Int {
    var limit = timeval()
    var length = socklen_t(MemoryLayout<timeval>.size)
    getsockopt(descriptor, SOL_SOCKET, option, &limit, &length)
    return limit.tv_sec
}

// MARK: E20

@Test func e20_callsAndBytesAreCounted() async throws {
    let verdict = try await probe([.expect("GET / HTTP/1.1\r\n\r\n"), .send("OK")]) { (socket) throws in
        try socket.send("GET / ")
        try socket.send("HTTP/1.1\r\n")
        try socket.sendAll("\r\n")
        _ = try socket.receive(exactly: 2)
        let record = socket.record
        #expect(String(decoding: record.sent, as: UTF8.self).contains("GET"))
        #expect((record.sendCalls, record.sendAllCalls, record.receiveCalls) == (2, 1, 1))
        #expect((record.sentCount, record.receivedCount) == (18, 2))
    }
    #expect(verdict.isClean, "\(verdict)")
}

@Test func e20_whatIsKeptIsBoundedAndTheCountIsExact() async throws {
    let server = try MockServer([.receive(exactly: 3_000_000)])
    let socket = try ProbeSocket(connectingTo: server.address, keeping: 1000)
    try socket.sendAll(Bytes([UInt8](repeating: 7, count: 3_000_000)))
    #expect(socket.record.sentCount == 3_000_000)
    #expect(socket.record.sent.count == 1000)
    #expect(socket.record.sent.allSatisfy { $0 == 7 })
    #expect(socket.record.sendAllCalls == 1)
    socket.close()
    #expect(await server.finish().isClean)
}

// MARK: E21

@Test(arguments: [["say byte-me now"], ["say byte", "-me now"], ["b", "yte-m", "e"]])
func e21_aSendFailsOnceTheCueHasAppearedAndStaysBroken(_ writes: [String]) async throws {
    let before = writes.dropLast().joined()
    let script: Script = before.isEmpty ? [] : [.expect(.text(before))]
    let verdict = try await probe(script) { (socket) throws in
        try socket.breakSends(at: "byte-me", errno: ECONNRESET)
        for text in writes.dropLast() { try socket.send(.text(text)) }
        let broken = ProbeSocket.CallError.self
        for _ in 1...2 {
            let error = #expect(throws: broken) { try socket.send(.text(writes.last ?? "")) }
            #expect(error?.errno == ECONNRESET)
        }
        #expect(throws: broken) { try socket.sendAll("more") }
        #expect(socket.record.sentCount == before.utf8.count)
        #expect(socket.record.sendCalls == writes.count + 1)
    }
    #expect(verdict.isClean, "\(verdict)")  // none of the last write has come
}

@Test func e21_aCueThatHasBeenSentBreaksTheNextSend() async throws {
    let verdict = try await probe([.expect("byte-me")]) { (socket) throws in
        try socket.sendAll("byte-me")
        try socket.breakSends(at: "byte-me")
        let error = #expect(throws: ProbeSocket.CallError.self) { try socket.send("x") }
        #expect(error?.description == "send: Broken pipe (EPIPE 32)")
    }
    #expect(verdict.isClean, "\(verdict)")
}

@Test(arguments: ["", Bytes.hex("zz")]) func e21_whatCantBeACueIsRefused(_ cue: Bytes) async throws {
    let verdict = try await probe([.expect("x")]) { (socket) throws in
        #expect(throws: MockError.self) { try socket.breakSends(at: cue) }
        try socket.sendAll("x")
    }
    #expect(verdict.isClean, "\(verdict)")
}

// MARK: P25

@Test func p25_whatTheClientsCodeHasReadIsAccounted() async throws {
    let verdict = try await probe([.send("One\nTwo\nThree"), .halfClose()]) { (socket) throws in
        #expect(try socket.receive(upTo: 2) == Array("On".utf8))
        #expect(try socket.receive(until: "\n") == Array("e\n".utf8))
        #expect(try socket.receive(exactly: 4) == Array("Two\n".utf8))
        #expect(socket.record.receivedCount == 8)
        // Incomplete: the stream ends before.
        #expect(try socket.receive(exactly: 6) == Array("Three".utf8))
        #expect(socket.record.receivedCount == 13)
    }
    #expect(verdict.isClean, "\(verdict)")
    let read = try #require(verdict.connections.first?.readByClient)
    #expect(read.count == 13)
    #expect(read.source == .probe)
}

@Test func p25_thePartOfAReadThatTheEndCutShortCounts() async throws {
    let verdict = try await probe([.send("1"), .halfClose()]) { (socket) throws in
        #expect(try socket.receive(exactly: 2) == Array("1".utf8))
    }
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.readByClient?.count == 1)
}

@Test func p25_aClientWhoseCodeHasNotReadAllFailsThoughTheKernelSaysItLeftCleanly() async throws {
    let server = try MockServer([.send("OneTwo")])
    let line = UInt(#line) - 1
    let client = try TestClient.connect(server.host, server.port)
    let probe = ReadProbe(descriptor: client.fd)
    #expect(try client.receive(6).count == 6)  // the runtime takes all of it
    probe.noteRead(3)  // its code half
    probe.end()
    client.close()
    let verdict = await server.finish()
    let failure = try #require(verdict.failures.first)
    #expect(failure.kind == .departure)
    #expect(failure.location.line == line)
    #expect(
        failure.summary.hasPrefix(
            "connection 1, after step 1 of 1: expected the client to disconnect with everything read, but it closed (FIN) "
                + #"and its code had read 3 of the 6 bytes sent to it ("Two"): says its probe; the kernel"#),
        "\(failure)")
    #expect(verdict.connections.first?.end == .fin)
    #expect(await server.finish().failures == verdict.failures)
}
