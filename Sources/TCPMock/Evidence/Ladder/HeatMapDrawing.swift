// A heat map as hypertext: a legend, and rows of cells in tens. Each cell is a link, so that it works without a script.

struct HeatMapDrawing {
    private let map: HeatMap
    private let records: [SweepRecord]
    /// How many cells stand together, below the first one's number.
    private static let together = 10

    init(_ map: HeatMap, _ records: [SweepRecord]) {
        self.map = map
        self.records = records
    }

    func draw(_ markup: inout Markup) {
        markup.element("section", ["class": "card heat", "id": "map", "aria-label": "outcomes"]) { markup in
            legend(&markup)
            for row in map.rows { draw(row, &markup) }
        }
    }

    private func legend(_ markup: inout Markup) {
        markup.element("ul", ["class": "legend", "aria-label": "legend"]) { markup in
            for outcome in map.outcomes.prefix(40) { entry(outcome, counted(outcome.count, "case"), &markup) }
            let more = map.outcomes.count - 40
            if more > 0 { markup.element("li", text: "and \(counted(more, "more outcome"))") }
            if let control = map.controlOutcome, map.rows.contains(where: { $0.end != nil }) {
                entry(control, "control case", &markup)
            }
        }
    }

    private func entry(_ outcome: HeatMap.Outcome, _ which: String, _ markup: inout Markup) {
        markup.element("li") { markup in
            markup.element("span", ["class": "cell \(outcome.style)", "aria-hidden": "true"], text: outcome.letter)
            markup.element("span", text: outcome.label.shortened(to: 80))
            markup.element("small", text: which)
        }
    }

    private func draw(_ row: HeatMap.Row, _ markup: inout Markup) {
        markup.element("div", ["class": "group"]) { markup in
            markup.element("h3", text: row.group.shortened(to: 120))
            markup.element("div", ["class": "cells", "role": "group", "aria-label": row.group.shortened(to: 120)]) {
                markup in
                for start in stride(from: 0, to: row.cells.count, by: HeatMapDrawing.together) {
                    let cells = row.cells[start..<min(start + HeatMapDrawing.together, row.cells.count)]
                    ten(cells, &markup)
                }
                if let end = row.end, let control = map.control, let outcome = map.controlOutcome {
                    self.end(end, control, outcome, &markup)
                }
            }
            if row.left > 0 {
                markup.element("p", ["class": "facts"], text: "… \(counted(row.left, "more case")) not drawn")
            }
        }
        markup.newline()
    }

    private func ten(_ cells: ArraySlice<HeatMap.Cell>, _ markup: inout Markup) {
        markup.element("span", ["class": "ten"]) { markup in
            markup.element(
                "span", ["class": "at", "aria-hidden": "true"], text: cells.first?.position.map { "\($0)" } ?? " ")
            for cell in cells {
                let outcome = map.outcomes[cell.outcome]
                let name = "\(records[cell.record].sweepCase.label): \(outcome.label)".shortened(to: 200)
                markup.cell(cell.record, outcome.style, outcome.letter, name)
            }
        }
    }

    /// The control case, where a whole reply would be.
    private func end(_ position: Int, _ control: Int, _ outcome: HeatMap.Outcome, _ markup: inout Markup) {
        markup.element("span", ["class": "ten"]) { markup in
            markup.element("span", ["class": "at", "aria-hidden": "true"], text: "\(position), whole")
            markup.cell(
                control, outcome.style, outcome.letter, "control, nothing is done to it: \(outcome.label)")
        }
    }
}

extension Markup {
    fileprivate mutating func cell(_ record: Int, _ style: String, _ letter: String, _ name: String) {
        element(
            "a", ["class": "cell \(style)", "href": "#case-\(record)", "aria-label": name, "title": name], text: letter)
    }
}
