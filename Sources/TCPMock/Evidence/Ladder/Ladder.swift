// A conversation as the rows of a ladder: what stands where, without how it looks. Pure.
//
//   client                        server
//     |------------ SYN ----------->|
//     |------- "PING\r\n" --------->(1)   the script's lifeline carries its steps' numbers
//     |<------ "+PONG\r\n" ---------(2)
//     |          … 50 ms …          |
//     |------------ FIN ----------->|

/// One conversation, row by row from its first to its last moment.
struct Ladder: Sendable {
    /// What an arrow stands for.
    enum Stroke: Sendable, Hashable {
        case connect, data, fin, reset
    }

    enum Shape: Sendable, Hashable {
        /// From one lifeline to the other.
        case arrow(from: Side, Stroke)
        /// On the script's lifeline: a step without bytes.
        case mark
        /// Between the lifelines: what the kernel said.
        case note
        /// Time in which nothing happened.
        case gap
        /// What was not kept, or is not drawn.
        case cut
        /// Both lifelines end.
        case end
        /// A step that was not reached.
        case notRun
    }

    struct Row: Sendable {
        let shape: Shape
        /// Since the connection's beginning, in nanoseconds.
        var time: UInt64?
        /// What it says: bytes as short text, `FIN`, a step, a note.
        let label: String
        /// What else there is to say: `6 bytes`, `byte 3 changed`.
        var asides: [String] = []
        var message: Conversation.Message?
        var mark: Conversation.Mark?
        /// Whether it is the step at which the connection departed from its script.
        var isFailing = false
    }

    private(set) var rows: [Row] = []

    /// - `most`: how many rows at most, but for those of the end; those in the middle are left out, and counted.
    init(_ conversation: Conversation, most: Int = 400) {
        let entries = Ladder.inOrder(conversation.entries)
        var last: UInt64?
        for (index, entry) in entries.enumerated() {
            if entries.count > most, index >= most / 2, index < entries.count - most / 2 {
                if index == most / 2 { addCut(entries.count - most / 2 * 2) }
                continue
            }
            if let last, entry.time > last, entry.time - last >= Ladder.longGap {
                rows.append(Row(shape: .gap, label: "… \(LadderText.gap(entry.time - last)) …"))
            }
            last = max(last ?? 0, entry.time)
            if entry.content == .closed { addClose(conversation, entry) }
            if let row = Row(entry, conversation) { rows.append(row) }
        }
        addEnd(conversation)
    }

    /// What the kernel said is told when a step ends, and stands where it happened.
    private static func inOrder(_ entries: [Conversation.Entry]) -> [Conversation.Entry] {
        var ordered: [Conversation.Entry] = []
        for entry in entries {
            var place = ordered.count
            if case .kernel = entry.content {
                while place > 0, ordered[place - 1].time > entry.time, ordered[place - 1].content != .connected {
                    place -= 1
                }
            }
            ordered.insert(entry, at: place)
        }
        return ordered
    }

    /// What is longer would be longer than all else in most conversations, so that it is said.
    static let longGap: UInt64 = 10_000_000

    private mutating func addCut(_ count: Int) {
        rows.append(Row(shape: .cut, label: "\(counted(count, "row")) not drawn"))
    }

    /// How this side's socket went, where no entry has said it.
    private mutating func addClose(_ conversation: Conversation, _ entry: Conversation.Entry) {
        let script = conversation.side
        let time = conversation.since(entry.time)
        switch conversation.close {
        case .none: break
        case .fin: rows.append(Row(shape: .arrow(from: script, .fin), time: time, label: "FIN"))
        case .reset:
            let why = [conversation.resetReason].compactMap { $0 }
            rows.append(Row(shape: .arrow(from: script, .reset), time: time, label: "RST", asides: why))
        }
    }

    private mutating func addEnd(_ conversation: Conversation) {
        if conversation.isFailed, !rows.contains(where: \.isFailing) {
            rows.append(Row(shape: .mark, label: "failed", isFailing: true))
        }
        rows.append(Row(shape: .end, label: "\(conversation.end)"))
        guard let notRun = conversation.notRun else { return }
        for step in notRun.steps { rows.append(Row(shape: .notRun, label: step.shortened(to: 120))) }
        if notRun.more > 0 { rows.append(Row(shape: .notRun, label: "… \(grouped(notRun.more)) more")) }
    }
}

extension Ladder.Row {
    /// A row for what happened; nil: it needs none.
    fileprivate init?(_ entry: Conversation.Entry, _ conversation: Conversation) {
        let what: (shape: Ladder.Shape, label: String)
        switch entry.content {
        case .connected: what = (.arrow(from: .client, .connect), conversation.isUnix ? "connect" : "SYN")
        case .message(let message):
            what = (.arrow(from: conversation.sender(of: message.flow), .data), LadderText.label(message))
        case .done: what = (.mark, (entry.mark?.text ?? "").shortened(to: 120))
        case .ended(let flow): what = (.arrow(from: conversation.sender(of: flow), .fin), "FIN")
        case .reset(let flow): what = (.arrow(from: conversation.sender(of: flow), .reset), "RST")
        case .kernel(let text): what = (.note, "kernel: \(text)".shortened(to: 300))
        case .failed(let isLimit): what = (.mark, isLimit ? "limit passed" : "failed")
        case .cut(let steps): what = (.cut, "\(counted(steps, "step")) not kept")
        case .closed: return nil
        }
        self.init(shape: what.shape, label: what.label, mark: entry.mark, isFailing: entry.mark?.outcome == .failed)
        if shape != .cut { time = conversation.since(entry.time) }
        if case .message(let message) = entry.content {
            self.message = message
            asides.append(message.amount)
            if let damage = message.damage { asides.append(damage.shortened(to: 120)) }
        }
        if let said = entry.saying { asides.append(said) }
    }
}

extension Conversation {
    var isUnix: Bool { peer == "unix" || listening?.family == .unix }
}

extension Conversation.Entry {
    /// What a reader should know of an entry that is not as it seems.
    fileprivate var saying: String? {
        switch (content, mark?.outcome) {
        case (.connected, _): "connects"
        case (.message, nil): "not judged by any step"
        case (.ended(.sent), _), (.reset(.sent), _): mark.map { $0.text.shortened(to: 60) }
        case (_, .tried): "tried"
        case (.message, .starved): "all that came for the step"
        default: nil
        }
    }
}
