// What is to be reached, and whether it was.

/// One figure of one line, against a limit.
struct Target {
    /// The line's id, and a word more where a line has several targets. misses.json names them so.
    let id: String
    let title: String
    let line: String
    let figure: Figure
    let limit: Limit
    let stretch: Double?

    enum Figure {
        /// A peer's figure by another's.
        case ratio(Peer, to: Peer)
        /// A peer's figure itself, or another number of its JSON.
        case value(Peer)
        case fact(Peer, String)
    }

    enum Limit {
        case atMost(Double)
        case atLeast(Double)
    }
}

/// What a run says of a target.
struct Judgement {
    let target: Target
    /// With the spread of the rounds; nil when there is no figure.
    let measured: (value: Double, lowest: Double, highest: Double)?
    /// What misses.json says of it, whether or not that explains what was measured.
    let known: KnownCause?

    /// Why it was missed, if that is known.
    var cause: String? {
        guard !isMet, let known, known.explains(measured?.value, target.limit) else { return nil }
        return known.cause
    }

    var isMet: Bool {
        guard let value = measured?.value else { return false }
        return target.limit.allows(value)
    }

    var reachesStretch: Bool {
        guard let value = measured?.value, let stretch = target.stretch else { return false }
        return target.limit.with(stretch).allows(value)
    }

    init(_ target: Target, _ results: [LineResult], causes: [String: KnownCause]) {
        self.target = target
        measured = results.first { $0.line.id == target.line }.flatMap(target.figure.measured)
        known = causes[target.id]
    }

    /// "met", "met, stretch too", "MISSED by 12 %", or that there is no figure.
    var outcome: String {
        guard let value = measured?.value else { return "NOT MEASURED" }
        if isMet { return reachesStretch ? "met, stretch too" : "met" }
        let percent = target.limit.excess(of: value) * 100
        return "MISSED by \(percent.fixed(percent < 10 ? 1 : 0)) %"
    }
}

/// Why a target is missed, and how far: a miss beyond that has another cause too.
struct KnownCause: Decodable {
    let cause: String
    /// The worst value that it explains: the largest for times, the smallest for rates. Nil where nothing is measured.
    let upTo: Double?

    private enum CodingKeys: String, CodingKey {
        case cause
        case upTo = "up_to"
    }

    func explains(_ value: Double?, _ limit: Target.Limit) -> Bool {
        switch (value, upTo) {
        case (nil, nil): true
        case (let value?, let upTo?): limit.with(upTo).allows(value)
        default: false
        }
    }
}

extension Target.Limit {
    func allows(_ value: Double) -> Bool {
        switch self {
        case .atMost(let limit): value <= limit
        case .atLeast(let limit): value >= limit
        }
    }

    func with(_ other: Double) -> Self {
        switch self {
        case .atMost: .atMost(other)
        case .atLeast: .atLeast(other)
        }
    }

    /// How far beyond the limit, as a part of the limit.
    func excess(of value: Double) -> Double {
        switch self {
        case .atMost(let limit): value / limit - 1
        case .atLeast(let limit): 1 - value / limit
        }
    }

    var text: String {
        switch self {
        case .atMost(let limit): "≤ \(limit.short)"
        case .atLeast(let limit): "≥ \(limit.short)"
        }
    }
}

extension Target.Figure {
    fileprivate func measured(_ result: LineResult) -> (value: Double, lowest: Double, highest: Double)? {
        switch self {
        case .ratio(let peer, let other):
            guard let peer = result[peer], let other = result[other],
                let ratio = result.ratio(of: peer, to: other)
            else { return nil }
            return (ratio.value, ratio.lowest, ratio.highest)
        case .value(let peer):
            guard let peer = result[peer], let value = result.value(of: peer), let lowest = peer.values.min(),
                let highest = peer.values.max()
            else { return nil }
            return (value, lowest, highest)
        case .fact(let peer, let name):
            let facts = result[peer]?.samples.compactMap { $0.facts[name] } ?? []
            guard let lowest = facts.min(), let highest = facts.max() else { return nil }
            return (facts.median, lowest, highest)
        }
    }
}
