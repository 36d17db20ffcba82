// Where probes leave their counts, and verdicts find them: one table a process, bounded, behind a lock.
//
// A port may be used again: a tally belongs to a connection only if their lives overlap, and one that begins ends any
// older one between the same ends. The latest that have ended are kept, for verdicts come after the client has gone.

/// What one probe has counted.
struct ProbedReads: Sendable, Hashable {
    var count = 0
    /// Whether the client has said that it reads no more.
    var isFinal = false
}

/// One probe's count and its life.
final class ReadTally: Sendable {
    struct Ends: Hashable {
        /// As ``ConnectionRecord/peer``.
        let client: String
        let serverPort: Int
    }

    private struct State {
        var reads = ProbedReads()
        var ended: UInt64?
    }

    let ends: Ends
    /// On the loop's clock.
    let began = SocketCalls.now
    private let state = Locked(State())

    init(_ ends: Ends) {
        self.ends = ends
    }

    var reads: ProbedReads { state.withLock { $0.reads } }

    func add(_ count: Int) {
        state.withLock { if !$0.reads.isFinal { $0.reads.count += max(0, count) } }
    }

    /// False when it has ended before.
    fileprivate func end() -> Bool {
        let now = SocketCalls.now
        return state.withLock { state in
            guard state.ended == nil else { return false }
            state.ended = now
            state.reads.isFinal = true
            return true
        }
    }

    fileprivate func lived(in life: ClosedRange<UInt64>) -> Bool {
        began <= life.upperBound && state.withLock { $0.ended ?? .max } >= life.lowerBound
    }
}

final class ReadTallies: Sendable {
    /// The process's.
    static let shared = ReadTallies(mostEnded: 10_000)

    private struct Table {
        let mostEnded: Int
        var tallies: [ReadTally.Ends: [ReadTally]] = [:]
        /// Those that have ended; once it is full, the oldest makes room for the next.
        var ended: [ReadTally] = []
        var oldest = 0

        mutating func retire(_ tally: ReadTally) {
            guard tally.end() else { return }
            guard ended.count == mostEnded else { return ended.append(tally) }
            forget(ended[oldest])
            ended[oldest] = tally
            oldest = (oldest + 1) % mostEnded
        }

        private mutating func forget(_ tally: ReadTally) {
            tallies[tally.ends]?.removeAll { $0 === tally }
            if tallies[tally.ends]?.isEmpty == true { tallies[tally.ends] = nil }
        }
    }

    private let table: Locked<Table>

    /// Keeps the `mostEnded` latest that have ended, of which there must be one at least.
    init(mostEnded: Int) {
        table = Locked(Table(mostEnded: mostEnded))
    }

    func begin(_ ends: ReadTally.Ends) -> ReadTally {
        let tally = ReadTally(ends)
        table.withLock { table in
            for older in table.tallies[ends] ?? [] { table.retire(older) }
            table.tallies[ends, default: []].append(tally)
        }
        return tally
    }

    func end(_ tally: ReadTally) {
        table.withLock { $0.retire(tally) }
    }

    var isEmpty: Bool { table.withLock { $0.tallies.isEmpty } }

    /// Whether there is one of a client of this port.
    func know(_ serverPort: Int) -> Bool {
        table.withLock { $0.tallies.keys.contains { $0.serverPort == serverPort } }
    }

    /// What the latest probe between these ends had counted that lived while the connection did.
    func reads(_ ends: ReadTally.Ends, during life: ClosedRange<UInt64>) -> ProbedReads? {
        table.withLock { table in
            table.tallies[ends]?.last { $0.lived(in: life) }?.reads
        }
    }
}
