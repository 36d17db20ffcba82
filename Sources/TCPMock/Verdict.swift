// What came of a server's scripts.

/// What came of a server or client: its failures, and a record of each connection.
public struct Verdict: Sendable, CustomStringConvertible {
    /// Every departure from the script, in the order of connections; identical ones are one failure with a count.
    public let failures: [ScriptFailure]
    /// What went over each connection, in the order in which they were accepted.
    ///
    /// Of servers with more than 10,000 well-behaved connections those beyond are only counted. Of servers for `every`
    /// connection, and of `many` clients, ``MockServer/Recording/countersOnly`` keeps only those that failed or were
    /// stopped; ``statistics`` counts them all.
    public let connections: [ConnectionRecord]
    /// Assertions of time and shape that would have failed, had the machine not been the slow one, or could not be made.
    ///
    /// They are no failures; `verify()` records each as a warning. See <doc:TimeAndShape>.
    public let inconclusive: [InconclusiveStep]
    /// Things worth knowing that are no failures, such as steps that were pending when the server was stopped.
    public let notes: [String]
    /// How many connections were accepted, or made, in all.
    public let accepted: Int
    /// How many connections a ``ConnectFault`` reset; they are not among those accepted.
    ///
    /// Those that were refused or got no answer nobody can count.
    public var turnedAway: Int { facts.report.turnedAway }
    /// Whether the scripts were played to their ends; not so when the server was stopped, or a script has failed.
    public let isComplete: Bool
    /// Statistics are made when they are asked for, for most are never looked at.
    let facts: Facts

    struct Facts: Sendable {
        let plan: EndpointPlan
        let report: EndpointReport
    }

    /// How much there was in all, and how long each step took.
    public var statistics: Statistics { Statistics(facts.plan, facts.report) }

    /// Whether nothing departed from the scripts. ``isComplete`` says whether they were played to their ends.
    public var isClean: Bool { failures.isEmpty }

    /// Everything that was said, as readable text: one paragraph a connection, one line a step.
    public var transcript: String {
        transcript(payload: .text)
    }

    /// All failures' texts, or one line that all is well.
    public var description: String {
        let body =
            failures.isEmpty
            ? ["\(isComplete ? "all went as scripted" : "nothing failed, but it was stopped early"): \(came)"]
            : failures.map { "\($0.location): \($0.message)" }
        let doubts = inconclusive.map { "\($0)" }
        return (body + doubts + notes.map { "note: \($0)" }).joined(separator: "\n")
    }

    private var came: String {
        accepted == 1 ? "one connection" : counted(accepted, "connection")
    }
}

/// What went over one connection.
public struct ConnectionRecord: Sendable {
    /// How a connection ended, as far as the server could see.
    public struct End: Sendable, Hashable, CustomStringConvertible {
        private enum Manner: Sendable {
            case fin, rst, rstAfterFin, halfClosed, byScript, stillOpen, takenDown, connectFault
        }

        private let manner: Manner
        /// Whom a client's words call a server; how it ended is the same.
        private var peer = "client"

        private init(_ manner: Manner) {
            self.manner = manner
        }

        /// The other side closed cleanly (FIN).
        public static let fin = End(.fin)
        /// The other side reset the connection (RST).
        public static let rst = End(.rst)
        /// The other side ended its stream first and then refused what was sent to it.
        public static let rstAfterFin = End(.rstAfterFin)
        /// The other side has ended its stream; it may still have been there to read.
        public static let halfClosed = End(.halfClosed)
        /// The script closed or reset it.
        public static let byScript = End(.byScript)
        /// The other side was still connected when this one was ended, or is connected while it runs.
        public static let stillOpen = End(.stillOpen)
        /// It was reset when the test took the server down.
        public static let takenDown = End(.takenDown)
        /// It was reset when the test set a ``ConnectFault`` with `resettingConnections: true`.
        public static let connectFault = End(.connectFault)

