// An entry of a conversation as a line for people.

extension Conversation {
    /// What an entry is told as, without its time; nil: it needs no words.
    ///
    /// - `limit`: how many of a message's bytes are shown.
    func text(_ entry: Entry, limit: Int = 32) -> String? {
        switch entry.content {
        case .connected: return connectedText
        case .message(let message):
            return line(message.text(limit: limit), entry.mark) + (message.damage.map { ", \($0)" } ?? "")
        case .done: return line(entry.mark?.text ?? "", entry.mark)
        case .ended(.sent), .reset(.sent):
            guard let mark = entry.mark, mark.number != nil else { return nil }
            return line(mark.text, mark)
        case .ended(.received): return "\(side.peer) ended its stream (FIN)"
        case .reset(.received): return "\(side.peer) reset the connection (RST)"
        case .kernel(let text): return "kernel: \(text)"
        case .failed(let isLimit): return line(isLimit ? "limit passed" : "", entry.mark)
        case .cut(let steps): return "\(counted(steps, "step")) left out"
        case .closed: return isFailed ? nil : "connection closed"
        }
    }

    /// `+0.21 ms     <- "HELLO\r\n"                       step 1 ok`.
    func stampedText(_ entry: Entry) -> String? {
        stampedText(entry, since: began, limit: 32)
    }

    func stampedText(_ entry: Entry, since beginning: UInt64, limit: Int) -> String? {
        guard let text = text(entry, limit: limit) else { return nil }
        if case .cut = entry.content { return "…".padded(to: 13) + text }
        return stamp(entry.time > beginning ? entry.time - beginning : 0) + text
    }

    private var connectedText: String {
        let name = peer == "unix" ? "" : " \(peer)"
        return switch side {
        case .server: "client\(name) connected"
        case .client: "connected to server\(name)"
        }
    }

    private func line(_ what: String, _ mark: Mark?) -> String {
        guard let outcome = mark?.outcomeText else { return what }
        return what.isEmpty ? outcome : what.padded(to: 40) + "  " + outcome
    }

    private func stamp(_ since: UInt64) -> String {
        let hundredths = Int((Double(since) / 1e4).rounded())
        let fraction = hundredths % 100
        return "+\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) ms  ".padded(to: 13)
    }
}

extension Conversation.Mark {
    /// `step 2 ok`; nil: nothing needs to be said.
    fileprivate var outcomeText: String? {
        switch outcome {
        case .failed: return name.map { "\($0) failed" } ?? "failed at the script's end"
        case .starved: return nil
        case .ok: return name.map { "\($0) ok" }
        case .tried: return name.map { "\($0) tried" }
        case .onTheWay: return name
        }
    }
}

extension Conversation.Message {
    /// `<- "PING\r\n"`.
    fileprivate func text(limit: Int) -> String {
        let arrow = flow == .received ? "<- " : "-> "
        return arrow + shown(limit: limit)
    }

    private func shown(limit: Int) -> String {
        if isWhole { return ByteText.quoted(head, limit: limit) + (unsent > 0 ? ", \(amount)" : "") }
        let amount = "\(amount), \(kept)"
        return head.isEmpty ? amount : "\(ByteText.quoted(Array(head.prefix(limit)), limit: limit))… (\(amount))"
    }

    /// How much of it there is to see.
    private var kept: String {
        switch (head.count, tail.count) {
        case (0, 0): "not kept"
        case (let first, 0): "the first \(grouped(first)) kept"
        case (0, let last): "the last \(grouped(last)) kept"
        case (let first, let last) where first == last: "\(grouped(first)) kept at each end"
        case (let first, let last): "the first \(grouped(first)) and the last \(grouped(last)) kept"
        }
    }
}

/// A connection's evidence as the lines of a failure's text.
struct Timeline {
    private let conversation: Conversation

    init(_ connection: ConnectionReport, _ script: ScriptPlan) {
        conversation = ConversationBuilder(connection, script).conversation
    }

    /// At most so many lines: the first few and the latest, with the cut named.
    func lines(most: Int) -> [String] {
        let all = lines
        guard all.count > most else { return all }
        let tail = most - 4
        return all.prefix(3) + ["…            \(counted(all.count - 3 - tail, "line")) left out"] + all.suffix(tail)
    }

    /// All that was kept.
    var lines: [String] {
        conversation.entries.compactMap(conversation.stampedText)
    }
}
