// A ladder as hypertext: rows that flow, so that they wrap on phones and break over printed pages, with their lines as SVG
// between the two lifelines. What can be looked into is a <details>: it opens by click, tap and keyboard, without a script.

/// Draws one ladder.
struct LadderDrawing {
    private let conversation: Conversation
    private let ladder: Ladder
    /// What names of its parts begin with.
    private let id: String

    init(_ conversation: Conversation, id: String, most: Int) {
        self.conversation = conversation
        self.id = id
        ladder = Ladder(conversation, most: most)
    }

    func draw(_ markup: inout Markup, _ budget: inout HexBudget) {
        let rows = Array(ladder.rows.enumerated())
        let name = "ladder by-\(conversation.side.noun)"
        markup.element("div", ["class": name, "role": "list"]) { markup in
            markup.lifelines()
            for (index, row) in rows where row.shape != .notRun { draw(row, index, &markup, &budget) }
        }
        guard rows.last?.element.shape == .notRun else { return }
        markup.element("div", ["class": "\(name) rest", "role": "list", "aria-label": "not run"]) { markup in
            for (index, row) in rows where row.shape == .notRun { draw(row, index, &markup, &budget) }
        }
    }

    /// How wide the widest time is, in characters.
    var timeWidth: Int {
        ladder.rows.compactMap { $0.time.map { LadderText.moment($0).count } }.max() ?? 0
    }

    private func draw(_ row: Ladder.Row, _ index: Int, _ markup: inout Markup, _ budget: inout HexBudget) {
        defer { markup.newline() }
        let id = row.isFailing ? "\(id)-failed" : "\(id)-r\(index)"
        let name = row.spoken(conversation)
        guard row.opens(conversation) else {
            return markup.element("div", ["class": row.styleName, "id": id, "role": "listitem", "aria-label": name]) {
                cells(row, &$0)
            }
        }
        markup.element("div", ["role": "listitem"]) { markup in
            markup.element("details", ["class": row.styleName, "id": id, "open": row.isFailing ? "" : nil]) { markup in
                markup.element("summary", ["aria-label": name]) { cells(row, &$0) }
                LadderDrawer(row, conversation).draw(&markup, &budget)
            }
        }
    }

    // MARK: What stands in a row

    private func cells(_ row: Ladder.Row, _ markup: inout Markup) {
        markup.element("span", ["class": "time"], text: row.time.map(LadderText.moment) ?? "")
        markup.element("span", ["class": "lane"]) { markup in
            markup.element("span", ["class": "words"]) { words(row, &$0) }
            if case .arrow(let from, let stroke) = row.shape { markup.arrow(from, stroke, isShort: row.isShort) }
            if row.shape == .end { markup.endBars() }
            badge(row, &markup)
        }
        markup.element("span", ["class": "step"], text: stepText(row))
    }

    private func words(_ row: Ladder.Row, _ markup: inout Markup) {
        if row.isFailing { markup.element("strong", ["class": "failed"], text: "✗ failed") }
        if !(row.isFailing && row.label == "failed") {
            markup.element(row.message == nil ? "span" : "code", ["class": "label"], text: row.label)
        }
        for aside in row.asides { markup.element("small", text: aside) }
    }

    /// The step's number, on the script's lifeline.
    private func badge(_ row: Ladder.Row, _ markup: inout Markup) {
        guard let number = row.mark?.number else { return }
        markup.element("span", ["class": "badge"], text: "\(number)")
    }

    /// What the script says, where there is room for it.
    private func stepText(_ row: Ladder.Row) -> String {
        guard let mark = row.mark, row.shape != .mark || row.isFailing else { return "" }
        return mark.text.shortened(to: 30)
    }
}

extension Ladder.Row {
    /// Whether there is more to see than stands in the row.
    func opens(_ conversation: Conversation) -> Bool {
        message != nil || isFailing || mark?.location != nil
    }

    /// Whether not all of it has left, so that its arrow does not arrive.
    var isShort: Bool { message.map { $0.unsent > 0 } ?? false }

    /// What style sheets call it.
    var styleName: String {
        let shapeName =
            switch shape {
            case .arrow(let from, let stroke): "arrow from-\(from.noun) \(stroke)\(isShort ? " short" : "")"
            case .mark: "mark"
            case .note: "note"
            case .gap: "gap"
            case .cut: "cut"
            case .end: "end"
            case .notRun: "not-run"
            }
        return "row \(shapeName)\(mark?.number == nil ? "" : " numbered")\(isFailing ? " failing" : "")"
    }

    /// The row for those who hear it.
    func spoken(_ conversation: Conversation) -> String {
        var words: [String] = []
        if let time { words.append(LadderText.moment(time)) }
        if case .arrow(let from, _) = shape { words.append("\(from.noun) to \(from.peer)") }
        if shape == .notRun { words.append("not run") }
        words += [label] + asides
        if let name = mark?.name { words.append(name) }
        if isFailing, label != "failed" { words.append("failed") }
        return words.joined(separator: ", ")
    }
}

// MARK: SVG: lengths in percent, so that it is as wide as the page allows without a script

extension Markup {
    /// Behind all rows, from the heads to the end.
    fileprivate mutating func lifelines() {
        element("svg", ["class": "lifelines", "aria-hidden": "true", "width": "100%", "height": "100%"]) { markup in
            for x in ["0", "100%"] {
                markup.element("line", ["x1": x, "x2": x, "y1": "0", "y2": "100%"])
            }
        }
    }

    /// One line with its head at the receiver's lifeline, or short of it; a reset's head is a cross.
    fileprivate mutating func arrow(_ from: Side, _ stroke: Ladder.Stroke, isShort: Bool) {
        let goesRight = from == .client
        let (left, right) = (isShort && !goesRight ? "40%" : "0", isShort && goesRight ? "60%" : "100%")
        element("svg", ["class": "stroke", "aria-hidden": "true", "width": "100%", "height": "12"]) { markup in
            markup.element("line", ["x1": left, "x2": right, "y1": "6", "y2": "6"])
            markup.element("svg", ["x": goesRight ? right : left, "y": "6", "width": "1", "height": "1"]) { markup in
                let shape: String =
                    switch (stroke, goesRight) {
                    case (.data, true) where isShort: "M-1 0L-10-5L-10 5ZM2-6L4-6L4 6L2 6Z"
                    case (.data, false) where isShort: "M1 0L10-5L10 5ZM-2-6L-4-6L-4 6L-2 6Z"
                    case (.reset, true): "M-16-5L-6 5M-6-5L-16 5M-7 0L-1 0"
                    case (.reset, false): "M16-5L6 5M6-5L16 5M7 0L1 0"
                    case (_, true): "M-1 0L-10-5L-10 5Z"
                    case (_, false): "M1 0L10-5L10 5Z"
                    }
                markup.element("path", ["d": shape])
            }
        }
    }

    fileprivate mutating func endBars() {
        element("svg", ["class": "bars", "aria-hidden": "true", "width": "100%", "height": "12"]) { markup in
            for x in ["0", "100%"] {
                markup.element("svg", ["x": x, "y": "6", "width": "1", "height": "1"]) { markup in
                    markup.element("path", ["d": "M-9 0L9 0"])
                }
            }
        }
    }
}