        /// In words.
        public var description: String {
            switch manner {
            case .fin: "the \(peer) closed (FIN)"
            case .rst: "the \(peer) reset the connection (RST)"
            case .rstAfterFin: "the \(peer) closed (FIN), then refused what was sent to it (RST)"
            case .halfClosed: "the \(peer) ended its stream (FIN)"
            case .byScript: "the script ended the connection"
            case .takenDown: "the server was taken down and reset it"
            case .connectFault: "the test set a connect fault and reset it"
            case .stillOpen: "the \(peer) was still connected"
            }
        }

        /// Whether the connections ended in the same manner.
        public static func == (one: End, other: End) -> Bool {
            one.manner == other.manner
        }

        /// Hashes the manner.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(manner)
        }

        /// The same end, in words that call the other side so.
        func told(of peer: String) -> End {
            var end = self
            end.peer = peer
            return end
        }
    }

    let report: ConnectionReport
    let plan: ScriptPlan?

    /// Reads a report; texts are made when they are asked for, for most records are never looked at.
    init(_ report: ConnectionReport, plan: ScriptPlan?) {
        self.report = report
        self.plan = plan
    }

    /// Counted from 1 in the order in which connections were accepted, or made.
    public var number: Int { report.number }
    /// The other side's address and port, or `unix`.
    public var peer: String { report.peer }
    /// The client's own address and port, or `unix`; nil in a server's record.
    public var local: String? { report.side == .client ? report.local : nil }
    /// How it ended.
    public var end: End { End(report) }
    /// Whether it is open; never so in a verdict.
    public var isOpen: Bool { report.isOpen }
    /// The number of the step that is being played, or was when it ended; nil when all written steps are done.
    public var currentStep: Int? {
        guard let plan, plan.steps.indices.contains(report.step) else { return nil }
        return plan.steps[report.step].number
    }
    /// Whether its script was played to the end.
    public var isComplete: Bool { report.scriptDone }
    /// The bytes the other side sent: all of them, or the first where ``receivedIsTruncated``.
    public var received: [UInt8] { report.received.head }
    /// The latest bytes the other side sent, where ``received`` is not all; what came between the two is not kept.
    public var receivedTail: [UInt8] { report.received.tail }
    /// The bytes the script sent: all of them, or the first where ``sentIsTruncated``.
    public var sent: [UInt8] { report.sent.first(sentCount).head }
    /// The latest bytes the script sent, where ``sent`` is not all; what went between the two is not kept.
    public var sentTail: [UInt8] { report.sent.first(sentCount).tail }
    /// How many bytes the other side sent in all.
    public var receivedCount: Int { report.receivedTotal }
    /// How many bytes the script sent in all: those the kernel took.
    public var sentCount: Int { report.sentCount }
    /// How many of the bytes sent the client's kernel still held for it when the kernel was last asked.
    ///
    /// Nil where it was not asked, or can't say: it is asked for TCP on Linux, while a client is expected to leave.
    public var unreadByClient: Int? { report.sample?.unread }
    /// Who said that the other side had taken each slice of what was sent in lock-step; nil: nothing was.
    public var lockstep: Lockstep? { report.lockstep }
    /// Whether the other side has set TCP_NODELAY, as an ``Step/expectNoDelay(fileID:filePath:line:column:)`` of its script found it.
    public var noDelay: KernelFact<Bool> { KernelFact(report.noDelay) }
    /// What its named steps and captures received, the latest of each name.
    public var captures: Captures { plan?.captures(report.kept) ?? Captures() }
    /// How much of what was sent the client has read, and who says so: its own ``ReadProbe``, else the kernel.
    ///
    /// Nil where neither can tell, as ``unreadByClient``.
    public var readByClient: ReadByClient? { ReadByClient(report) }
    /// What broke the connection or held it up, as its script says, and what the client's kernel confirmed of it.
    public var faults: [FaultRecord] { report.faults.map { FaultRecord($0, in: report, plan) } }
    /// What was said, one line a step, with the time since the connection was made.
    public var transcript: String { transcript(payload: .text) }

    /// Whether ``received`` is only the beginning: more came than ``MockServer/Options/recording`` keeps.
    public var receivedIsTruncated: Bool { received.count < receivedCount }
    /// Whether ``sent`` is only the beginning: more was sent than ``MockServer/Options/recording`` keeps.
    public var sentIsTruncated: Bool { sent.count < sentCount }
}
