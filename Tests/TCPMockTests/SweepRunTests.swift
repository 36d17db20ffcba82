// Sweeps with clients in this process.

import TestClient
import Testing

@testable import TCPMock

@Test func aClientThatReadsByLengthFailsOnEachCut() async throws {
    let result = try await FaultSweep(lengthReply, faults: [.fin, .reset, .close, .halfClose])
        .run(blocking: { try fetch(from: $0) })
    #expect(result.isClean, "\(result)")
    #expect(result.records.count == 4 * 15 + 1)
    print(result)
}

@Test func aClientThatForgivesAnEarlyEndIsASilentSuccess() async throws {
    let line = #line + 1
    let result = try await FaultSweep(lengthReply, faults: [.fin])
        .run(blocking: { try fetch(from: $0, forgives: true) })
    print(result)
    #expect(result.map == "fin, reply 1  0..2 threw Truncated · 3..14 SILENT SUCCESS · 15 ok")
    #expect(result.failures.map(\.location.line) == [UInt(line)])
}

@Test func aClientThatTakesOneReadForOneReplyIsCaughtByACut() async throws {
    let result = try await SegmentationSweep(lengthReply).run(blocking: { try fetchNaively(from: $0) })
    print(result)
    let fixed = try await SegmentationSweep(lengthReply).run(blocking: { try fetch(from: $0) })
    print(fixed)
    #expect(fixed.isClean)
}

@Test func commandsRun() async throws {
    let result = try await FaultSweep(lengthReply, faults: [.fin], offsets: .every(5)).run(
        command: ["bash", "-c", "exec 3<>/dev/tcp/{host}/{port}; echo GET >&3; cat <&3; exit 0"])
    print(result)
}
