// How a long run gets on, as one line: pure.

/// What a line is made of, and the few moments before it from which the rate is told.
struct Progress: Sendable {
    /// Counts at a time of the loop's clock.
    struct Moment: Sendable {
        var now: UInt64
        var opened: UInt64 = 0
        var open = 0
        var done = 0
        var failed = 0
    }

    /// How far back the rate looks.
    static let span: UInt64 = 2_000_000_000

    /// How many connections there will be; nil: any number.
    let total: Int?
    private var moments: [Moment] = []

    init(of total: Int?) {
        self.total = total
    }

    mutating func add(_ moment: Moment) {
        moments.append(moment)
        // The one from which the span begins stays.
        while moments.count > 2, moments[1].now + Progress.span <= moment.now { moments.removeFirst() }
    }

    /// `12.3 s  open 812  done 45,120 of 100,000  failed 0  9,400/s`; nil before anything is known.
    var line: String? {
        guard let latest = moments.last else { return nil }
        let goal = total.map { " of \(grouped($0))" } ?? ""
        let rate = rate.map { "\(grouped($0))/s" }
        return
            ([
                Progress.time(latest.now - min(latest.opened, latest.now)), "open \(grouped(latest.open))",
                "done \(grouped(latest.done))\(goal)", "failed \(grouped(latest.failed))", rate,
            ] as [String?]).compactMap { $0 }.joined(separator: "  ")
    }

    /// Connections that came to an end, well or not, in a second.
    private var rate: Int? {
        guard let first = moments.first, let latest = moments.last, latest.now > first.now else { return nil }
        let ended = (latest.done + latest.failed) - (first.done + first.failed)
        return Int((Double(ended) / (Double(latest.now - first.now) / 1e9)).rounded())
    }

    /// `12.3 s`, `4 min 05 s`, `2 h 07 min`.
    static func time(_ nanoseconds: UInt64) -> String {
        let tenths = Int(nanoseconds / 100_000_000)
        let seconds = tenths / 10
        if seconds < 60 { return "\(seconds).\(tenths % 10) s" }
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 3600 { return "\(seconds / 60) min \(two(seconds % 60)) s" }
        return "\(seconds / 3600) h \(two(seconds / 60 % 60)) min"
    }
}
