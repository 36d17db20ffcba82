// One connection on a page: who talked to whom, what came of it, and the ladder.

struct ConversationCard {
    private let conversation: Conversation
    private let id: String
    private let ladder: LadderDrawing

    /// - `id`: what the names of its parts begin with, one for each card of a page.
    init(_ conversation: Conversation, id: String, mostRows: Int) {
        self.conversation = conversation
        self.id = id
        ladder = LadderDrawing(conversation, id: id, most: mostRows)
    }

    func draw(_ markup: inout Markup, _ budget: inout HexBudget) {
        let name = "connection \(conversation.number)"
        let style = conversation.isFailed ? "card connection failed" : "card connection"
        let widths = "--chars: \(ladder.timeWidth)"
        markup.element("article", ["class": style, "id": id, "aria-label": name, "style": widths]) { markup in
            markup.element("header") { markup in
                markup.element("h2", text: name)
                markup.status(isFailed: conversation.isFailed, conversation.isFailed ? "failed" : "as scripted")
                markup.element("p", ["class": "facts"], text: facts)
            }
            markup.element("div", ["class": "heads by-\(conversation.side.noun)"]) { markup in
                head(.client, &markup)
                head(.server, &markup)
            }
            ladder.draw(&markup, &budget)
        }
        markup.newline()
    }

    /// `71 bytes from the client, 100 from the server`.
    private var facts: String {
        let (fromClient, fromServer) =
            conversation.side == .server
            ? (conversation.receivedCount, conversation.sentCount)
            : (conversation.sentCount, conversation.receivedCount)
        return "\(counted(fromClient, "byte")) from the client, \(grouped(fromServer)) from the server"
    }

    private func head(_ side: Side, _ markup: inout Markup) {
        markup.element("div", ["class": "head \(side.noun)"]) { markup in
            markup.element("strong", text: side.noun)
            if side == conversation.side { markup.element("span", ["class": "tag"], text: "script") }
            markup.element("span", ["class": "address"], text: conversation.address(of: side).shortened(to: 110))
        }
    }
}

extension Conversation {
    /// What is known of where a side is; "" where nothing is.
    func address(of who: Side) -> String {
        if who != side { return isUnix && who == .server ? listening.map { "\($0)" } ?? peer : peer }
        if let localEnd { return "\(localEnd)" }
        return who == .server ? listening.map { "\($0)" } ?? "" : isUnix ? "unix" : ""
    }
}

extension Markup {
    /// How something went: told by sign and word, and coloured.
    mutating func status(isFailed: Bool, _ text: String) {
        let style = isFailed ? "status bad" : "status good"
        element("span", ["class": style], text: "\(isFailed ? "✗" : "✓") \(text)")
    }
}
