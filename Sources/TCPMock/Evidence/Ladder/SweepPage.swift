// A sweep as one page: failures first, then the map, beside it the case that is looked at. Pure.

struct SweepPage {
    private let title: String
    private let result: SweepResult
    private let chart: SweepChart?
    /// Those of the map, then those that were run to find smaller ones.
    private let records: [SweepRecord]

    init(_ result: SweepResult, title: String?) {
        self.result = result
        chart = result.chart
        self.title = title ?? chart.map { "sweep of \($0.location)" } ?? "sweep"
        var seen = Set(result.records.map(\.replay))
        let others = result.failures.compactMap(\.smallest).filter { seen.insert($0.replay).inserted }
        records = result.records + others
    }

    var html: String {
        Page(title: title).html { markup in
            header(&markup)
            markup.element("main") { markup in
                failures(&markup)
                notes(&markup)
                guard let chart else { return }
                markup.element("div", ["class": "sweep"]) { markup in
                    HeatMapDrawing(HeatMap(chart, result.records), records).draw(&markup)
                    cases(chart, &markup)
                }
            }
        }
    }

    private func header(_ markup: inout Markup) {
        markup.element("header", ["class": "top"]) { markup in
            markup.element("h1", text: title.shortened(to: 300))
            markup.element("p", ["class": "facts"]) { markup in
                let count = result.failures.count
                markup.status(isFailed: count > 0, count > 0 ? "\(counted(count, "rule")) broken" : "all rules held")
                markup.element("span", text: counted(result.records.count, "case"))
                markup.element("span", text: "\(result.seed)")
            }
        }
    }

    private func failures(_ markup: inout Markup) {
        guard !result.failures.isEmpty else { return }
        markup.element("section", ["class": "failures", "aria-label": "failures"]) { markup in
            for failure in result.failures.prefix(EvidencePage.mostFailures) {
                markup.element("article", ["class": "card failure", "aria-label": "failure"]) { markup in
                    markup.element("p", ["class": "place"]) { markup in
                        markup.element("span", text: "✗ \(failure.location)")
                        if let index = index(of: failure.smallest) {
                            markup.element("a", ["href": "#case-\(index)"], text: "the smallest case ↓")
                        }
                    }
                    markup.message(failure.message)
                }
            }
        }
    }

    /// Where a record's case stands on the page; nil: nowhere.
    private func index(of record: SweepRecord?) -> Int? {
        guard let record else { return nil }
        return records.firstIndex { $0.replay == record.replay }.flatMap { isDrawn($0) ? $0 : nil }
    }

    private func notes(_ markup: inout Markup) {
        let notes = result.notes + (result.isClean ? chart?.legend ?? [] : [])  // failures tell the legend
        guard !notes.isEmpty else { return }
        markup.element("ul", ["class": "notes", "aria-label": "notes"]) { markup in
            for note in notes.prefix(40) { markup.element("li", text: note.shortened(to: 1000)) }
        }
    }

    private func cases(_ chart: SweepChart, _ markup: inout Markup) {
        markup.element("section", ["class": "cases", "aria-label": "case"]) { markup in
            markup.element("p", ["class": "card hint"], text: "Choose a cell of the map to see its case.")
            var budget = HexBudget()
            var words = 1 << 20
            for (index, record) in records.enumerated() where isDrawn(index) {
                let place = chart.places.indices.contains(index) ? chart.places[index] : nil
                SweepCaseCard(record, place, index: index).draw(&markup, &budget, &words)
            }
        }
    }

    /// Those beyond the map's are only counted there.
    private func isDrawn(_ index: Int) -> Bool {
        index < HeatMap.most || index >= result.records.count
    }
}

extension SweepResult {
    /// The outcomes as a heat map, each cell leading to its case: one HTML file that needs nothing else.
    ///
    /// It works from a `file:` URL, loads nothing, and follows the reader's preference for light or dark. The first 5,000 cases are
    /// drawn. The control case, the first 100 cases that break a rule and one case of each other outcome have their conversation as a
    /// ladder diagram; of all the others there is what became of the client, and how to have the case again.
    ///
    /// - `title`: what stands above it; nil: where the sweep was made.
    public func html(title: String? = nil) -> String {
        SweepPage(self, title: title).html
    }
}
