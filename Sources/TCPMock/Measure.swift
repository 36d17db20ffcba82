// What a step may assert beside the bytes: how soon they come, and in how many segments.

/// What is measured of a step.
struct Measure: Sendable, Hashable {
    /// From when the step became current until its last byte came, at most.
    var latency: Duration?
    /// TCP segments that its bytes come in, exactly.
    var segments: Int?

    init?(latency: Duration?, segments: Int? = nil) {
        if latency == nil, segments == nil { return nil }
        self.latency = latency
        self.segments = segments
    }
}

extension Step {
    /// What can't be meant by its measure, or nil.
    var problemOfMeasure: String? {
        if let latency = measure?.latency, latency <= .zero {
            return "\(self): a latency of \(latency == .zero ? "nothing" : "less than nothing") can't be kept"
        }
        // Equal ones may both be meant: the limit is scaled, and makes one last read when it has passed.
        if let latency = measure?.latency, let limit, latency > limit {
            return
                "\(self): a latency of \(latency.brief) can never be what fails, for its limit of \(limit.brief) ends the step first"
        }
        guard let segments = measure?.segments else { return nil }
        if segments < 1 { return "\(self): bytes come in at least one segment, not in \(segments)" }
        if segments > Int(UInt32.max) { return "\(self): \(segments) segments are more than can be counted" }
        if let most = mostBytes, segments > most {
            return
                "\(self) can never come in \(segments) segments: it has \(counted(most, "byte")), and each has one at least"
        }
        return nil
    }

    /// How many bytes it takes, where the script says that.
    private var mostBytes: Int? {
        switch kind {
        case .expect(let bytes): bytes.array.count
        case .receiveExactly(let count): count
        default: nil
        }
    }

    /// Why it can't be measured over a transport; nil: it can.
    func unmeasurable(over transport: MockAddress.Family) -> String? {
        guard transport == .unix else { return nil }
        if case .expectNoDelay = kind {
            return "\(self) can't be asked over a Unix-domain socket, which has no TCP_NODELAY"
        }
        guard measure?.segments != nil else { return nil }
        return "\(self): a Unix-domain socket has no segments to count"
    }
}
