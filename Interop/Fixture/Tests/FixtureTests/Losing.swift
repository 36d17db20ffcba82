// The switch FIXTURE_LOSES_FAILURES: whatever is recorded goes to the other framework's call, which drops it in silence.
// The check that reads this package's output must notice.

import Foundation
import TCPMockTesting
import Testing
import XCTest

let losesFailures = ProcessInfo.processInfo.environment["FIXTURE_LOSES_FAILURES"] != nil

struct LosingTrait: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // Not by a handler that is always there: tests with handlers of their own each show what «unknown» records.
        guard losesFailures else { return try await function() }
        let handler = IssueHandlingTrait.compactMapIssues { issue in
            XCTFail("\(issue)")
            return nil
        }
        try await handler.provideScope(for: test, testCase: testCase, performing: function)
    }
}

extension Trait where Self == LosingTrait {
    static var losesFailuresWhenAsked: Self { LosingTrait() }
}

class LosableTestCase: XCTestCase {
    override func recordFailure(
        withDescription description: String, inFile path: String, atLine line: Int, expected: Bool
    ) {
        guard losesFailures else {
            return super.recordFailure(withDescription: description, inFile: path, atLine: line, expected: expected)
        }
        Issue.record("\(description)")
    }
}

/// Verifies on a task that knows nothing of the test; the losing way is to finish and not to verify.
func verifyDetached(_ server: MockServer) async throws {
    try await Task.detached {
        if losesFailures {
            _ = await server.finish()
        } else {
            try await server.verify()
        }
    }.value
}
