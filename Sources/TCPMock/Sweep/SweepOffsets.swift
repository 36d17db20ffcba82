// Which places of a reply are swept.

/// Which places of each reply a sweep tries.
public struct SweepOffsets: Sendable, Hashable {
    enum Choice: Sendable, Hashable {
        case all
        case every(Int)
        case list([Int])
        case random(Int)
    }

    let choice: Choice

    /// All of them.
    public static let all = SweepOffsets(choice: .all)

    /// The first, each `count` bytes further on, and the last.
    public static func every(_ count: Int) -> SweepOffsets { SweepOffsets(choice: .every(count)) }

    /// These, where a reply has them.
    public static func list(_ offsets: [Int]) -> SweepOffsets { SweepOffsets(choice: .list(offsets)) }

    /// So many, chosen by the sweep's seed.
    public static func random(_ count: Int) -> SweepOffsets { SweepOffsets(choice: .random(count)) }

    /// What can't be meant, or nil.
    var problem: String? {
        switch choice {
        case .every(let count) where count < 1: "every(\(count)) never gets on"
        case .random(let count) where count < 1: "random(\(count)) tries nothing"
        case .list(let offsets) where offsets.contains { $0 < 0 }: "there is no offset \(offsets.min()!)"
        case .all, .every, .list, .random: nil
        }
    }

    /// The offsets among `range`, in order.
    func offsets(in range: Range<Int>, _ chance: inout SplitMix64) -> [Int] {
        switch choice {
        case .all: Array(range)
        case .every(let count):
            Set(stride(from: range.lowerBound, to: range.upperBound, by: count)).union(range.suffix(1)).sorted()
        case .list(let offsets): Set(offsets).filter { range.contains($0) }.sorted()
        case .random(let count): SweepOffsets.sample(count, of: range, &chance)
        }
    }

    /// So many of a range's numbers, or all if it has fewer, in order. See Floyd's algorithm in Bentley, "Programming Pearls:
    /// A Sample of Brilliance", CACM 30 (9), 1987.
    static func sample(_ count: Int, of range: Range<Int>, _ chance: inout SplitMix64) -> [Int] {
        guard count < range.count else { return Array(range) }
        var chosen: Set<Int> = []
        for last in (range.upperBound - count)..<range.upperBound {
            let number = Int.random(in: range.lowerBound...last, using: &chance)
            chosen.insert(chosen.contains(number) ? last : number)
        }
        return chosen.sorted()
    }
}
