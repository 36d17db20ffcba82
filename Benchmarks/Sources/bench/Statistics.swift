// How the figures of several rounds become one.

extension [Double] {
    var median: Double {
        let sorted = self.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// How one peer's figure relates to another's.
struct Ratio {
    let value: Double
    /// The smallest and the largest of the rounds' own ratios.
    let lowest: Double
    let highest: Double

    /// Round by round; nil when there is no round.
    init?(_ these: [Double], to those: [Double], _ summary: Line.Summary, isRate: Bool) {
        let ratios = zip(these, those).map { $0 / $1 }
        guard let lowest = ratios.min(), let highest = ratios.max(),
            let best = isRate ? these.max() : these.min(), let otherBest = isRate ? those.max() : those.min()
        else { return nil }
        self.lowest = lowest
        self.highest = highest
        switch summary {
        case .median: value = ratios.median
        case .best: value = best / otherBest
        }
    }
}
