// Which test framework runs, and how a failure becomes its issue at the expectation's line.

import TCPMock
import Testing
import XCTest

/// The framework that records failures; found on the test's own task, for each drops what belongs to the other.
enum Reporter: Sendable {
    case swiftTesting
    case xctest
    /// Neither: failures are thrown, or printed when something else is being thrown.
    case none

    static let mostIssues = 20

    /// The framework of the calling task.
    static var current: Reporter {
        if Test.current != nil { return .swiftTesting }
        // A task that was detached from its test, in a process of Swift Testing's.
        if CommandLine.arguments.contains("--testing-library") { return .swiftTesting }
        if CommandLine.arguments.first?.hasSuffix(".xctest") == true { return .xctest }
        // Xcode runs XCTest in a host named xctest.
        if CommandLine.arguments.first?.hasSuffix("/xctest") == true { return .xctest }
        return .none
    }

    /// Records each failure as one issue at its step's line; at most twenty a server.
    func record(_ failures: [ScriptFailure]) {
        for failure in failures.prefix(Reporter.mostIssues) {
            record(failure.message, at: failure.location)
        }
        if failures.count > Reporter.mostIssues, let next = failures.dropFirst(Reporter.mostIssues).first {
            record(
                "\(failures.count - Reporter.mostIssues) failures more are in the verdict; the next: \(next.summary)",
                at: next.location)
        }
    }

    func record(_ text: String, at location: SourcePosition) {
        switch self {
        case .swiftTesting: Issue.record(Comment(rawValue: text), sourceLocation: SourceLocation(location))
        case .xctest: XCTFail(text, file: location.filePath, line: location.line)
        case .none: printToStandardError("\(location): \(text)")
        }
    }

    /// Says something that is no failure.
    func note(_ text: String, at location: SourcePosition) {
        switch self {
        case .swiftTesting:
            Issue.record(Comment(rawValue: text), severity: .warning, sourceLocation: SourceLocation(location))
        case .xctest, .none:
            printToStandardError("\(location): note: \(text)")
        }
    }

    /// Records failures and gives the error to throw, one that the framework does not record again.
    func recordAndMakeError(_ failures: [ScriptFailure]) -> any Error {
        guard self != .none, let last = failures.last else { return ScriptFailed(failures: failures) }
        record(Array(failures.dropLast()))
        return recordedError(last.message, at: last.location)
    }

    /// Records one text and gives the error that stands for it: both frameworks know errors of their own making.
    func recordedError(_ text: String, at location: SourcePosition) -> any Error {
        do {
            switch self {
            case .swiftTesting:
                let scriptFollowed = false
                try #require(scriptFollowed, Comment(rawValue: text), sourceLocation: SourceLocation(location))
            case .xctest:
                let followed: ScriptFollowed? = nil
                _ = try XCTUnwrap(followed, text, file: location.filePath, line: location.line)
            case .none:
                break
            }
        } catch {
            return error
        }
        return NotRecorded(description: "\(location): \(text)")
    }
}

/// Names, in XCTest's text, what is missing.
private struct ScriptFollowed {}

private struct NotRecorded: Error, CustomStringConvertible {
    let description: String
}

extension SourceLocation {
    init(_ position: SourcePosition) {
        self.init(
            fileID: "\(position.fileID)", filePath: "\(position.filePath)", line: Int(position.line),
            column: Int(position.column))
    }
}
