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
        let left = SweepLeaks.left(since: before) {
            $0.descriptors.isEmpty && $0.threads.count <= SweepLeaks.usualThreads
        }
        guard !left.descriptors.isEmpty || left.threads.count > SweepLeaks.usualThreads else { return }
        for record in SweepLeaks.suspects(records, left) {
            guard let what = try SweepLeaks.leak(of: record.sweepCase, play) else { continue }
            leaky = Leaky(record: record, what: what)
            return
        }
        self.left = left.description
    }

    /// Those whose sockets are still there; else one of each row and outcome, for what is leaked depends on little more.
    private static func suspects(_ records: [SweepRecord], _ left: ProcessFacts) -> ArraySlice<SweepRecord> {
        let owners = records.filter { !left.sockets(from: $0.peers).isEmpty }
        if !owners.isEmpty { return owners.prefix(mostCases) }
        guard left.hasMoreThanSockets(usualThreads) else { return [] }
        var seen: Set<String> = []
        return records.filter { seen.insert("\($0.sweepCase.group) \($0.outcome.name)").inserted }.prefix(mostCases)
    }

    /// What each of several runs leaves behind; nil: nothing.
    private static func leak(of subject: SweepCase, _ play: (SweepCase) throws -> SweepRecord) throws -> String? {
        var (descriptors, threads) = (Int.max, Int.max)
        for _ in 0..<rounds {
            let before = ProcessFacts.now
            let record = try play(subject)
            let own = { (left: ProcessFacts) in left.descriptors(ofClientAt: record.peers) }
            let left = left(since: before) { own($0).isEmpty && $0.threads.isEmpty }
            descriptors = min(descriptors, own(left).count)
            threads = min(threads, left.threads.count)
            if descriptors == 0, threads == 0 { return nil }
        }
        let parts = [
            descriptors == 0 ? nil : counted(descriptors, "descriptor"),
            threads == 0 ? nil : counted(threads, "thread"),
        ]
        return parts.compactMap(\.self).joined(separator: " and ")
    }

    /// What is still there that was not before, after a moment in which the system may take it away.
    private static func left(since before: ProcessFacts, until isFine: (ProcessFacts) -> Bool) -> ProcessFacts {
        var left = ProcessFacts.now.subtracting(before)
        for _ in 0..<50 where !isFine(left) {
            usleep(1000)
            // What has come since is somebody else's.
            left = left.intersection(ProcessFacts.now)
        }
        return left
    }
}

extension ProcessFacts {
    /// Sockets whose own address is one of these.
    fileprivate func sockets(from addresses: [String]) -> Set<String> {
        descriptors.filter { entry in
            guard entry.isSocket, let number = entry.number else { return false }
            return addresses.contains(SocketCalls.ends(of: number).local)
        }
    }

    /// Without the sockets of others in this process.
    fileprivate func descriptors(ofClientAt addresses: [String]) -> Set<String> {
        sockets(from: addresses).union(descriptors.filter { !$0.isSocket })
    }

    fileprivate func hasMoreThanSockets(_ usualThreads: Int) -> Bool {
        threads.count > usualThreads || descriptors.contains { !$0.isSocket }
    }
}

extension String {
    fileprivate var isSocket: Bool { contains("socket:") }
    fileprivate var number: Int32? { split(separator: " ").first.flatMap { Int32($0) } }
}
