// One case of a sweep: what was done to the client, what became of it, how to have it again, and its ladder where it was kept.

struct SweepCaseCard {
    private let record: SweepRecord
    private let place: SweepChart.Place?
    private let index: Int
    /// How much of a case's words is shown.
    private static let mostText = 2000

    /// - `place`: what the map calls it; nil: a case that is not on the map.
    init(_ record: SweepRecord, _ place: SweepChart.Place?, index: Int) {
        self.record = record
        self.place = place
        self.index = index
    }

    /// - `words`: how many more characters of what clients said the page takes.
    func draw(_ markup: inout Markup, _ budget: inout HexBudget, _ words: inout Int) {
        let isBroken = place?.isBroken ?? true
        markup.element("article", ["class": "card case", "id": "case-\(index)"]) { markup in
            markup.element("header") { markup in
                markup.element(
                    "h2", text: record.sweepCase.isControl ? "control case" : record.sweepCase.label.shortened(to: 200))
                markup.status(isFailed: isBroken, (place?.label ?? record.outcome.name).shortened(to: 80))
                markup.element("a", ["class": "back", "href": "#map"], text: "↑ map")
            }
            facts(&markup, &words)
            for failure in record.scriptFailures.prefix(2) { markup.failure(failure, id: nil) }
            conversations(&markup, &budget)
        }
        markup.newline()
    }

    private func facts(_ markup: inout Markup, _ words: inout Int) {
        let most = words > 0 ? SweepCaseCard.mostText : 80
        words -= record.detail.count + record.outcome.value.count
        markup.element("dl") { markup in
            markup.fact("outcome", record.outcome.description.shortened(to: most))
            if let control = record.control {
                markup.fact("without it", control.outcome.description.shortened(to: most))
            }
            if !record.detail.isEmpty { markup.fact("client said", record.detail.shortened(to: most)) }
            markup.fact("took", LadderText.duration(record.duration))
            if record.reconnects > 0 { markup.fact("reconnects", grouped(record.reconnects)) }
            if let location = record.sweepCase.location { markup.fact("step", "\(location)") }
            markup.fact("again", record.replay)
        }
    }

    private func conversations(_ markup: inout Markup, _ budget: inout HexBudget) {
        guard let evidence = record.verdict?.evidence() else {
            return markup.element(
                "p", ["class": "facts"], text: "What was said was not kept: the line above has it again.")
        }
        let shown = evidence.conversations.prefix(3)
        for (number, conversation) in shown.enumerated() {
            ConversationCard(conversation, id: "case-\(index)-c\(number + 1)", mostRows: 100).draw(&markup, &budget)
        }
        let more = evidence.conversations.count - shown.count
        if more > 0 { markup.element("p", ["class": "facts"], text: "… and \(counted(more, "more connection"))") }
    }
}

extension Markup {
    fileprivate mutating func fact(_ name: String, _ text: String) {
        element("dt", text: name)
        // Long ones scroll, for which they have to be reached by keyboard.
        element("dd", ["tabindex": text.utf8.count > 400 ? "0" : nil], text: text)
    }
}
