// What a sweep records, and where.

import TCPMockTesting
import TestClient
import Testing

private let reply: Script = [.expect("GET\n"), .send("ok\n")]

private struct CutShort: Error {}

@Sendable private func fetch(from server: MockServer) throws {
    let client = try TestClient.connect(server.host, server.port)
    defer { client.close() }
    try client.send("GET\n")
    guard try client.receiveText(3) == "ok\n" else { throw CutShort() }
}

@Sendable private func fetchForgivingly(from server: MockServer) throws {
    try? fetch(from: server)
}

@Test func aBrokenRuleIsOneIssueAtTheSweepsLine() async throws {
    let line = #line + 2
    let found = try await issues {
        let sweep = FaultSweep(reply, faults: [.fin, .close], rules: [.truncationMustFail, .neverHang])
        try await sweep.verify(blocking: fetchForgivingly(from:))
    }
    #expect(found == [RecordedIssue(line: line, text: "truncationMustFail is broken by 6 of 7 cases")])
}

@Test func theBlockingFaceOfASweepReportsTheSame() async throws {
    let line = #line + 2
    func run() throws {
        try FaultSweep(reply, faults: [.fin]).verify(blocking: fetchForgivingly(from:))
    }
    let found = try await issues { try run() }
    #expect(found == [RecordedIssue(line: line, text: "truncationMustFail is broken by 3 of 4 cases")])
}

@Test func aSweepWhoseRulesHoldRecordsNothing() async throws {
    let result = try await FaultSweep(reply, faults: [.fin, .reset]).verify(blocking: fetch(from:))
    #expect(result.isClean)
    try await SegmentationSweep(reply).verify(blocking: fetch(from:))
}

@Test func aCommandsSweepRecordsToo() async throws {
    let sweep = CaseSweep([SweepCase("nothing", group: "all", script: [.delay(.seconds(60))], freeFrom: 0)])
    let found = try await issues { try await sweep.verify(command: ["sh", "-c", "kill -SEGV $$"]) }
    #expect(found.map(\.text) == ["neverCrash is broken by 1 of 1 case"])
}

@Test func aSweepThatCantBeMadeIsToldAtItsLine() async throws {
    let line = #line + 2
    let found = try await issues {
        try await FaultSweep([.expect("GET\n")]).verify(blocking: fetch(from:))
    }
    #expect(found.map(\.line) == [line])
    #expect(found.first?.text.contains("no reply that can be broken off") == true)
}

/// Clients run as tasks of the test's: what they expect counts for it.
@Test func anExpectationInsideASweepsClientCountsForItsTest() async throws {
    let line = #line + 6
    let found = try await issues {
        let options = SweepOptions(watchesLeaks: false)  // that may run it again
        let sweep = FaultSweep(reply, faults: [.fin], offsets: .list([1]), rules: [.neverHang], options: options)
        try await sweep.verify { server in
            let isControl = (try? fetch(from: server)) != nil
            #expect(isControl)
        }
    }
    #expect(found.map(\.line) == [line])
}
