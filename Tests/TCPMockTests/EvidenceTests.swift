// What is kept of real connections: both ends of each stream, and when bytes moved.

import TestClient
import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Nanoseconds since 1970.
private func wallTime() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

private func options(keeping count: Int) -> MockServer.Options {
    MockServer.Options(limits: Limits(step: .seconds(60)), recording: .bytes(count))
}

private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: 97 + $0 % 26) } }

@Suite struct EvidenceTests {
    @Test func aStreamThatFitsIsKeptWhole() async throws {
        let record = try await talk(question: 100, answer: 99)
        #expect(record.received == pattern(100) && record.receivedTail.isEmpty && !record.receivedIsTruncated)
        #expect(record.sent == pattern(99) && record.sentTail.isEmpty && !record.sentIsTruncated)
    }

    @Test func ofALongerStreamTheBeginningAndTheEndAreKept() async throws {
        let record = try await talk(question: 101, answer: 300_000)
        #expect(record.received == pattern(50) && record.receivedTail == Array(pattern(101).suffix(50)))
        #expect(record.sent == pattern(50) && record.sentTail == Array(pattern(300_000).suffix(50)))
        #expect(record.receivedIsTruncated && record.sentIsTruncated)
        #expect(record.receivedCount == 101 && record.sentCount == 300_000)
    }

    @Test func aTranscriptNamesTheCut() async throws {
        let text = try await talk(question: 101, answer: 300_000).transcript
        #expect(text.contains("<- \"abcdefghijklmnopqrstuvwxyzabcdef\"… (101 bytes, 50 kept at each end)"))
        #expect(text.contains("-> \"abcdefghijklmnopqrstuvwxyzabcdef\"… (300,000 bytes, 50 kept at each end)"))
    }

    private func talk(question: Int, answer: Int) async throws -> ConnectionRecord {
        let server = try MockServer(
            [.expect(Bytes(pattern(question))), .send(Bytes(pattern(answer)))], options: options(keeping: 100))
        let client = try TestClient.connect(server.host, server.port)
        try client.send(pattern(question))
        #expect(try client.receive(answer) == pattern(answer))
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        return try #require(verdict.connections.first)
    }

    /// A failure far behind the head still shows the bytes of its step.
    @Test func theBytesOfAStepInTheTailAreShown() async throws {
        let server = try MockServer(
            [.expect(Bytes(pattern(1000))), .expect("hello"), .expect("x")], options: options(keeping: 100))
        let client = try TestClient.connect(server.host, server.port)
        try client.send(pattern(1000) + Array("helloy".utf8))
        client.expectReset()
        let verdict = await server.finish()
        #expect(verdict.description.contains("<- \"hello\"     "))
    }

