// What a run has found so far.

/// One peer's part of a line.
struct PeerResult {
    let peer: Peer
    var samples: [Sample] = []
    var isUnsupported = false
    /// Why it has no figure.
    var failure: String?

    var values: [Double] { samples.map(\.value) }

    var latencies: Latencies {
        samples.reduce(into: Latencies()) { $0.add($1.latencies) }
    }

    /// The median of a number of the JSON.
    func fact(_ name: String) -> Double? {
        let numbers = samples.compactMap { $0.facts[name] }
        return numbers.isEmpty ? nil : numbers.median
    }
}

struct LineResult {
    let line: Line
    var peers: [PeerResult]
    /// What all its rounds took.
    var seconds = 0

    /// The peer's figure: the median of its rounds, or the best of them, as the line has it.
    func value(of peer: PeerResult) -> Double? {
        if peer.samples.isEmpty { return nil }
        switch line.summary {
        case .median: return peer.values.median
        case .best: return line.measure.isRate ? peer.values.max() : peer.values.min()
        }
    }

    func ratio(of peer: PeerResult, to other: PeerResult) -> Ratio? {
        Ratio(peer.values, to: other.values, line.summary, isRate: line.measure.isRate)
    }

    /// To the first peer.
    func ratio(of peer: PeerResult) -> Ratio? {
        peers.first.flatMap { ratio(of: peer, to: $0) }
    }

    subscript(peer: Peer) -> PeerResult? {
        peers.first { $0.peer.id == peer.id }
    }
}
