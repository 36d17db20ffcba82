// What was said, as text: the public face.

/// How a transcript shows the bytes of a message.
public struct TranscriptPayload: Sendable {
    enum Kind: Sendable {
        case text(limit: Int)
        case hexDump
        case frames(Framing?)
    }

    let kind: Kind

    /// On the message's own line, as escaped text, or in hex where it is no text: its first 32 bytes.
    public static let text = text(limit: 32)
    /// The same with other bounds: the first `limit` bytes of each message.
    public static func text(limit: Int) -> TranscriptPayload { TranscriptPayload(kind: .text(limit: max(0, limit))) }
    /// Below the line: all that was kept, sixteen bytes a row, behind their place in the stream.
    public static let hexDump = TranscriptPayload(kind: .hexDump)
    /// Below the line: one frame each, cut out by the step's own framing.
    public static let frames = TranscriptPayload(kind: .frames(nil))
    /// The same, where a step has no framing of its own by this one.
    public static func frames(_ framing: Framing) -> TranscriptPayload { TranscriptPayload(kind: .frames(framing)) }
}

/// How a transcript puts several connections.
public enum TranscriptOrder: Sendable, Hashable {
    /// One paragraph a connection.
    case byConnection
    /// All in one, by time, with the connection's number before each line.
    case merged
}

extension Verdict {
    /// Everything that was said, as readable text.
    ///
    /// Times count from the connection's beginning; merged, from the first connection's. At the end of each connection
    /// stands how it ended, and how much of it was kept.
    ///
    /// - Parameters:
    ///   - payload: how the bytes of a message are shown.
    ///   - order: one paragraph a connection, or all of them in one.
    ///   - color: whether lines have a terminal's colours. `automatic`: where standard output is a terminal and neither
    ///     `NO_COLOR` nor `TERM=dumb` is in the environment. Not so by itself: what a test compares, or writes to a file, must
    ///     be the same wherever it runs.
    public func transcript(
        payload: TranscriptPayload, order: TranscriptOrder = .byConnection, color: MockServer.Setting = .off
    ) -> String {
        let text = TranscriptText(payload, ink: Ink(color))
        let conversations = connections.map(\.conversation)
        return switch order {
        case .byConnection: conversations.map(text.paragraph).joined(separator: "\n")
        case .merged: text.merged(conversations)
        }
    }
}

extension ConnectionRecord {
    /// What was said, one line a step, with the time since the connection was made, and how it ended.
    ///
    /// - Parameters:
    ///   - payload: how the bytes of a message are shown.
    ///   - color: as in ``Verdict/transcript(payload:order:color:)``.
    public func transcript(payload: TranscriptPayload, color: MockServer.Setting = .off) -> String {
        TranscriptText(payload, ink: Ink(color)).paragraph(conversation)
    }

    var conversation: Conversation {
        ConversationBuilder(report, plan ?? ScriptPlan()).conversation
    }
}
