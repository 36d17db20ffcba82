// Frames of a connection as they become whole.

import TCPMock
import TestClient
import Testing

private let patient = MockServer.Options(
    limits: Limits(step: .seconds(60)), afterScript: .mayStayOpen, framing: .lengthPrefix(UInt8.self))

private func texts(_ frames: ReceivedFrames) async throws -> [String] {
    try await frames.reduce(into: []) { $0.append(String(decoding: $1, as: UTF8.self)) }
}

@Test func framesAreToldWhenTheyAreWhole() async throws {
    let server = try MockServer([.receive(exactly: 14)], options: patient)
    let client = try server.connect()
    var lines = server.frames(on: 1, framing: .line).makeAsyncIterator()
    try client.send("one\ntw")
    let first = try await lines.next()
    #expect(first == Array("one".utf8))
    try client.send("o\n\r\n")
    let second = try await lines.next()
    #expect(second == Array("two".utf8))
    let third = try await lines.next()
    #expect(third == [])
    try client.send("six\n")
    client.close()
    let fourth = try await lines.next()
    #expect(fourth == Array("six".utf8))
    let end = try await lines.next()
    #expect(end == nil)
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

@Test func framesAreCutAsTheServersOptionsSayUnlessTold() async throws {
    let server = try MockServer([.receive(exactly: 8)], options: patient)
    let client = try server.connect()
    try client.send([3] + Array("one".utf8) + [3] + Array("two".utf8))
    client.close()
    #expect(try await texts(server.frames(on: 1)) == ["one", "two"])
    _ = await server.finish()
}

@Test func aFrameThatIsCutOffIsAnErrorBehindThoseThatAreWhole() async throws {
    let server = try MockServer([.receive(exactly: 6)], options: patient)
    let client = try server.connect()
    try client.send("one\ntw")
    client.close()
    var lines = server.frames(on: 1, framing: .line).makeAsyncIterator()
    let first = try await lines.next()
    #expect(first == Array("one".utf8))
    await #expect(throws: MockError.self) { try await lines.next() }
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}
