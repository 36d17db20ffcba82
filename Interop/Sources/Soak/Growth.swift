// Whether anything grows with the number of connections.

/// Samples after the warm-up, and the straight lines through them.
///
/// Memory is judged by the slope of the least-squares line of resident memory (VmRSS) over connections made, through all
/// samples: one sample that is high because the allocator had a bad moment moves it little, while what is kept of each
/// connection adds up. The same is asked of the bytes that the allocator says are in use, which come and go with nothing
/// else. Samples are taken between epochs, when nothing is open and every epoch is the same, so that there is no load in
/// them that comes and goes. What is free is never given back for the sake of a sample (malloc_trim); how the allocator
/// is made to keep little of it by itself is in heap.h. What the stack and the allocator's arena of a thread may take is
/// not held against it when there are more threads than there were: that is a step, and no slope.
struct Growth {
    static let mostBytesPerThousand = 1024.0
    /// 330 were seen.
    private static let kiBOfThread = 384

    let baseline: Facts
    private let firstConnections: Int
    private var latest: Facts
    private var lastConnections: Int
    private var mostThreads: Int
    private var resident = Line()
    private var inUse = Line()

    var samples: Int { resident.count }

    init(baseline: Facts, connections: Int) {
        self.baseline = baseline
        latest = baseline
        mostThreads = baseline.threads
        firstConnections = connections
        lastConnections = connections
    }

    mutating func add(_ facts: Facts, connections: Int) {
        let x = Double(connections - firstConnections)
        mostThreads = max(mostThreads, facts.threads)
        let ofThreads = (mostThreads - baseline.threads) * Growth.kiBOfThread
        resident.add(x, Double(facts.residentKiB - baseline.residentKiB - ofThreads) * 1024)
        inUse.add(x, Double(facts.inUse - baseline.inUse))
        latest = facts
        lastConnections = connections
    }

    private static func perThousand(_ line: Line) -> Int {
        Int((line.slope * 1000).rounded())
    }

    var text: String {
        "grows \(Growth.perThousand(resident)) bytes per 1,000 connections, in use \(Growth.perThousand(inUse))"
    }

    var summary: String {
        """
        resident memory grew \(Growth.perThousand(resident)) bytes per 1,000 connections (least squares over \(samples) \
        samples and \(lastConnections - firstConnections) connections; \(baseline.residentKiB) -> \(latest.residentKiB) \
        KiB), memory in use \(Growth.perThousand(inUse)) (\(baseline.inUse / 1024) -> \(latest.inUse / 1024) KiB), \
        descriptors \(baseline.descriptors) -> \(latest.descriptors), threads \(baseline.threads) -> \(latest.threads), \
        \(mostThreads) at most
        """
    }

    var problems: [String] {
        var problems: [String] = []
        for (name, line) in [("resident memory", resident), ("memory in use", inUse)]
        where line.slope * 1000 >= Growth.mostBytesPerThousand {
            problems.append("\(name) grows by \(Growth.perThousand(line)) bytes per 1,000 connections")
        }
        if latest.descriptors > baseline.descriptors {
            problems.append("descriptors grow: \(baseline.descriptors) -> \(latest.descriptors)")
        }
        // Dispatch, and TCPMock for closures, start threads when others block, and let them go when they are idle.
        if mostThreads > Growth.mostThreads { problems.append("\(mostThreads) threads, and more than they need") }
        return problems
    }

    /// Far more than the pools' own limits allow, however busy the machine.
    private static let mostThreads = 100
}
