// What came of a fault, as its connection's record tells it.

/// A step that broke a connection, or held it up, and what the kernel confirmed of it.
///
/// There is one for each `fault`, `reset`, `close`, `halfClose`, `stall` and `expectBackpressure` that a script wrote and
/// played, up to eight a connection: the first seven and the latest. Where counters alone are kept of `every` connection, as
/// by ``MockServer/Recording/countersOnly``, no proof is asked for.
public struct FaultRecord: Sendable, Hashable, CustomStringConvertible {
    /// What was done.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// The connection was reset (RST).
        public static let reset = Kind(description: "reset")
        /// The stream was ended (FIN), and what still came thrown away: ``Fault/fin``.
        public static let fin = Kind(description: "fin")
        /// The socket was closed.
        public static let close = Kind(description: "close")
        /// The stream was ended (FIN), and the script went on.
        public static let halfClose = Kind(description: "halfClose")
        /// Nothing was read and nothing written.
        public static let stall = Kind(description: "stall")
        /// Nothing was read, until the client could not write.
        public static let backpressure = Kind(description: "backpressure")
    }

    /// What the client's kernel has said.
    public enum Confirmation: Sendable, Hashable {
        /// It has the FIN, or the RST has ended its side of the connection; of a stall, that it was not read from; of
        /// back-pressure, that the client could not write. Asked so long after the cut.
        case confirmed(after: Duration)
        /// It has said nothing of the kind, and why.
        case unconfirmed(reason: String)
    }

    private let fault: ConnectionReport.Fault
    private let accepted: UInt64
    private let peer: String
    /// The number of the step in its script, counted from 1.
    public let step: Int?

    init(_ fault: ConnectionReport.Fault, in connection: ConnectionReport, _ plan: ScriptPlan?) {
        self.fault = fault
        accepted = connection.accepted
        peer = connection.side.peer
        let steps = plan?.steps ?? []
        step = steps.indices.contains(fault.step) ? steps[fault.step].number : nil
    }

    /// What was done.
    public var kind: Kind {
        switch fault.kind {
        case .reset: .reset
        case .fin: .fin
        case .close: .close
        case .halfClose: .halfClose
        case .stall: .stall
        case .backpressure: .backpressure
        }
    }

    /// When, counted from when the connection was made.
    public var time: Duration { .nanoseconds(fault.time > accepted ? fault.time - accepted : 0) }
    /// How many bytes had been sent before it.
    public var sentCount: Int { fault.sent }
    /// How many of them the client's kernel had acknowledged.
    public var acknowledgedCount: Int { fault.acknowledged }
    /// How many of those its program had not read. Nil where that is not known.
    public var unreadByClient: Int? { fault.unread }
    /// How many of the client's bytes were in this side's kernel, unread. Nil where it was not asked.
    public var unreadHere: Int? { fault.held }
    /// Of back-pressure: how many of the client's bytes its own kernel still held, unable to send them.
    public var unsentByClient: Int? { fault.kind == .backpressure ? fault.withheld : nil }
    /// Whether the other side was sent a RST: of a `close` with input unread too.
    public var sentReset: Bool { fault.kind == .reset || fault.sentReset }

    /// What the client's kernel has said.
    public var confirmation: Confirmation {
        switch fault.proof {
        case .confirmed:
            .confirmed(after: .nanoseconds(fault.settled > fault.time ? fault.settled - fault.time : 0))
        case .open: .unconfirmed(reason: "it was not over when the connection ended")
        case .overdue: .unconfirmed(reason: "the \(peer)'s kernel had not taken it when it was last asked")
        case .refused: .unconfirmed(reason: "the \(peer) had reset the connection")
        case .elsewhere:
            .unconfirmed(reason: "the \(peer)'s socket was not found on this host: it is on another, or was gone")
        case .unable: .unconfirmed(reason: "this system's kernel does not tell")
        }
    }

    /// Whether the client's kernel has confirmed it.
    public var isConfirmed: Bool {
        if case .confirmed = confirmation { true } else { false }
    }

    /// In words: `RST delivered; all 6 bytes sent were acknowledged before, 2 of them unread`.
    public var description: String {
        ([outcome] + [bytes].compactMap { $0 }).joined(separator: "; ")
    }

    private var outcome: String {
        switch (fault.kind, confirmation) {
        case (.stall, .confirmed), (.backpressure, .confirmed): held
        case (.stall, .unconfirmed(let reason)): "\(held); \(reason)"
        case (.backpressure, .unconfirmed): "the \(peer) was not held up: \(held)"
        case (_, .confirmed): sentReset ? "RST delivered" : "FIN delivered"
        case (_, .unconfirmed(let reason)): "\(sentReset ? "RST" : "FIN") not confirmed: \(reason)"
        }
    }

    private var held: String {
        let here = "\(countedWere(fault.held ?? 0, of: "the \(peer)'s bytes")) left unread here"
        guard fault.kind == .backpressure else { return here }
        return
            "\(here), \(grouped(fault.withheld)) held back by its own kernel\(fault.hasRoom ? ", which had room for more" : "")"
    }

    private var bytes: String? {
        guard fault.sent > 0, fault.kind != .backpressure, fault.kind != .stall else { return nil }
        let all = fault.acknowledged == fault.sent
        let were = fault.sent == 1 ? "was" : "were"
        let acknowledged =
            all
            ? "\(countedAll(fault.sent, "byte")) sent \(were) acknowledged before"
            : "\(grouped(fault.acknowledged)) of the \(counted(fault.sent, "byte")) sent were acknowledged before"
        guard let unread = fault.unread, unread > 0 else { return acknowledged }
        return "\(acknowledged), \(grouped(unread)) of them unread"
    }
}
