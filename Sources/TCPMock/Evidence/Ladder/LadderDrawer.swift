// What opens below a row: where the step is written, which bytes these are, and all of them in hex.

struct LadderDrawer {
    private let row: Ladder.Row
    private let conversation: Conversation

    init(_ row: Ladder.Row, _ conversation: Conversation) {
        self.row = row
        self.conversation = conversation
    }

    func draw(_ markup: inout Markup, _ budget: inout HexBudget) {
        markup.element("div", ["class": "drawer"]) { markup in
            origin(&markup)
            if row.isFailing { comparison(&markup) }
            guard let message = row.message, !isCompared(message) else { return }
            markup.element("p", ["class": "extent"], text: extent(message))
            markup.dump(message, &budget)
        }
    }

    /// `step 2 of 4, "login"  expect "PING\r\n"  GreetingTests.swift:12`.
    private func origin(_ markup: inout Markup) {
        guard let mark = row.mark else { return }
        markup.element("p", ["class": "origin"]) { markup in
            if let name = mark.name {
                let label = mark.label.map { ", \"\($0.shortened(to: 60))\"" } ?? ""
                markup.element("span", text: "\(name) of \(conversation.stepCount)\(label)")
            }
            if !mark.text.isEmpty { markup.element("code", text: mark.text.shortened(to: 400)) }
            if let location = mark.location { markup.element("span", ["class": "place"], text: "\(location)") }
        }
    }

    /// `client to server: bytes 6 to 11 of its stream`.
    private func extent(_ message: Conversation.Message) -> String {
        let sender = conversation.sender(of: message.flow)
        let last = message.position + max(message.count, 1) - 1
        let place =
            message.count == 1
            ? "byte \(message.position)" : "bytes \(message.position) to \(last)"
        return "\(sender.noun) to \(sender.peer): \(place) of the stream, \(message.amount)"
    }

    /// Side by side, or, where no bytes were expected, in words.
    private func comparison(_ markup: inout Markup) {
        if let comparison = conversation.comparison {
            markup.comparison(comparison)
        } else if let failure = conversation.failure {
            markup.element("p", ["class": "difference"], text: failure.summary.shortened(to: 1000))
        }
    }

    private func isCompared(_ message: Conversation.Message) -> Bool {
        row.isFailing && message.isWhole && conversation.comparison?.shows(all: message.head) == true
    }
}
