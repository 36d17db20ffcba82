// Whether the client leaves something open, and in which case.
//
// The process may do other things at the same time, so a difference alone accuses nobody: a case does whose every run leaves
// something behind.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct SweepLeaks: Sendable {
    /// A case that leaves something behind.
    struct Leaky: Sendable {
        let record: SweepRecord
        let what: String
    }

    private(set) var leaky: Leaky?
    private(set) var notes: [String] = []

    /// Threads come and go with the task pool and with dispatch queues.
    private static let usualThreads = 8
    /// How many cases are run again, and how often each.
    private static let (mostCases, rounds) = (64, 3)

    init(notes: [String] = []) {
        self.notes = notes
    }

    /// Looks for what is left, and if there is something for the case that leaves it.
    init(since before: ProcessFacts, _ records: [SweepRecord], play: (SweepCase) throws -> SweepRecord) throws {
        let left = SweepLeaks.left(since: before, patience: 100) {
            $0.descriptors.isEmpty && $0.threads.count <= SweepLeaks.usualThreads
        }
        guard !left.descriptors.isEmpty || left.threads.count > SweepLeaks.usualThreads else { return }
        for record in SweepLeaks.oneOfEach(records) {
            guard let what = try SweepLeaks.leak(of: record.sweepCase, play) else { continue }
            leaky = Leaky(record: record, what: what)
            return
        }
        notes = ["\(left.description) more than before the sweep, but no case alone leaves any"]
    }

    /// One case of each row and outcome: what is leaked depends on little else.
    private static func oneOfEach(_ records: [SweepRecord]) -> ArraySlice<SweepRecord> {
        var seen: Set<String> = []
        return records.filter { seen.insert("\($0.sweepCase.group) \($0.outcome.name)").inserted }.prefix(mostCases)
    }

    /// What each of several runs leaves behind; nil: nothing.
    private static func leak(of subject: SweepCase, _ play: (SweepCase) throws -> SweepRecord) throws -> String? {
        var (descriptors, threads) = (Int.max, Int.max)
        for _ in 0..<rounds {
            let before = ProcessFacts.now
            _ = try play(subject)
            let left = left(since: before, patience: 50) { $0.descriptors.isEmpty && $0.threads.isEmpty }
            descriptors = min(descriptors, left.descriptors.count)
            threads = min(threads, left.threads.count)
            if descriptors == 0, threads == 0 { return nil }
        }
        let parts = [
            descriptors == 0 ? nil : counted(descriptors, "descriptor"), threads == 0 ? nil : counted(threads, "thread"),
        ]
        return parts.compactMap(\.self).joined(separator: " and ")
    }

    /// What is still there that was not before, after a moment in which the system may take it away.
    private static func left(
        since before: ProcessFacts, patience milliseconds: Int, until isFine: (ProcessFacts) -> Bool
    ) -> ProcessFacts {
        var left = ProcessFacts.now.subtracting(before)
        for _ in 0..<milliseconds where !isFine(left) {
            usleep(1000)
            // What has come since is somebody else's.
            left = left.intersection(ProcessFacts.now)
        }
        return left
    }
}
