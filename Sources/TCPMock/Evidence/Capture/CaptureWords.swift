// What the packets of a conversation say as comments.

struct CaptureWords {
    private let conversation: Conversation

    init(_ conversation: Conversation) {
        self.conversation = conversation
    }

    /// `connection 3: client 127.0.0.1:51514`.
    var connection: String {
        "connection \(conversation.number): \(conversation.side.peer) \(conversation.peer)"
    }

    /// What is said of bytes, where they stand in their stream.
    func notes(_ flow: Conversation.Flow) -> [StreamLane.Note] {
        conversation.entries.compactMap { entry in
            guard let message = entry.message, message.flow == flow else { return nil }
            return StreamLane.Note(
                range: message.position..<(message.position + message.count), comments: comments(entry),
                continued: "\(step(entry.mark)), continued")
        }
    }

    /// `step 2 of 4 expect "PING\r\n" · GreetingTests.swift:12`, and what else there is to say of an entry.
    func comments(_ entry: Conversation.Entry) -> [String] {
        switch entry.content {
        case .connected, .closed: return []
        case .kernel(let text): return ["kernel: \(text)"]
        case .cut(let steps): return ["\(counted(steps, "step")) left out"]
        case .ended(.received), .reset(.received): return []
        case .message(let message): return told(entry) + (message.damage.map { ["damage: \($0)"] } ?? [])
        case .ended(.sent) where entry.mark == nil: return []  // its step is an entry of its own
        case .done, .ended(.sent), .reset(.sent): return told(entry)
        case .failed(let isLimit): return told(entry, isLimit ? "limit passed" : nil)
        }
    }

    /// How it ended: what its last packets do not show.
    func end(isOver: Bool) -> [String] {
        var comments: [String] = []
        if conversation.isFailed, !isFailureTold, let failure = conversation.failure {
            comments.append("failed: \(failure.summary) · \(failure.location)")
        }
        if let notRun = conversation.notRun { comments.append("not run: \(notRun.line)") }
        switch conversation.close {
        case .reset where conversation.isFailed:
            comments.append(["reset", conversation.resetReason].compactMap { $0 }.joined(separator: ", "))
        case .reset,
            .fin where !isOver && conversation.end != .fin && conversation.end != .halfClosed:
            comments.append("\(conversation.end)")
        case .none, .fin: break
        }
        return comments
    }

    // MARK: Steps

    private func told(_ entry: Conversation.Entry, _ what: String? = nil) -> [String] {
        guard let mark = entry.mark else { return ["bytes that no step took"] }
        var parts = [[step(mark), mark.text].filter { !$0.isEmpty }.joined(separator: " ")]
        if let label = mark.label { parts.append("\"\(label)\"") }
        if let outcome = mark.outcome.word { parts.append(outcome) }
        if let what { parts.append(what) }
        switch entry.content {
        case .message(let message): if message.unsent > 0 { parts.append(message.amount) }
        default: parts.append(since(entry.time))
        }
        if let location = mark.location { parts.append("\(location)") }
        let step = parts.joined(separator: " · ")
        guard mark.outcome == .failed, let failure = conversation.failure else { return [step] }
        return [step, "failed: \(failure.summary)"]
    }

    private func step(_ mark: Conversation.Mark?) -> String {
        guard let mark else { return "bytes that no step took" }
        return mark.name.map { "\($0) of \(conversation.stepCount)" } ?? "at the script's end"
    }

    /// `+12.345 ms`: packets carry their own times, these what is told on another's.
    private func since(_ time: UInt64) -> String {
        let micros = (conversation.since(time) + 500) / 1000
        let fraction = String(micros % 1000)
        return "+\(micros / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) ms"
    }

    private var isFailureTold: Bool {
        conversation.entries.contains { $0.mark?.outcome == .failed }
    }
}

extension Conversation.Outcome {
    fileprivate var word: String? {
        switch self {
        case .ok: nil
        case .tried: "tried"
        case .failed: "failed"
        case .starved: "starved"
        case .onTheWay: "on the way to a fault"
        }
    }
}
