// The facts a server recorded, copied once out of the core. Positions count bytes of a stream; times are on the
// loop's monotonic clock, in nanoseconds.

struct EndpointReport: Sendable {
    var accepted = 0
    var scripted = 0
    var completed = 0
    /// Failed connections beyond those the core keeps.
    var failuresDropped = 0
    var resetAfterFailure = 0
    var unscripted = 0
    var awaited: Awaited?
    /// The script that no connection was made for.
    var unreached: Unreached?
    var acceptPauses = 0
    var acceptError: Int32 = 0
    /// Connections that were open.
    var active = 0
    /// What met those who connected.
    var connectFault: ConnectFault?
    /// Connections that a fault reset, accepted and not.
    var resetAccepted = 0
    var resetUnaccepted = 0
    var turnedAway: Int { resetAccepted + resetUnaccepted }
    var connections: [ConnectionReport] = []
    /// Well-behaved connections of which nothing is kept.
    var recordsDropped = 0
    /// Whether clients' probes may have had something to say of those.
    var probesUnheard = false
    /// Connections that failed.
    var failed = 0
    /// Bytes of all connections; those sent are what the kernel took.
    var received = 0
    var sent = 0
    /// What is counted of each step; empty where that is not asked for.
    var steps: [StepReport] = []
    /// When the endpoint was opened, and when this was so.
    var opened: UInt64 = 0
    var now: UInt64 = 0
    /// What to add to such times for nanoseconds since 1970, as of when connections were copied.
    var wallClock: Int64 = 0
    /// Calls that held threads when limits passed.
    var blockedCalls: [BlockedCall] = []
    /// What closures had to say.
    var explanations: [Explanation.Key: Explanation] = [:]

    /// The script that nobody connected for.
    struct Awaited: Sendable {
        let script: Int
        /// How long it was waited.
        let limit: UInt64
        /// What was in force then.
        let fault: ConnectFault?
    }

    /// Adds what closures have damaged to the connection's report.
    mutating func add(_ replies: [DamagedReply], at key: Explanation.Key) {
        guard let place = connections.firstIndex(where: { $0.number == key.connection }) else { return }
        connections[place].damagedReplies[key.step] = replies
    }
}

/// What is counted of one entry of a script's plan.
struct StepReport: Sendable {
    let script: Int
    let step: Int
    let done: Int
    let failed: Int
    let longest: UInt64
    let latencies: LatencyHistogram
}

/// A connection that could not be made.
struct Unreached: Sendable {
    let script: Int
    /// How long it was tried; 0 when the first error was final.
    let tried: UInt64
    let attempts: Int
    let error: Int32
}

struct ConnectionReport: Sendable {
    enum Leave: Sendable, Hashable {
        case none, fin, rst, rstAfterFin, byScript
    }

    struct Sample: Sendable {
        let time: UInt64
        let unread: Int
        let orphaned: Bool
        let sentFin: Bool
    }

    /// Where bytes waited when a limit had passed.
    struct Queues: Sendable, Equatable {
        /// Ours, that the other side's kernel had not acknowledged.
        var unacknowledged = 0
        /// The other side's, that had come and were not read.
        var held = 0
        /// The other side's, still in its own kernel; 0 also where that is not known.
        var withheld = 0
        /// Whether its kernel would have taken more.
        var hasRoom = true
        var sentFin = false
    }

    struct Event: Sendable {
        enum Kind: Sendable {
            case connected, stepDone, fin, rst, halfClosed, failed, closed
        }

        let kind: Kind
        let step: Int
        let time: UInt64
        let consumed: Int
        let sent: Int
    }

    /// How far both streams had come when bytes were read, written, or read and then answered in the same turn of the
    /// loop; of what was sent, what the kernel had taken by then.
    struct Traffic: Sendable, Hashable {
        let time: UInt64
        let received: Int
        let sent: Int
    }

    struct Kept: Sendable {
        let step: Int
        let bytes: [UInt8]
    }

    struct Failure: Sendable {
        enum Kind: Sendable, Hashable {
            case mismatch, check, frameLength, frameTooLong, frameBadLength, frameBadEnd, noOption, delimiterMissing,
                unexpectedBytes
            case clientClosed, clientReset, limit, leftByReset, leftCleanly, leftUnread
            case noConnection, write, answer, noMemory, unscripted, unprovable
            case latency, segments, noDelay
        }

        let kind: Kind
        let step: Int
        let offset: Int
        let declared: UInt64
        let error: Int32
        let header: [UInt8]
        /// Of a check: which part failed.
        var node: Int?
        /// Of a choice: the options that had been, as bits.
        var taken: UInt64 = 0
        /// Whether the piece was whole.
        var whole = false
        /// Whether a question was open.
        var asked = false
        /// Of a reply that a closure made: which part of it was being played.
        var replying: ReplyPart?
    }

