// An endpoint's evidence as one page: failures first, then each connection as a ladder, those that failed first. Pure.

struct EvidencePage {
    /// How many connections are drawn; a page of all of a load test's would not open.
    static let mostConnections = 50
    /// How many rows the ladders of a page have together, about.
    private static let mostRows = 4000
    /// How many failures are told in full.
    static let mostFailures = 20

    private let evidence: Evidence
    private let drawn: [Conversation]
    private let left: [Conversation]

    init(_ evidence: Evidence) {
        self.evidence = evidence
        let ordered = evidence.conversations.filter(\.isFailed) + evidence.conversations.filter { !$0.isFailed }
        drawn = Array(ordered.prefix(EvidencePage.mostConnections))
        left = Array(ordered.dropFirst(EvidencePage.mostConnections))
    }

    var html: String {
        Page(title: evidence.title).html { markup in
            header(&markup)
            markup.element("main") { markup in
                failures(&markup)
                notes(&markup)
                var budget = HexBudget()
                let style = drawn.count == 1 ? "connections one" : "connections"
                markup.element("section", ["class": style, "aria-label": "connections"]) { markup in
                    for (index, conversation) in drawn.enumerated() {
                        ConversationCard(conversation, id: "c\(index + 1)", mostRows: rowsEach).draw(&markup, &budget)
                    }
                }
                remainder(&markup)
            }
        }
    }

    private var rowsEach: Int { max(40, min(400, EvidencePage.mostRows / max(1, drawn.count))) }

    private func header(_ markup: inout Markup) {
        markup.element("header", ["class": "top"]) { markup in
            markup.element("h1", text: evidence.title.shortened(to: 300))
            markup.element("p", ["class": "facts"]) { markup in
                let count = evidence.failures.count
                markup.status(isFailed: count > 0, count > 0 ? counted(count, "failure") : "no failure")
                markup.element("span", text: counted(evidence.conversations.count, "connection"))
                if let began { markup.element("span", text: began) }
                markup.openAll()
            }
        }
    }

    /// When the first connection was made.
    private var began: String? {
        guard let first = evidence.conversations.map(\.began).min(), evidence.wallClock > 0,
            let nanoseconds = Int64(exactly: first)
        else { return nil }
        return LadderText.timeOfDay(evidence.wallClock + nanoseconds)
    }

    private func failures(_ markup: inout Markup) {
        guard !evidence.failures.isEmpty else { return }
        markup.element("section", ["class": "failures", "aria-label": "failures"]) { markup in
            for failure in evidence.failures.prefix(EvidencePage.mostFailures) {
                markup.failure(failure, id: id(of: failure))
            }
            let more = evidence.failures.count - EvidencePage.mostFailures
            if more > 0 { markup.element("p", text: "… and \(counted(more, "more failure"))") }
        }
    }

    /// What the card is called on which a failure's ladder is; nil: none is drawn.
    private func id(of failure: ScriptFailure) -> String? {
        guard let number = failure.connection else { return nil }
        return drawn.firstIndex { $0.number == number }.map { "c\($0 + 1)-failed" }
    }

    private func notes(_ markup: inout Markup) {
        if drawn.isEmpty { markup.element("p", ["class": "notes"], text: "No connection was made.") }
        guard !evidence.notes.isEmpty else { return }
        markup.element("ul", ["class": "notes", "aria-label": "notes"]) { markup in
            for note in evidence.notes.prefix(20) { markup.element("li", text: note.shortened(to: 1000)) }
        }
    }

    /// Connections that are not drawn.
    private func remainder(_ markup: inout Markup) {
        guard !left.isEmpty else { return }
        let failed = left.count(where: \.isFailed)
        let which = failed > 0 ? ", \(grouped(failed)) of which failed" : ""
        markup.element("section", ["class": "card remainder"]) { markup in
            markup.element("p", text: "\(counted(left.count, "more connection")) not drawn\(which):")
            let names = left.prefix(500).map { "\($0.number) (\($0.peer.shortened(to: 60)))" }
            let more = left.count > names.count ? " … and \(grouped(left.count - names.count)) more" : ""
            markup.element("p", ["class": "facts"], text: names.joined(separator: ", ") + more)
        }
    }
}

extension Markup {
    /// A failure with all it says.
    ///
    /// - `id`: what the row of its ladder is called.
    mutating func failure(_ failure: ScriptFailure, id: String?) {
        element("article", ["class": "card failure", "aria-label": "failure"]) { markup in
            markup.element("p", ["class": "place"]) { markup in
                markup.element("span", text: "✗ \(failure.location)")
                if let id { markup.element("a", ["href": "#\(id)"], text: "where it happened ↓") }
            }
            markup.message(failure.message)
        }
    }

    /// The first line, and those behind it. All wrap but rows of hex, which are nothing without their columns.
    mutating func message(_ text: String) {
        let lines = text.shortened(to: 20_000).split(separator: "\n", omittingEmptySubsequences: false)
        element("p", ["class": "summary"], text: String(lines[0]))
        guard lines.count > 1 else { return }
        element("pre", ["tabindex": "0"]) { markup in
            for line in lines.dropFirst() {
                markup.element("span", ["class": HexDump.isRow(line) ? "row" : nil], text: "\(line)\n")
            }
        }
    }
}
