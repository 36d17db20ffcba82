// What nobody can be blamed for is a warning at the step's line, once, and no failure.

import TCPMockTesting
import TestClient
import Testing

#if os(Linux)
    @Test func anInconclusiveStepIsAWarningAtItsLineAndNoFailure() async throws {
        let line = #line + 3
        let server = try MockServer([
            .expect("?", within: .seconds(60)),
            .expect("AA", within: .seconds(60), segments: 1),
            .expect("B", within: .seconds(60)), .send("."),
        ])
        let client = try TestClient.connect(server.host, server.port)
        try client.send("?")
        let block = LoopBlock.begin()
        for piece in ["A", "AB"] { try client.send(piece) }
        block.release()
        _ = try client.receiveText(1)
        client.close()
        let found = Locked<[String]>([])
        try await withKnownIssue(isIntermittent: true) {
            try await server.verify()
            try await server.verify()
        } matching: { issue in
            found.withLock { $0.append("\(issue.severity) \(issue.sourceLocation?.line ?? 0)") }
            return true
        }
        #expect(found.withLock { $0 } == ["warning \(line)"])
    }
#endif
