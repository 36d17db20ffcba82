// Conversations as paragraphs of text.

struct TranscriptText {
    private let payload: TranscriptPayload
    private let ink: Ink

    init(_ payload: TranscriptPayload, ink: Ink) {
        self.payload = payload
        self.ink = ink
    }

    /// A heading, one line an entry with what belongs to it below, and the end.
    func paragraph(_ conversation: Conversation) -> String {
        let body = conversation.entries.flatMap { lines($0, of: conversation, since: conversation.began) }
        return (["connection \(conversation.number)"] + (body + [ink.dim(conversation.endText)]).map { "  \($0)" })
            .joined(separator: "\n")
    }

    /// All connections in one, by time.
    func merged(_ conversations: [Conversation]) -> String {
        let began = conversations.map(\.began).min() ?? 0
        let width = "\(conversations.map(\.number).max() ?? 0)".count
        func tag(_ conversation: Conversation) -> String { "#\(conversation.number)".padded(to: width + 3) }
        let all = conversations.flatMap { conversation in conversation.entries.map { (conversation, $0) } }
        // Of entries at one time each connection's stay in order; sorting alone does not promise that.
        let ordered = all.enumerated().sorted { one, other in
            (one.element.1.time, one.offset) < (other.element.1.time, other.offset)
        }
        let body = ordered.map(\.element).flatMap { conversation, entry in
            lines(entry, of: conversation, since: began).map { tag(conversation) + $0 }
        }
        return (body + conversations.map { tag($0) + ink.dim($0.endText) }).joined(separator: "\n")
    }

    private func lines(_ entry: Conversation.Entry, of conversation: Conversation, since began: UInt64) -> [String] {
        guard let line = conversation.stampedText(entry, since: began, limit: limit) else { return [] }
        return [ink.color(line, as: entry)] + below(entry).map { ink.dim("             \($0)") }
    }

    private var limit: Int {
        if case .text(let limit) = payload.kind { limit } else { 32 }
    }

    /// The bytes of a message, as they are asked for.
    private func below(_ entry: Conversation.Entry) -> [String] {
        guard case .message(let message) = entry.content else { return [] }
        switch payload.kind {
        case .text: return []
        case .hexDump: return HexDump.numbered(message)
        case .frames(let framing): return frames(message, entry.mark?.framing ?? framing)
        }
    }

    private func frames(_ message: Conversation.Message, _ framing: Framing?) -> [String] {
        guard let framing else { return [] }
        guard message.isWhole else { return ["(not all of it was kept: no frames)"] }
        var decoder = framing.decoder()
        decoder.append(message.head)
        var lines: [String] = []
        do {
            while let payload = try decoder.next() {
                lines.append("frame \(lines.count + 1), \(counted(payload.count, "byte")): \(ByteText.quoted(payload))")
            }
            try decoder.finish()
        } catch {
            lines.append("(\(error))")
        }
        return lines
    }
}

extension Conversation {
    /// `ended        the client closed (FIN); 12 bytes received, 6 sent`.
    fileprivate var endText: String {
        "ended".padded(to: 13) + "\(end); \(counted(receivedCount, "byte")) received, \(grouped(sentCount)) sent"
            + missingText
    }

    /// What of them is not to be seen: more than is kept of bytes, or of steps.
    private var missingText: String {
        func missing(_ flow: Flow, of total: Int) -> Int {
            let shown = entries.reduce(0) { sum, entry in
                guard case .message(let message) = entry.content, message.flow == flow else { return sum }
                return sum + min(message.head.count, message.gone) + message.tail.count
            }
            return max(0, total - shown)
        }
        let counts = [(missing(.received, of: receivedCount), "received"), (missing(.sent, of: sentCount), "sent")]
            .filter { $0.0 > 0 }.map { "\(grouped($0.0)) of those \($0.1)" }
        return counts.isEmpty ? "" : "; not shown: " + counts.joined(separator: " and ")
    }
}
