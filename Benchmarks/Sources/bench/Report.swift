// What a run leaves behind for programs to read: .build/bench/results.json.

import Foundation

struct Report: Encodable {
    let machine: Machine
    let seconds: Int
    let lines: [LineReport]
    let targets: [TargetReport]

    struct LineReport: Encodable {
        let id, title, unit: String
        let peers: [PeerReport]
    }

    struct PeerReport: Encodable {
        let id, name: String
        let value: Double?
        /// To the line's first peer.
        let ratio, lowestRatio, highestRatio: Double?
        /// In microseconds, of all rounds.
        let p50, p99, p999: Double?
        let rounds: [Double]
        /// The medians of all numbers that the programs told.
        let facts: [String: Double]
        let failure: String?
        let isUnsupported: Bool
    }

    struct TargetReport: Encodable {
        let id, title, limit, outcome: String
        let measured, lowest, highest, stretch: Double?
        let isMet: Bool
        let cause: String?
    }

    init(_ machine: Machine, seconds: Int, _ results: [LineResult], _ judgements: Judgements) {
        self.machine = machine
        self.seconds = seconds
        lines = results.map { result in
            LineReport(
                id: result.line.id, title: result.line.title, unit: result.line.measure.unit,
                peers: result.peers.map { PeerReport($0, of: result) })
        }
        targets = judgements.all.map { judgement in
            let target = judgement.target
            return TargetReport(
                id: target.id, title: target.title, limit: target.limit.text, outcome: judgement.outcome,
                measured: judgement.measured?.value, lowest: judgement.measured?.lowest,
                highest: judgement.measured?.highest, stretch: target.stretch, isMet: judgement.isMet,
                cause: judgement.cause)
        }
    }

    func write(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: file)
    }
}

extension Report.PeerReport {
    fileprivate init(_ peer: PeerResult, of result: LineResult) {
        let ratio = result.ratio(of: peer)
        let latencies = peer.latencies
        let names = Set(peer.samples.flatMap(\.facts.keys))
        self.init(
            id: peer.peer.id, name: peer.peer.name, value: result.value(of: peer), ratio: ratio?.value,
            lowestRatio: ratio?.lowest, highestRatio: ratio?.highest, p50: latencies.percentile(50),
            p99: latencies.percentile(99), p999: latencies.percentile(99.9), rounds: peer.values,
            facts: Dictionary(uniqueKeysWithValues: names.compactMap { name in peer.fact(name).map { (name, $0) } }),
            failure: peer.failure, isUnsupported: peer.isUnsupported)
    }
}
