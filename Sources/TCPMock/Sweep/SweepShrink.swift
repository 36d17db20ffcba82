// The smallest case that fails, found by running some more: pure but for the runs.

/// Looks for a smaller case that breaks the same rule.
///
/// A cut by a fault is moved towards the last offset before it that is known to be well, by halves: the edge of the band. Of
/// several cuts those are taken away that are not needed. Each step is a run, and there are so many runs and no more.
struct SweepShrinker {
    /// Runs a case; nil: it does not break the rule.
    typealias Run = (SweepCase) throws -> SweepRecord?

    let maker: (any SweepMaker)?
    /// How many runs are left.
    var runs: Int

    /// - `failing`: the cases that break the rule, at least one. `records`: all of them.
    mutating func smallest(of failing: [SweepRecord], among records: [SweepRecord], _ run: Run) throws -> SweepRecord {
        let first = failing.min { $0.size < $1.size }!
        switch first.sweepCase.shape {
        case .other: return first
        case .fault(let fault, let reply, let offset):
            let failed = Set(failing.compactMap { $0.offset(of: fault, reply) })
            let tried = records.compactMap { $0.offset(of: fault, reply) }
            let well = tried.filter { $0 < offset && !failed.contains($0) }.max() ?? -1
            return try moved(first, fault, reply, from: offset, downTo: well, run)
        case .cuts(let cuts): return try reduced(first, cuts, run)
        }
    }

    private mutating func moved(
        _ record: SweepRecord, _ fault: Fault, _ reply: Int, from offset: Int, downTo well: Int, _ run: Run
    ) throws -> SweepRecord {
        var (best, offset, well) = (record, offset, well)
        while offset - well > 1, runs > 0 {
            let middle = well + (offset - well) / 2
            if let smaller = try tried(.fault(fault, reply: reply, offset: middle), run) {
                (best, offset) = (smaller, middle)
            } else {
                well = middle
            }
        }
        return best
    }

    /// Delta debugging: whole chunks of cuts are left out, then smaller ones. See Zeller and Hildebrandt,
    /// "Simplifying and Isolating Failure-Inducing Input", 2002.
    private mutating func reduced(_ record: SweepRecord, _ cuts: [Int: [Int]], _ run: Run) throws -> SweepRecord {
        var best = record
        var left = cuts.keys.sorted().flatMap { reply in cuts[reply]!.map { Cut(reply: reply, place: $0) } }
        var size = left.count / 2
        while size > 0, left.count > 1, runs > 0 {
            var start = 0
            while start < left.count, left.count > 1, runs > 0 {
                let without = Array(left[..<start] + left[min(start + size, left.count)...])
                if !without.isEmpty, let smaller = try tried(.cuts(Cut.byReply(without)), run) {
                    (best, left) = (smaller, without)
                } else {
                    start += size
                }
            }
            size /= 2
        }
        return best
    }

    private mutating func tried(_ shape: SweepCase.Shape, _ run: Run) throws -> SweepRecord? {
        guard let smaller = maker?.makeCase(shape) else { return nil }
        runs -= 1
        return try run(smaller)
    }

    private struct Cut {
        let reply: Int
        let place: Int

        static func byReply(_ cuts: [Cut]) -> [Int: [Int]] {
            Dictionary(grouping: cuts, by: \.reply).mapValues { $0.map(\.place) }
        }
    }
}

extension SweepRecord {
    fileprivate func offset(of fault: Fault, _ reply: Int) -> Int? {
        if case .fault(fault, reply: reply, let offset) = sweepCase.shape { offset } else { nil }
    }

    /// What is smaller is easier to understand; equal ones stay in the plan's order.
    fileprivate var size: Size {
        switch sweepCase.shape {
        case .other: Size(parts: 0, reply: 0, place: sweepCase.position ?? 0)
        case .fault(_, let reply, let offset): Size(parts: 1, reply: reply, place: offset)
        case .cuts(let cuts):
            Size(
                parts: cuts.values.reduce(0) { $0 + $1.count }, reply: cuts.keys.min() ?? 0,
                place: cuts[cuts.keys.min() ?? 0]?.first ?? 0)
        }
    }

    fileprivate struct Size: Comparable {
        let parts: Int
        let reply: Int
        let place: Int

        static func < (one: Size, other: Size) -> Bool {
            (one.parts, one.reply, one.place) < (other.parts, other.reply, other.place)
        }
    }
}
