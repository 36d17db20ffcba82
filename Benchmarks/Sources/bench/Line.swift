// A line of measurements: one job, in one arrangement, done by several peers in turn.

struct Line {
    /// As in JSON and in misses.json; begins with the job's name.
    let id: String
    /// What JOB= selects.
    let job: String
    let title: String
    let work: Work
    let cores: Cores
    let measure: Measure
    /// How the rounds become one figure.
    var summary = Summary.median
    var rounds = 7
    /// The first is what the others are divided by.
    let entries: [Entry]
    /// How long one measurement may take, in seconds.
    var patience = 60

    /// Whether the latencies are those of what is measured; the jobs about single things measure two each.
    var tellsLatencies: Bool {
        switch work {
        case .load: true
        case .inside(let job, _): job == "fixture"
        }
    }

    struct Entry {
        let peer: Peer
        /// More options for the load generator, or for the peer when it does the job by itself.
        var options: [String] = []
        /// Where not the line's.
        var cores: Cores?
    }

    enum Work {
        /// The load generator does the job with the peer as its server. TIME_WAIT is what many connections leave.
        case load(job: String, options: [String], server: [String] = [], leavesTimeWait: Int = 0)
        /// The peer has both sides.
        case inside(job: String, options: [String])
    }

    /// Cores 0 and 1: a client that is woken on its server's core has it quicker.
    enum Cores {
        case one, two, any

        var server: String { self == .any ? "0,1" : "0" }
        var client: String {
            switch self {
            case .one: "0"
            case .two: "1"
            case .any: "0,1"
            }
        }
    }

    enum Summary {
        /// The median of the rounds' ratios.
        case median
        /// The ratio of the best rounds: on one core, what disturbs can only slow down.
        case best
    }
}

/// What is taken from a measurement, in what unit, and which way is better.
struct Measure {
    let unit: String
    let digits: Int
    let isRate: Bool
    let source: Source

    enum Source {
        /// The median of the latencies.
        case median
        /// A number of the JSON, multiplied.
        case field(String, times: Double)
    }

    static let microseconds = Measure(unit: "µs", digits: 2, isRate: false, source: .median)
    static let framesPerSecond = Measure(
        unit: "M/s", digits: 3, isRate: true, source: .field("per_s", times: 1e-6))
    static let bytesPerSecond = Measure(unit: "GB/s", digits: 2, isRate: true, source: .field("per_s", times: 1e-9))
    static let perSecond = Measure(unit: "k/s", digits: 2, isRate: true, source: .field("per_s", times: 1e-3))
    static let seconds = Measure(unit: "s", digits: 3, isRate: false, source: .field("seconds", times: 1))

    static func nanoseconds(_ field: String) -> Measure {
        Measure(unit: "µs", digits: 3, isRate: false, source: .field(field, times: 1e-3))
    }

    static func number(_ field: String, unit: String) -> Measure {
        Measure(unit: unit, digits: 0, isRate: false, source: .field(field, times: 1))
    }
}
