// How long a step took, how often: sparse, and merged and asked for percentiles without the core.

struct LatencyHistogram: Sendable, Hashable {
    /// Times that are told as one, for which the longest of them stands.
    struct Bucket: Sendable, Hashable {
        let highest: UInt64
        var count: Int
    }

    /// Those in which something is, the shortest times first.
    private(set) var buckets: [Bucket] = []
    private(set) var count = 0
    /// Exact, in nanoseconds.
    private(set) var longest: UInt64 = 0

    init() {}

    init(_ buckets: [Bucket], longest: UInt64) {
        self.buckets = buckets
        self.longest = longest
        count = buckets.reduce(0) { $0 + $1.count }
    }

    /// Both in one.
    mutating func merge(_ other: LatencyHistogram) {
        let all = (buckets + other.buckets).sorted { $0.highest < $1.highest }
        buckets = all.reduce(into: []) { merged, bucket in
            if merged.last?.highest == bucket.highest {
                merged[merged.count - 1].count += bucket.count
            } else {
                merged.append(bucket)
            }
        }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The time, in nanoseconds, that so many percent did not exceed; nil when there is none.
    func time(percentile: Double) -> UInt64? {
        guard count > 0, !percentile.isNaN else { return nil }
        let share = min(max(percentile, 0), 100) / 100
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var below = 0
        for bucket in buckets {
            below += bucket.count
            // No bucket's end is later than the longest time there was.
            if below >= rank { return min(bucket.highest, longest) }
        }
        return longest
    }
}