    @Test func whoObservesAStreamThatIsCutIsToldItsBeginningAndThatMoreHadCome() async throws {
        let server = try MockServer([.receive(exactly: 101)], options: options(keeping: 100))
        let client = try TestClient.connect(server.host, server.port)
        try client.send(pattern(101))
        #expect(becomes { server.connections.first?.receivedCount == 101 })
        var got: [UInt8] = []
        await #expect(throws: MockError.self) {
            for try await bytes in server.received(on: 1) { got += bytes }
        }
        #expect(got == pattern(50))
        #expect(try await server.received("abc", on: 1) == 1)
        await #expect(throws: MockError.self) { try await server.received("xyz!", on: 1) }
        client.close()
        _ = await server.finish()
    }

    // MARK: When bytes moved

    private func moved(_ traffic: [ConnectionReport.Traffic]) -> [[Int]] { traffic.map { [$0.received, $0.sent] } }

    @Test func eachReadIsNotedWithTheWriteThatAnswersIt() async throws {
        let server = try MockServer([.expect("ab"), .send("123"), .expect("c"), .send("4"), .expect("d")])
        let client = try TestClient.connect(server.host, server.port)
        try client.send("a")
        #expect(becomes { server.connections.first?.receivedCount == 1 })
        try client.send("b")
        #expect(try client.receiveText(3) == "123")
        try client.send("c")
        #expect(try client.receiveText(1) == "4")
        try client.send("d")
        client.close()
        let verdict = await server.finish()
        let report = try #require(verdict.connections.first).report
        #expect(moved(report.traffic) == [[1, 0], [2, 3], [3, 4], [4, 4]])
        #expect(report.traffic.map(\.time) == report.traffic.map(\.time).sorted())
        #expect(report.traffic.allSatisfy { (report.accepted...report.closed).contains($0.time) })
        #expect(report.trafficCut == 0 && report.trafficHead == 4)
    }

    @Test func eachSliceIsAWriteOfItsOwn() async throws {
        let server = try MockServer([.expect("a"), .send("12345", slices: .at([2, 3]))])
        let client = try TestClient.connect(server.host, server.port)
        try client.send("a")
        #expect(try client.receiveText(5) == "12345")
        client.close()
        let verdict = await server.finish()
        let sent = try #require(verdict.connections.first).report.traffic.map(\.sent)
        #expect(sent.filter { $0 > 0 } == [2, 3, 5])
    }

    /// What the kernel does not take at once is noted when it has taken it.
    @Test func aWriteThatTheClientHoldsUpIsNotedAsItGoes() async throws {
        let all = 8 << 20
        let server = try MockServer([.expect("a"), .send(Bytes(pattern(all)))], options: options(keeping: 100))
        let client = try TestClient.connect(server.host, server.port)
        try client.send("a")
        #expect(becomes { server.connections.first?.report.traffic.count ?? 0 > 0 })
        let before = try #require(server.connections.first).report
        #expect((1..<all).contains(before.traffic.last?.sent ?? 0))
        #expect(try client.receive(all).count == all)
        client.close()
        let verdict = await server.finish()
        let sent = try #require(verdict.connections.first).report.traffic.map(\.sent)
        #expect(sent.last == all && sent == sent.sorted() && sent.count > 1)
    }

    @Test func muchTrafficKeepsItsBeginningAndItsEnd() async throws {
        let server = try MockServer([.repeat(1000, [.expect("a"), .send("b")])])
        let client = try TestClient.connect(server.host, server.port)
        for _ in 0..<1000 {
            try client.send("a")
            #expect(try client.receiveText(1) == "b")
        }
        client.close()
        let verdict = await server.finish()
        let report = try #require(verdict.connections.first).report
        #expect(report.traffic.count + report.trafficCut == 1000 && report.traffic.count <= 256)
        #expect(moved(Array(report.traffic.prefix(32))) == (1...32).map { [$0, $0] })
        let tail = report.traffic.dropFirst(report.trafficHead)
        #expect(moved(Array(tail)) == ((1001 - tail.count)...1000).map { [$0, $0] })
    }

    @Test func countersOnlyKeepsNoTraffic() async throws {
        let server = try MockServer([.expect("a"), .expect("b")], options: .init(recording: .countersOnly))
        let client = try TestClient.connect(server.host, server.port)
        try client.send("ab")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.connections.allSatisfy { $0.report.traffic.isEmpty })
    }

    // MARK: Where and when it was

    @Test(arguments: [MockAddress.ipv4("127.0.0.1"), .ipv4("0.0.0.0"), .ipv6("::")])
    func aServersOwnEndOfAConnectionIsKnown(address: MockAddress) async throws {
        let server = try MockServer([.expect("a")], options: .init(address: address))
        let host = address == .ipv6("::") ? "::1" : "127.0.0.1"
        let client = try TestClient.connect(host, server.port)
        try client.send("a")
        client.close()
        let record = try #require(await server.finish().connections.first)
        #expect(record.report.local == (host == "::1" ? "[::1]:\(server.port)" : "127.0.0.1:\(server.port)"))
        #expect(record.local == nil)  // that is a client's
    }

    @Test func theTimesAreOnTheWallClock() async throws {
        let before = wallTime()
        let server = try MockServer([.expect("a")])
        let client = try TestClient.connect(server.host, server.port)
        try client.send("a")
        client.close()
        let report = await server.finish().facts.report
        let accepted = Int64(try #require(report.connections.first).accepted) + report.wallClock
        // The loop's stamp may be one turn old, and the wall clock be slewed meanwhile.
        #expect((before - 1_000_000_000...wallTime() + 1_000_000_000).contains(accepted))
    }
}
