// How much there was, and how long each step took: what a load test asks for.

/// What an endpoint has counted: connections, bytes, failures, and how long each step took.
///
/// In ``Verdict/statistics`` of the whole run, and in ``MockEndpoint/statistics`` while it runs. Connections, bytes and
/// failures are complete, whatever ``MockServer/Options/recording`` keeps. Steps are counted as ``MockServer/Options/statistics`` says: without
/// being asked for by endpoints that play one script on many connections.
///
/// ```swift
/// print(verdict.statistics)
/// ```
public struct Statistics: Sendable, CustomStringConvertible {
    /// How many connections were accepted, or made.
    public let connections: Int
    /// How many of them have played their script to the end.
    public let completed: Int
    /// How many are open; 0 in a verdict.
    public let open: Int
    /// How many bytes came from the other side, on all connections.
    public let received: Int
    /// How many bytes were sent: those that the kernel took.
    public let sent: Int
    /// How often a step that takes or sends a frame, or another delimited piece, was done; 0 where steps are not counted.
    ///
    /// A step that takes a frame and answers it counts once.
    public let frames: Int
    /// How many connections failed.
    public let failures: Int
    /// The steps as they are written, those of all scripts; empty where they are not counted.
    public let steps: [StepStatistics]

    /// A table: one line for the whole, and one for each step.
    public var description: String {
        StatisticsTable(self).text
    }
}

/// How often a step was done, how often it failed, and how long it took.
///
/// A step's time begins when it becomes current: when the one before it is done, or its connection is there. So the time of an
/// expectation has in it how long the other side took to speak. In steps that are served until the client leaves it begins
/// with a request's first bytes. It is taken from the loop's clock, which is stamped once a turn: steps that are done in
/// one go, as a send is behind what it answers, take no time. A send is done when it is handed over.
///
/// Percentiles are at most 3.1 % too long, as a histogram has them; ``max`` is exact.
public struct StepStatistics: Sendable, CustomStringConvertible {
    /// Which of the endpoint's scripts it is a step of, counted from 1.
    public let script: Int
    /// The step's number in its script, counted from 1, as in failures.
    public let number: Int
    /// The line that wrote the step.
    public var location: SourcePosition { planned.location }
    /// The step as written: `expect "PING\r\n"`.
    public var step: String { planned.description }
    /// How often it was done.
    public let count: Int
    /// How many connections failed at it.
    public let failures: Int

    let planned: Step
    let latencies: LatencyHistogram
    let longest: UInt64

    /// How long it took at most in so many percent of the times it was done.
    ///
    /// - `percentile`: from 0 to 100; 50 is the median.
    ///
    /// Nil when it was never done, and of steps behind an endpoint's first 1,024.
    public func latency(percentile: Double) -> Duration? {
        latencies.time(percentile: percentile).map { .nanoseconds($0) }
    }

    /// The median.
    public var p50: Duration? { latency(percentile: 50) }
    /// What 99 of 100 did not exceed.
    public var p99: Duration? { latency(percentile: 99) }
    /// What 999 of 1,000 did not exceed.
    public var p999: Duration? { latency(percentile: 99.9) }
    /// The longest it took, exactly.
    public var max: Duration? { count > 0 ? .nanoseconds(longest) : nil }

    /// `step 1, expect "PING\r\n": done 1,000 times, p50 12 µs, p99 31 µs, p99.9 44 µs, max 52 µs`.
    public var description: String {
        let times = [("p50", p50), ("p99", p99), ("p99.9", p999), ("max", max)]
            .compactMap { name, time in time.map { "\(name) \($0.brief)" } }
        let failed = failures > 0 ? ["failed \(grouped(failures))"] : []
        return "step \(number), \(step): "
            + (["done \(counted(count, "time"))"] + failed + times).joined(separator: ", ")
    }
}
