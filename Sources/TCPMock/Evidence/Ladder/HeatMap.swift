// A sweep's outcomes as rows of cells, one for each case: what stands where and is called how. Pure.

/// The map of a sweep's outcomes, case by case.
struct HeatMap: Sendable {
    /// How many cases are drawn; a page of more would not open.
    static let most = 5000

    /// One outcome, with what tells it from the others beside its colour.
    struct Outcome: Sendable {
        let label: String
        /// One character.
        let letter: String
        /// What the style sheet calls it.
        let style: String
        var count = 0
    }

    struct Cell: Sendable {
        /// The case's place among those of the page.
        let record: Int
        let position: Int?
        /// Its outcome's place among ``outcomes``.
        let outcome: Int
    }

    struct Row: Sendable {
        let group: String
        var cells: [Cell]
        /// Where the control case stands in it.
        var end: Int?
        /// How many of its cases are not drawn.
        var left = 0
    }

    private(set) var outcomes: [Outcome] = []
    private(set) var rows: [Row] = []
    /// The control case's place among those of the page.
    private(set) var control: Int?
    /// What became of it.
    private(set) var controlOutcome: Outcome?

    init(_ chart: SweepChart, _ records: [SweepRecord], most: Int = HeatMap.most) {
        var places: [String: Int] = [:]
        var byGroup: [String: Row] = [:]
        for (index, (record, place)) in zip(records, chart.places).enumerated() {
            if record.sweepCase.isControl {
                control = index
                let isGood = record.outcome.isSuccess
                controlOutcome = Outcome(
                    label: record.outcome.name, letter: isGood ? "✓" : "✗", style: isGood ? "good" : "bad0", count: 1)
                continue
            }
            let outcome = self.outcome(place, &places)
            let group = record.sweepCase.group
            var row = byGroup[group] ?? Row(group: group, cells: [])
            if index < most {
                row.cells.append(Cell(record: index, position: record.sweepCase.position, outcome: outcome))
            } else {
                row.left += 1
            }
            byGroup[group] = row
        }
        rows = chart.rows.compactMap { planned in
            guard var row = byGroup[planned.group] else { return nil }
            row.end = control == nil ? nil : planned.end
            row.cells.sort { ($0.position ?? 0, $0.record) < ($1.position ?? 0, $1.record) }
            return row
        }
    }

    private mutating func outcome(_ place: SweepChart.Place, _ places: inout [String: Int]) -> Int {
        if let known = places[place.label] {
            outcomes[known].count += 1
            return known
        }
        let isGood = !place.isBroken && place.label == "ok"
        outcomes.append(
            Outcome(
                label: place.label, letter: isGood ? "✓" : letter, style: style(place.isBroken, isGood: isGood),
                count: 1))
        places[place.label] = outcomes.count - 1
        return outcomes.count - 1
    }

    /// The next that is free; of very many outcomes the last share one.
    private var letter: String {
        let used = outcomes.count { $0.letter != "✓" }
        return used < 26 ? String(UnicodeScalar(UInt8(ascii: "A") + UInt8(used))) : "+"
    }

    private func style(_ isBroken: Bool, isGood: Bool) -> String {
        if isGood { return "good" }
        let kind = isBroken ? "bad" : "other"
        let used = outcomes.count { $0.style.hasPrefix(kind) }
        return "\(kind)\(min(used, isBroken ? 2 : 5))"
    }
}
