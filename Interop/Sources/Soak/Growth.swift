// Whether anything grows with the number of connections.

/// Samples after the warm-up, and the straight line through them.
///
/// Memory is judged by the slope of the least-squares line of resident memory (VmRSS) over connections made, through all
/// samples: one sample that is high because the allocator had a bad moment moves it little, while what is kept of each
/// connection adds up. Nothing is done to make the number small: no malloc_trim, no allocator settings. Samples are taken
/// between epochs, when nothing is open and every epoch is the same, so that there is no load in them that comes and goes.
struct Growth {
    /// Bytes a connection: 1 KiB per 1,000.
    static let mostBytesPerThousand = 1024.0

    let baseline: Facts
    private(set) var samples = 0
    private var latest: Facts
    private var mostThreads: Int
    private var sumX = 0.0, sumY = 0.0, sumXX = 0.0, sumXY = 0.0
    private var first: (connections: Int, residentKiB: Int)?
    private var lastConnections = 0

    init(baseline: Facts) {
        self.baseline = baseline
        latest = baseline
        mostThreads = baseline.threads
    }

    mutating func add(_ facts: Facts, connections: Int) {
        let origin = first ?? (connections, facts.residentKiB)
        first = origin
        let x = Double(connections - origin.connections), y = Double(facts.residentKiB - origin.residentKiB) * 1024
        samples += 1
        sumX += x
        sumY += y
        sumXX += x * x
        sumXY += x * y
        latest = facts
        lastConnections = connections
        mostThreads = max(mostThreads, facts.threads)
    }

    /// Bytes of resident memory per connection.
    private var slope: Double {
        let count = Double(samples)
        let spread = count * sumXX - sumX * sumX
        return spread > 0 ? (count * sumXY - sumX * sumY) / spread : 0
    }

    var text: String {
        "\(Int((slope * 1000).rounded())) bytes per 1,000 connections"
    }

    var summary: String {
        let made = lastConnections - (first?.connections ?? 0)
        return "resident memory grew \(text) (least squares over \(samples) samples and \(made) connections; "
            + "\(first?.residentKiB ?? 0) -> \(latest.residentKiB) KiB), descriptors \(baseline.descriptors) -> "
            + "\(latest.descriptors), threads \(baseline.threads) -> \(latest.threads), \(mostThreads) at most"
    }

    var problems: [String] {
        var problems: [String] = []
        if slope * 1000 >= Growth.mostBytesPerThousand { problems.append("memory grows: \(text)") }
        if latest.descriptors > baseline.descriptors {
            problems.append("descriptors grow: \(baseline.descriptors) -> \(latest.descriptors)")
        }
        // The runtime's pools come and go by a thread or two.
        if latest.threads > baseline.threads + 4 {
            problems.append("threads grow: \(baseline.threads) -> \(latest.threads)")
        }
        return problems
    }
}
