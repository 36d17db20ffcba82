// Much at once: big bodies, many messages cut at random, many connections, all bytes checked.

import TCPMock
import TestClient
import Testing

/// A small generator, so that one printed seed repeats a run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

private func randomBytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
}

/// Cuts `bytes` into pieces of 1 to `most` bytes.
private func cut(_ bytes: [UInt8], most: Int, _ generator: inout SeededGenerator) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...most, using: &generator))
        pieces.append(Array(bytes[start..<end]))
        start = end
    }
    return pieces
}

@Test func aBodyOfEightMebibytesIsCheckedAndAnswered() async throws {
    var generator = SeededGenerator(state: 1)
    let question = randomBytes(8 << 20, &generator)
    let answer = randomBytes(8 << 20, &generator)
    let server = try MockServer([
        .expect(Bytes(question), within: .seconds(60)), .send(Bytes(answer), within: .seconds(60)),
    ])
    let client = try TestClient.connect(server.host, server.port)
    try client.send(question)
    let got = try client.receive(answer.count)
    #expect(got == answer)
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.receivedCount == question.count)
    #expect(verdict.connections.first?.received == Array(question.prefix(8 * 1024)))
    #expect(verdict.connections.first?.receivedTail == Array(question.suffix(8 * 1024)))
    #expect(verdict.connections.first?.sentTail == Array(answer.suffix(8 * 1024)))
    #expect(verdict.connections.first?.receivedIsTruncated == true)
}

@Test func oneWrongByteInAMillionIsFoundWhereItIs() async throws {
    var generator = SeededGenerator(state: 2)
    let question = randomBytes(1 << 20, &generator)
    var wrong = question
    wrong[777_777] ^= 0x01
    let server = try MockServer([.expect(Bytes(question))])
    let client = try TestClient.connect(server.host, server.port)
    try? client.send(wrong)  // reset as soon as the wrong byte is met
    let verdict = await server.finish()
    #expect(verdict.failures.map(\.offset) == [777_777])
    #expect(verdict.failures.first?.kind == .mismatch)
}

@Test(arguments: 1...8 as ClosedRange<UInt64>)
func messagesCutAnywhereGiveTheSameConversation(seed: UInt64) async throws {
    var generator = SeededGenerator(state: seed)
    var steps: [Step] = []
    var stream: [UInt8] = []
    for number in 0..<200 {
        let payload = randomBytes(Int.random(in: 1...300, using: &generator), &generator)
        switch number % 4 {
        case 0:
            steps.append(.expect(Bytes(payload)))
            stream += payload
        case 1:
            steps.append(.expectFrame(Check(payload)))
            stream += try Framing.lengthPrefix().encode(payload)
        case 2:
            steps.append(.receive(exactly: payload.count))
            stream += payload
        default:
            let line = payload.map { $0 & 0x3f | 0x40 }
            steps.append(.receive(until: "\r\n"))
            stream += line + [13, 10]
        }
    }
    steps.append(.send("done"))
    let server = try MockServer(Script(steps))
    let client = try TestClient.connect(server.host, server.port)
    for piece in cut(stream, most: 97, &generator) {
        try client.send(piece)
    }
    #expect(try client.receiveText(4) == "done")
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "seed \(seed): \(verdict)")
}

@Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    let rounds = 5000
    let server = try MockServer([.repeat(rounds, [.expect("ping"), .send("pong")])])
    let client = try TestClient.connect(server.host, server.port)
    let question = Array(String(repeating: "ping", count: 100).utf8)
    for _ in 0..<rounds / 100 {
        try client.send(question)
        #expect(try client.receiveText(400) == String(repeating: "pong", count: 100))
    }
    client.close()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func fiveHundredConnectionsAtOnceAreCheckedOneByOne() async throws {
    let server = try MockServer(every: [.expect("question"), .send("answer")], count: 500)
    let clients = try (1...500).map { _ in try TestClient.connect(server.host, server.port) }
    for client in clients { try client.send("question") }
    for client in clients { #expect(try client.receiveText(6) == "answer") }
    for client in clients { client.close() }
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.count { $0.isComplete } == 500)
}

@Test func whatTheKernelNeverTookDoesNotCountAsSent() async throws {
    let server = try MockServer([.send(Bytes([UInt8](repeating: 7, count: 32 << 20)), within: .milliseconds(200))])
    let client = try TestClient.connect(server.host, server.port)
    let verdict = await server.finish()
    #expect(verdict.failures.map(\.kind) == [.limit])
    let record = try #require(verdict.connections.first)
    #expect(record.sentCount < 32 << 20)
    #expect(record.sentCount > 0)
    client.close()
}

@Test func aSendThatFailedDoesNotCountAsSent() async throws {
    let server = try MockServer([.expectEOF(), .send("one"), .delay(.milliseconds(20)), .send("two")])
    try TestClient.connect(server.host, server.port).close()
    let verdict = await server.finish()
    #expect(verdict.failures.map(\.kind) == [.send])
    #expect(verdict.connections.first?.sent == Array("one".utf8))
    #expect(verdict.connections.first?.sentCount == 3)
}
