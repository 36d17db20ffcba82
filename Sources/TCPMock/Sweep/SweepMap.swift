// What happened where, run by run: pure.

/// Outcomes by position, the same ones next to each other in one band.
struct SweepMap: Sendable, CustomStringConvertible {
    struct Band: Sendable, Hashable, CustomStringConvertible {
        /// The first and the last position that was tried; nil where cases are only counted.
        var first: Int?
        var last: Int?
        var count = 1
        let label: String

        var description: String {
            guard let first, let last else { return count > 1 ? "\(count) × \(label)" : label }
            let tried = count <= last - first ? " (\(count) tried)" : ""
            return first == last ? "\(first) \(label)" : "\(first)..\(last) \(label)\(tried)"
        }
    }

    struct Row: Sendable {
        let group: String
        let bands: [Band]
    }

    let rows: [Row]

    init(_ plan: SweepPlan, _ records: [SweepRecord]) {
        let labels = Labels(plan.rules)
        let control = records.first { $0.sweepCase.isControl }
        let byGroup = Dictionary(grouping: records.filter { !$0.sweepCase.isControl }, by: \.sweepCase.group)
        rows = plan.rows.compactMap { row in
            guard let records = byGroup[row.group] else { return nil }
            let places = records.sorted { ($0.sweepCase.position ?? 0) < ($1.sweepCase.position ?? 0) }
                .map { (position: $0.sweepCase.position, label: labels.label(of: $0)) }
            let end = row.end.flatMap { end in control.map { (position: end, label: labels.label(of: $0)) } }
            return Row(group: row.group, bands: SweepMap.bands(places + (end.map { [$0] } ?? [])))
        }
    }

    static func bands(_ places: [(position: Int?, label: String)]) -> [Band] {
        var bands: [Band] = []
        for (position, label) in places {
            if let band = bands.last, band.label == label, (band.first == nil) == (position == nil) {
                bands[bands.count - 1].last = position
                bands[bands.count - 1].count += 1
            } else {
                bands.append(Band(first: position, last: position, label: label))
            }
        }
        return bands
    }

    /// One line a row, the bands below each other.
    var description: String {
        let width = rows.map(\.group.count).max() ?? 0
        return rows.map { row in
            let head = row.group + String(repeating: " ", count: width - row.group.count)
            return "\(head)  \(row.bands.map(\.description).joined(separator: " · "))"
        }.joined(separator: "\n")
    }

    /// What bands are called.
    struct Labels {
        private let rules: [SweepRule]
        private let comparesOutcomes: Bool

        init(_ rules: [SweepRule]) {
            self.rules = rules
            comparesOutcomes = rules.contains { $0.name == SweepRule.sameOutcome.name }
        }

        func label(of record: SweepRecord) -> String {
            if let breach = rules.lazy.compactMap({ $0.breach(record) }).first { return breach.label }
            let isFine = record.sweepCase.isControl && record.outcome.isSuccess
            let isSame = comparesOutcomes && record.outcome == record.control?.outcome
            let name = isFine || isSame ? "ok" : record.outcome.name
            return record.scriptFailures.isEmpty || isSame ? name : "\(name), OFF THE SCRIPT"
        }
    }
}
