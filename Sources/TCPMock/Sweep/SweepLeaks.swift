// Whether the client leaves something open, and in which case.
//
// The process may do other things at the same time, as test suites do, so that a difference alone accuses nobody. A socket is the
// client's when its address is the one from which a case's connection came. Of other descriptors and of threads a case is
// accused each of whose runs, several of them, leaves some behind.

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
    /// What is there more than before, though no case alone leaves any.
    private(set) var left: String?
    private(set) var notes: [String] = []

    /// Threads come and go with the task pool and with dispatch queues.
    private static let usualThreads = 8
    /// How many cases are run again, and how often each.
    private static let (mostCases, rounds) = (32, 5)

    init(notes: [String] = []) {
        self.notes = notes
    }

    /// Looks for what is left, and if there is something for the case that leaves it.
    init(since before: ProcessFacts, _ records: [SweepRecord], play: (SweepCase) throws -> SweepRecord) throws {
        let left = Remains(since: before, of: records, threads: SweepLeaks.usualThreads)
        guard !left.isNothing else { return }
        for record in left.suspects.prefix(SweepLeaks.mostCases) {
            guard let what = try SweepLeaks.leak(of: record.sweepCase, play) else { continue }
            leaky = Leaky(record: record, what: what)
            return
        }
        self.left = left.description
    }

    /// What each of several runs leaves behind; nil: nothing.
    private static func leak(of subject: SweepCase, _ play: (SweepCase) throws -> SweepRecord) throws -> String? {
        var least: Remains?
        for _ in 0..<rounds {
            let before = ProcessFacts.now
            let record = try play(subject)
            // What still runs holds what it holds: that is told as such, and no leak.
            if record.isStillRunning { return nil }
            let left = Remains(since: before, of: [record])
            if left.isNothing { return nil }
            least = least.map { left.fewer($0) } ?? left
        }
        return least.flatMap { $0.isNothing ? nil : $0.description }
    }
}

/// What is there that was not before, and may be the client's.
private struct Remains {
    private var sockets = 0
    private var others = 0
    private var threads = 0
    /// Those whose sockets are still there; else one of each row and outcome, for what is leaked depends on little more.
    private(set) var suspects: [SweepRecord] = []

    var isNothing: Bool { sockets + others + threads == 0 }

    var description: String {
        let descriptors = sockets + others
        return [
            descriptors == 0 ? nil : counted(descriptors, "descriptor"),
            threads == 0 ? nil : counted(threads, "thread"),
        ].compactMap(\.self).joined(separator: " and ")
    }

    /// Looks until there is nothing, for a moment in which the system may take it away.
    ///
    /// - `usual`: so many threads more are nothing.
    init(since before: ProcessFacts, of records: [SweepRecord], threads usual: Int = 0) {
        var owners: [String: Int] = [:]
        for (index, record) in records.enumerated() {
            for peer in record.peers { owners[peer] = index }
        }
        var new = ProcessFacts.now.subtracting(before)
        look(at: new, owners, records, usual)
        for _ in 0..<50 where !isNothing {
            usleep(1000)
            // What has come since is somebody else's.
            new = new.intersection(ProcessFacts.now)
            look(at: new, owners, records, usual)
        }
    }

    private mutating func look(at new: ProcessFacts, _ owners: [String: Int], _ records: [SweepRecord], _ usual: Int) {
        var found: Set<Int> = []
        (sockets, others) = (0, 0)
        for descriptor in new.descriptors {
            if !descriptor.isSocket { others += 1 }
            guard descriptor.isSocket, let owner = owners[descriptor.address] else { continue }
            sockets += 1
            found.insert(owner)
        }
        threads = new.threads.count > usual ? new.threads.count : 0
        suspects = found.isEmpty ? Remains.oneOfEach(records) : found.sorted().map { records[$0] }
    }

    private static func oneOfEach(_ records: [SweepRecord]) -> [SweepRecord] {
        var seen: Set<String> = []
        return records.filter { seen.insert("\($0.sweepCase.group) \($0.outcome.name)").inserted }
    }

    /// As little as either has, of each sort.
    func fewer(_ other: Remains) -> Remains {
        var fewer = self
        fewer.sockets = min(sockets, other.sockets)
        fewer.others = min(others, other.others)
        fewer.threads = min(threads, other.threads)
        return fewer
    }
}
