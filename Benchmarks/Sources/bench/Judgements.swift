// The targets' part of a run's output, and whether the run may be content.

import Foundation

struct Judgements {
    let all: [Judgement]

    /// Of the targets whose lines were measured. `causes` is Benchmarks/misses.json: what each known miss is due to.
    init(_ results: [LineResult], causes: [String: KnownCause]) {
        all = Target.all.filter { target in results.contains { $0.line.id == target.line } }
            .map { Judgement($0, results, causes: causes) }
    }

    var unexplained: [Judgement] {
        all.filter { !$0.isMet && $0.cause == nil }
    }

    var lines: [String] {
        if all.isEmpty { return [] }
        let width = (all.map(\.target.title.count).max() ?? 0) + 2
        let heading =
            "Target".padded(width) + "measured".padded(left: 10) + "min–max".padded(left: 15)
            + "limit".padded(left: 9) + "stretch".padded(left: 9) + "  outcome"
        return [heading] + all.flatMap { row($0, width) }
    }

    private func row(_ judgement: Judgement, _ width: Int) -> [String] {
        let measured = judgement.measured
        let target = judgement.target
        let row =
            target.title.padded(width) + (measured?.value.significant ?? "–").padded(left: 10)
            + (measured.map { "\($0.lowest.significant)–\($0.highest.significant)" } ?? "").padded(left: 15)
            + target.limit.text.padded(left: 9) + (target.stretch?.short ?? "").padded(left: 9)
            + "  \(judgement.outcome)"
        if judgement.isMet { return [row] }
        return [row, "    cause: \(cause(judgement))"]
    }

    private func cause(_ judgement: Judgement) -> String {
        if let cause = judgement.cause { return cause }
        let name = "misses.json as \"\(judgement.target.id)\""
        if let upTo = judgement.known?.upTo, judgement.measured != nil {
            return "not known beyond \(upTo.short), which is what \(name) explains"
        }
        return "not known; measure it, and say it in \(name)"
    }
}

/// Reads Benchmarks/misses.json.
func knownCauses(_ places: Places) throws -> [String: KnownCause] {
    let file = places.package.appending(path: "misses.json")
    guard let data = try? Data(contentsOf: file) else { return [:] }
    return try JSONDecoder().decode([String: KnownCause].self, from: data)
}

extension Double {
    /// Without zeros at the end: 1.5, 25.
    var short: String {
        self == rounded() ? fixed(0) : "\(self)"
    }
}
