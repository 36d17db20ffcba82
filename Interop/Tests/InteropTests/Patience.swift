// What all conversations with real clients share.

import Children
import Foundation
import TCPMockTesting
import Testing

extension MockServer.Options {
    /// A client that has to start an interpreter first may be slow on a busy machine; none of these tests is about limits.
    static let patient = MockServer.Options(limits: Limits(step: .seconds(30)))
}

extension MockClient.Options {
    /// A server in a child process may be slow to start, and slow on a busy machine.
    static let patient = MockClient.Options(limits: Limits(step: .seconds(30)), connect: .seconds(30))
}

extension MockServer {
    /// The verdict after `client` has ended; what the client reports comes with it.
    func verdict(after client: (MockServer) async throws -> ChildResult) async throws -> (Verdict, ChildResult) {
        let result: ChildResult
        do {
            result = try await client(self)
        } catch {
            _ = await stop()
            throw error
        }
        return (await finish(), result)
    }
}

/// Plays `script` to a client that departs from it, and gives the one failure with what the client reports.
func onlyFailure(
    of script: Script, playedTo client: (MockServer) async throws -> ChildResult
) async throws -> (ScriptFailure, ChildResult) {
    let (verdict, result) = try await MockServer(script, options: .patient).verdict(after: client)
    #expect(verdict.failures.count == 1, "\(verdict)")
    return (try #require(verdict.failures.first, "\(result)"), result)
}

/// Runs a Python program to which `host` and `port` are known.
func python(_ program: String, at server: MockServer) async throws -> ChildResult {
    // -I: isolated from the user's environment and modules.
    try await Child.run(
        "python3",
        [
            "-I", "-c", "import sys\nhost, port = sys.argv[1], int(sys.argv[2])\n" + program, server.host,
            "\(server.port)",
        ])
}

extension ScriptFailure {
    /// What stands at the line that the failure points at: the step, as the script writes it.
    var writtenStep: String {
        get throws {
            let source = try String(contentsOfFile: "\(location.filePath)", encoding: .utf8)
            let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
            return lines[Int(location.line) - 1].trimmingCharacters(in: .whitespaces)
        }
    }
}

extension ChildResult {
    /// The last line on standard error: of a Python traceback the one that names the exception.
    var lastError: String {
        errors.split(separator: "\n").last.map(String.init) ?? ""
    }
}

extension SourcePosition {
    /// The line after this call's, where a test writes the step that is to fail.
    static func next(fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line) -> UInt {
        line + 1
    }
}