    /// What was measured of a step; times in nanoseconds.
    struct Measure: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case latency, segments, noDelay
        }

        /// Who says how long the other side may have waited for a processor.
        enum Witness: Sendable, Hashable {
            case nobody, threads, pressure
        }

        var kind: Kind
        var step: Int
        /// How often it was so.
        var times = 1
        /// What the step asks for.
        var bound: UInt64 = 0
        /// How long it took; or segments, at least so many; or of TCP_NODELAY 0 off, 1 not known, 2 its socket is gone.
        var measured: UInt64 = 0
        /// Segments, at most so many.
        var most: UInt64 = 0
        /// Whether the kernel says when the last byte came; else the loop's own read does.
        var isStamped = false
        /// Whether neighbours' bytes were in the same read, or may have been in the same segments.
        var isShared = false
        /// Whether some of the segments may have been sent again.
        var isAgain = false
        /// From when the last byte came until it was read.
        var untilRead: UInt64 = 0
        /// By how much the loop's wake-ups were late meanwhile.
        var late: UInt64 = 0
        /// How long the other side may have waited for a processor meanwhile.
        var waited: UInt64 = 0
        var witness = Witness.nobody
    }

    enum NoDelay: Sendable, Hashable {
        case unasked, on, off, elsewhere, gone, unable
    }

    enum Drop: Sendable {
        case byTakingDown, byFault
    }

    enum ReplyPart: Sendable {
        case send, receive, pause, disconnect, end
    }

    /// A step that broke the connection or held it up.
    struct Fault: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case reset, fin, close, halfClose, stall, backpressure
        }

        enum Proof: Sendable, Hashable {
            case open, confirmed, overdue, refused, elsewhere, unable
        }

        let kind: Kind
        let step: Int
        let time: UInt64
        /// When the kernel said what came of it; 0: it has not.
        var settled: UInt64 = 0
        var proof = Proof.open
        var sent = 0
        var acknowledged = 0
        var unread: Int?
        var held: Int?
        var withheld = 0
        var sentReset = false
        var hasRoom = false
    }

    /// What closures have damaged of their replies, by the index of the step.
    var damagedReplies: [Int: [DamagedReply]] = [:]
    /// Which side of it the script played.
    var side = Side.server
    var number = 0
    /// Nil: no script was for it.
    var script: Int?
    var isOpen = false
    var scriptDone = false
    var step = 0
    var round = 0
    var leave = Leave.none
    var gotFin = false
    var gotRst = false
    var halfClosed = false
    /// Reset by the test, with all others; nil: it was not.
    var dropped: Drop?
    /// The other end; and our own, nil where it is not known.
    var peerEnd: ConnectionEnd?
    var localEnd: ConnectionEnd?
    var peer: String { peerEnd?.description ?? "" }
    var local: String? { localEnd?.description }
    var accepted: UInt64 = 0
    var closed: UInt64 = 0
    var stepBegan: UInt64 = 0
    var lastBytes: UInt64 = 0
    var failedAt: UInt64 = 0
    var limit: UInt64 = 0
    var lag: UInt64 = 0
    var receivedTotal = 0
    /// Bytes of all sends begun, and how many of them the kernel never took.
    var sentTotal = 0
    var unwritten = 0
    /// What the kernel took of it.
    var sentCount: Int { sentTotal - unwritten }
    var consumedTotal = 0
    var unsent = 0
    var sample: Sample?
    var queues: Queues?
    /// Who said that the client had taken a slice; nil: none was sent in lock-step.
    var lockstep: ConnectionRecord.Lockstep?
    /// What was measured with which it failed.
    var measure: Measure?
    /// What was measured for which the machine may have been to blame, the first of it; and how many more there were.
    var doubts: [Measure] = []
    var doubtsCut = 0
    /// Whether the other side's socket has TCP_NODELAY.
    var noDelay = NoDelay.unasked
    /// What the client's probe had counted, when there is one.
    var probed: ProbedReads?
    var failure: Failure?
    /// Input that no step had judged, its first bytes, and how much there was in all.
    var excerpt: [UInt8] = []
    var unjudged = 0
    var events: [Event] = []
    /// How many events were left out, behind the first `eventsHead`.
    var eventsCut = 0
    var eventsHead = 0
    /// What came, and what the sends begun so far were to bring the other side.
    var received = KeptBytes()
    var sent = KeptBytes()
    /// Whether the process had no memory for some of these that were to be kept.
    var lacksMemory = false
    /// Reads and writes; how many were left out, behind the first `trafficHead`.
    var traffic: [Traffic] = []
    var trafficCut = 0
    var trafficHead = 0
    /// What steps have kept, the latest last.
    var kept: [Kept] = []
    /// Whether the process had no room for that.
    var keptIsLost = false
    /// What broke the connection or held it up; the latest last.
    var faults: [Fault] = []
}
