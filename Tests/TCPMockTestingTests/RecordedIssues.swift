// Issues as values; seen through known issues, which the framework hands to a closure.

import TCPMockTesting
import Testing

/// Issues recorded by `body`, as `line: first line of text`; and whether all of them were known.
func issues(_ body: () async throws -> Void) async throws -> [RecordedIssue] {
    let found = Locked<[RecordedIssue]>([])
    try await withKnownIssue(isIntermittent: true) {
        try await body()
    } matching: { issue in
        found.withLock { $0.append(RecordedIssue(issue)) }
        return true
    }
    return found.withLock { $0 }
}

struct RecordedIssue: Equatable, CustomStringConvertible {
    var line: Int
    var text: String

    init(line: Int, text: String) {
        self.line = line
        self.text = text
    }

    init(_ issue: Issue) {
        line = issue.sourceLocation?.line ?? 0
        let comment = issue.comments.first?.rawValue ?? issue.error.map { "\($0)" } ?? ""
        text = comment.split(separator: "\n").first.map(String.init) ?? ""
    }

    var description: String { "\(line): \(text)" }
}
