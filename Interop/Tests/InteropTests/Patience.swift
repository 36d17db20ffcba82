// What all conversations with real clients share.

import Children
import Foundation
import TCPMockTesting

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
