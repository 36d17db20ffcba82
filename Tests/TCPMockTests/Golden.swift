// Playing scripts against a client closure, and comparing a failure's whole text.

import TCPMock
import TestClient
import Testing

/// Plays `script` against one connected client, which stays connected until the verdict is there unless it left itself.
func play(
    _ script: Script, options: MockServer.Options = .init(limits: Limits(afterScript: .seconds(120))),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ talk: (TestClient, MockServer) async throws -> Void
) async throws -> Verdict {
    let server = try MockServer(
        script, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
    let client = try TestClient.connect(server.host, server.port)
    try await talk(client, server)
    let verdict = await server.finish()
    client.close()
    return verdict
}

/// All went as scripted, to the end of each script.
func expectClean(_ verdict: Verdict, sourceLocation: SourceLocation = #_sourceLocation) {
    let allAreComplete = verdict.connections.allSatisfy(\.isComplete)
    #expect(verdict.isClean && allAreComplete, "\(verdict)", sourceLocation: sourceLocation)
}

/// The one failure of a verdict has just this text, at this line: the first line exactly, then the rest with times and
/// ports masked.
func expectFailure(
    _ verdict: Verdict, line: Int, _ golden: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(verdict.failures.count == 1, "\(verdict)", sourceLocation: sourceLocation)
    guard let failure = verdict.failures.first else { return }
    expectFailure(failure, line: line, golden, sourceLocation: sourceLocation)
}

func expectFailure(
    _ failure: ScriptFailure, line: Int, _ golden: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let text = ([failure.summary] + masked(failure.details)).joined(separator: "\n")
    #expect(text == golden, "\(text)", sourceLocation: sourceLocation)
    let file = sourceLocation.fileID.split(separator: "/").last ?? ""
    #expect(failure.location.description == "\(file):\(line)", sourceLocation: sourceLocation)
}

/// The lines of a failure's details, free of what differs from run to run.
func masked(_ details: String) -> [String] {
    details.split(separator: "\n").filter { !$0.hasPrefix("  loop ") }.map { line in
        var line = String(line)
        line.replace(/\+\d+\.\d\d ms +/, with: "+T  ")
        line.replace(/\d+(\.\d+)? (µs|ms|s) before the failure/, with: "T before the failure")
        line.replace(/knocked \d+ times/, with: "knocked N times")
        line.replace(/(127\.0\.0\.1|\[::1\]):\d+/, with: { "\($0.output.1):PORT" })
        return line
    }
}
