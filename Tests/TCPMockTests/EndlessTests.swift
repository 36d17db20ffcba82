// Waits that once had no end, and losses that once were silent.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let soon = Limits(step: .milliseconds(300), afterScript: .seconds(1))

/// A pool's client that half-closes and leaves bytes unread kept finish() waiting for ever.
@Test func aPoolsClientThatHalfClosesDoesNotHoldTheFinishUp() async throws {
    let server = try MockServer(
        [.expect("a"), .send("bcd")], options: .init(limits: soon, afterScript: .mayStayOpen))
    let client = try TestClient.connect(server.host, server.port)
    try client.send("a")
    client.shutDownWriting()
    try await server.join()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    client.close()
}

/// Clients that connected again and again kept the finish of an open-ended server waiting for ever.
@Test(arguments: [false, true])
func clientsThatKeepComingDoNotHoldTheFinishUp(oneAtATime: Bool) async throws {
    let server = try MockServer(
        every: [.expect("a"), .send("b"), .expectDisconnect(.any)], oneAtATime: oneAtATime)
    let (host, port) = (server.host, server.port)
    let visitors = (1...4).map { _ in
        onAThread {
            // Ends when the server refuses or resets.
            while let client = try? TestClient.connect(host, port), (try? client.send("a")) != nil,
                (try? client.receiveText(1)) == "b"
            {
                client.reset()  // thousands in TIME_WAIT would take the ports of others
            }
        }
    }
    try await server.join()
    let verdict = await server.finish()
    #expect(verdict.accepted >= 1)
    for visitor in visitors { visitor.wait() }
}

/// Each discarded byte counted as progress towards the end.
@Test func aClientThatNeverStopsTalkingMeetsTheLimitOfADisconnect() async throws {
    let server = try MockServer([.disconnect(discardingInput: true)], options: .init(limits: soon))
    let client = try TestClient.connect(server.host, server.port)
    let chatter = onAThread {
        while (try? client.send("blah")) != nil { pause(milliseconds: 20) }
    }
    let verdict = await server.finish()
    #expect(verdict.failures.map(\.kind) == [.limit])
    chatter.wait()
    client.close()
}

@Test func whatWasNotPlayedIsNeverCalledAsScripted() async throws {
    let nobody = await (try MockServer([.expect("a")])).stop()
    #expect(!nobody.isComplete)
    #expect(!nobody.description.contains("all went as scripted"))
    let few = try MockServer(every: [.expect("a")], count: 5)
    let client = try TestClient.connect(few.host, few.port)
    try client.send("a")
    client.close()
    let verdict = await few.stop()
    #expect(!verdict.isComplete)
    #expect(verdict.notes.contains { $0.hasSuffix("had connected when the server was stopped") })
    let whole = try MockServer([.send("a")])
    let reader = try TestClient.connect(whole.host, whole.port)
    #expect(try reader.receiveText(1) == "a")
    reader.close()
    let all = await whole.finish()
    #expect(all.isComplete)
    #expect(all.description == "all went as scripted: one connection")
}

@Test func aListsFailureSaysWhichScriptsWereNotRun() async throws {
    let server = try MockServer(connections: [[.expect("a")], [.expect("b")], [.expect("c")]])
    let client = try TestClient.connect(server.host, server.port)
    try client.send("x")
    let verdict = await server.finish()
    #expect(verdict.failures.count == 1)
    #expect(verdict.failures.first?.details.contains("scripts 2 to 3 of 3") == true)
    client.close()
}

@Test func aUnixServerLeavesAFileAloneThatIsNotItsOwn() async throws {
    let path = "/tmp/tcpmock-\(UInt64.random(in: 0...UInt64.max))"
    do {
        let server = try MockServer([.send("a")], options: .init(address: .unix(path: path)))
        removeFile(path)
        writeFile(path)
        _ = await server.stop()
    }
    #expect(loopTakesAJob())
    #expect(fileExists(path))
    removeFile(path)
}

private func removeFile(_ path: String) {
    unlink(path)
}

private func writeFile(_ path: String) {
    let file = open(path, O_CREAT | O_WRONLY | O_EXCL, 0o600)
    close(file)
}

private func fileExists(_ path: String) -> Bool {
    access(path, F_OK) == 0
}
