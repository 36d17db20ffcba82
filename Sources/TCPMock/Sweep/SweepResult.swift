// What came of a sweep.

/// What came of a sweep: the outcome of each case, the map of them, and the rules that were broken.
public struct SweepResult: Sendable, CustomStringConvertible {
    /// What came of each case, in the order of the plan.
    public let records: [SweepRecord]
    /// The rules that were broken, one failure each.
    public let failures: [SweepFailure]
    /// Outcomes by position, one line a row: `fin, reply 1  0..16 exit 52 · 17..36 SILENT SUCCESS · 37..49 exit 18 · 50 ok`.
    public let map: String
    /// What is worth knowing and no failure, such as replies that could not be swept.
    public let notes: [String]
    /// The source of every random choice of it.
    public let seed: Seed
    /// What a page is made of beside ``records``; nil: nothing was run.
    var chart: SweepChart?
    /// What the process holds more than before the sweep, though no case alone leaves it behind; nil: nothing.
    ///
    /// In a process that does other things at the same time, as test suites do, this says little.
    public internal(set) var leftBehind: String?

    /// Whether no rule was broken.
    public var isClean: Bool { failures.isEmpty }

    /// The failures, or one line that all is well; then the map and the notes.
    public var description: String {
        let notes = notes.map { "note: \($0)" }
        guard isClean else { return (failures.map { "\($0)" } + notes).joined(separator: "\n") }
        return (["all rules held: \(counted(records.count, "case"))", map] + notes).filter { !$0.isEmpty }
            .joined(separator: "\n")
    }
}

/// A rule that was broken, as a value.
public struct SweepFailure: Sendable, CustomStringConvertible {
    /// The name of the rule.
    public let rule: String
    /// The line that made the sweep.
    public let location: SourcePosition
    /// The first line of ``message``.
    public let summary: String
    /// The map, the smallest case that fails, and how to have it again.
    public let details: String
    /// The cases that break it, in the order of the plan.
    public let records: [SweepRecord]
    /// The smallest case that breaks it, which may have been found by running others than those planned.
    public let smallest: SweepRecord?
    /// What has that case again: `TCPMOCK_REPLAY=File.swift:12/fin/1/17`.
    public var replay: String { smallest?.replay ?? "" }

    /// Where the sweep's heat map was written to, if it was.
    public internal(set) var artifacts: [String] = []

    /// Everything there is to say, in several lines.
    public var message: String {
        ([summary] + (details.isEmpty ? [] : [details]) + artifacts.asFiles).joined(separator: "\n")
    }

    /// The same, with the files in which its evidence is.
    package func with(artifacts: [String]) -> SweepFailure {
        var failure = self
        failure.artifacts = artifacts
        return failure
    }

    /// The message, behind the line it is about.
    public var description: String { "\(location): \(message)" }
}

/// Rules of a sweep were broken: thrown where no test framework can record the failures.
public struct SweepFailed: Error, Sendable, CustomStringConvertible {
    /// The rules that were broken.
    public let failures: [SweepFailure]

    package init(failures: [SweepFailure]) {
        self.failures = failures
    }

    /// All failures' texts with their lines.
    public var description: String { failures.map(\.description).joined(separator: "\n") }
}
