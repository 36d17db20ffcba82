import LineClient
import TCPMockTesting
import Testing

/// The client under test: asks, and reads a frame.
@Sendable private func ask(_ server: MockServer) throws -> String {
    let client = try LineClient(host: server.host, port: server.port)
    defer { client.close() }
    try client.sendLine("GET")
    let length = try client.receive(exactly: 2)
    let answer = try client.receive(exactly: Int(length[0]) << 8 | Int(length[1]))
    return String(decoding: answer, as: UTF8.self)
}

struct Sweeps {
    @Test func theClientIsSwept() async throws {
        let frames = Framing.lengthPrefix(UInt16.self)
        let script: Script = [.expectLine("GET"), .sendFrame("5 pears", framing: frames)]

        try await FaultSweep(script, faults: [.fin, .reset]).verify(blocking: ask)
        try await SegmentationSweep(script).verify(blocking: ask)
        try await HostileFrameSweep(script).verify(blocking: ask)
    }

    @Test func whatCameOfItIsAValue() async throws {
        let script: Script = [.expectLine("GET"), .sendFrame("5 pears", framing: .lengthPrefix(UInt16.self))]
        let result = try await FaultSweep(script, faults: [.fin]).run(blocking: ask)
        #expect(result.isClean)
        #expect(result.map == "fin, reply 1  0..8 threw EndOfStream · 9 ok")
    }

    @Test func hostileFramesAreValues() throws {
        let frames = try Framing.netstring.hostileFrames(around: "5 pears".utf8)
        let zero = frames.first { $0.name == "length with a leading zero" }
        #expect(zero?.bytes == Array("07:5 pears,".utf8))
        #expect(zero?.answer == .refuse)
    }
}
