// A histogram as a few bars, for people: its many fine buckets gathered under round times.

/// Times up to a bound, and how often they were.
public struct LatencyBucket: Sendable, Hashable {
    /// The longest of them; those of the bucket before were at most its bound.
    public let upperBound: Duration
    /// How often.
    public let count: Int
}

extension StepStatistics {
    /// How often the step took how long: only buckets in which something is, the shortest times first.
    ///
    /// A bucket is at most 3.1 % wide. Empty where ``latency(percentile:)`` is nil.
    public var histogram: [LatencyBucket] {
        latencies.buckets.map { LatencyBucket(upperBound: .nanoseconds($0.highest), count: $0.count) }
    }

    /// The histogram as bars, one line each, under bounds of 1, 2 and 5 times a power of ten; at most twelve lines.
    public var bars: [String] {
        LatencyChart(latencies).lines
    }
}

extension Statistics {
    /// The table, and below it for each step that was done how often it took how long.
    public var detail: String {
        let charts = steps.filter { !$0.bars.isEmpty }.map { step in
            let number = step.script > 1 ? "\(step.script).\(step.number)" : "\(step.number)"
            return (["step \(number), \(step.step)"] + step.bars.map { "  \($0)" }).joined(separator: "\n")
        }
        return ([description] + charts).joined(separator: "\n\n")
    }
}

struct LatencyChart {
    static let mostRows = 12
    private static let width = 30

    private struct Row {
        let bound: UInt64
        var count: Int
    }

    private let rows: [Row]

    init(_ histogram: LatencyHistogram) {
        var rows: [Row] = []
        var bounds = LatencyChart.bounds[...]
        for bucket in histogram.buckets {
            // A bucket that ends behind the longest time there was holds none so long.
            let highest = min(bucket.highest, histogram.longest)
            while let bound = bounds.first, bound < highest {
                bounds.removeFirst()
                if !rows.isEmpty, let next = bounds.first { rows.append(Row(bound: next, count: 0)) }
            }
            guard let bound = bounds.first else { break }
            if rows.isEmpty { rows.append(Row(bound: bound, count: 0)) }
            rows[rows.count - 1].count += bucket.count
        }
        self.rows = LatencyChart.shortened(rows)
    }

    /// 1, 2, 5, 10 … µs, up to half a year.
    private static let bounds: [UInt64] = (3...15).flatMap { power -> [UInt64] in
        let unit = (0..<power).reduce(UInt64(1)) { value, _ in value * 10 }
        return [unit, 2 * unit, 5 * unit]
    }

    /// The shortest are told as one: it is the long ones that matter.
    private static func shortened(_ rows: [Row]) -> [Row] {
        let surplus = rows.count - mostRows
        guard surplus > 0 else { return rows }
        let short = rows[...surplus]
        return [Row(bound: rows[surplus].bound, count: short.reduce(0) { $0 + $1.count })] + rows[(surplus + 1)...]
    }

    /// `≤ 20 µs  ███████████  812`.
    var lines: [String] {
        let most = rows.map(\.count).max() ?? 0
        let bounds = rows.map { "≤ " + Duration.nanoseconds($0.bound).brief }
        let width = bounds.map(\.count).max() ?? 0
        return zip(rows, bounds).map { row, bound in
            // Whatever is there at all shows.
            let length = row.count == 0 ? 0 : max(1, row.count * LatencyChart.width / most)
            let bar = String(repeating: "█", count: length).padded(to: LatencyChart.width)
            return "\(bound.padded(to: width))  \(bar)  \(grouped(row.count))"
        }
    }
}
