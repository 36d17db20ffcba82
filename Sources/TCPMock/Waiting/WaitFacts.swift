// What is known of a wait that a limit has ended: what the script wanted, and where both sides' bytes were.

struct WaitFacts: Sendable {
    /// What the script waited for.
    enum Aim: Sendable {
        case bytes(Arrival)
        /// The end of the other side's stream.
        case endOfStream
        /// That the other side leaves.
        case leaving(Leaving)
        /// That the other side takes what was sent.
        case taking(inLockstep: Bool)
        /// That the other side's kernel acknowledges what was sent, before the connection is ended by this step.
        case acknowledging(before: String)
        case gate([Opener])
        case closure
        /// That the other side gives up on a stall.
        case givingUp
        case backpressure
    }

    /// What came of the bytes a step expects.
    struct Arrival: Sendable {
        var had = 0
        /// Nil: that can't be told.
        var missing: Int?
        var clue: FramingClue?
        /// Of a frame whose length has not all come.
        var isInHeader = false
        /// What a receive(atLeast:) before has taken of them.
        var robbery: Robbery?
    }

    struct Leaving: Sendable {
        /// Whether the script says so in a step of its own, and has closed before that.
        var isWritten = false
        var hasClosed = false
    }

    /// Who was to open a gate.
    struct Opener: Sendable {
        enum State: Sendable, Equatable {
            /// The step comes behind the one that waits, on the same connection.
            case behindThisWait
            case nobodyConnected
            case at(connection: Int, step: String)
            case late(connection: Int, by: Duration)
            case gone(connection: Int)
        }

        /// "step 2 of script 2".
        let step: String
        let state: State
    }

    /// What the script sends first behind the step that waits.
    enum Next: Sendable, Equatable {
        case nothing
        /// One of several, or an answer that is no step of its own.
        case unknown
        case step(Later)
    }

    /// A step that sends, behind the one that waits.
    struct Later: Sendable, Equatable {
        let number: Int
        let step: String
        /// Whether only a repeat leads to it.
        var isNextRound = false
    }

    enum Speaker: Sendable {
        case peer, script
    }

    var aim: Aim
    var side = Side.server
    /// Bytes of what was sent that the kernel did not take.
    var unwritten = 0
    /// Of the bytes sent: those still in the other side's kernel; nil: nobody knows.
    var unread: Int?
    var queues: ConnectionReport.Queues?
    /// Whether the other side has ended its stream.
    var hasEnded = false
    /// Whether the script takes bytes in at the moment.
    var isReading = true
    /// Who sent the latest bytes, where that is known.
    var lastSpeaker: Speaker?
    var next = Next.nothing
    /// Calls that held a thread for as long as the other side was silent.
    var blocked: [BlockedCall] = []
    /// The thread that made the endpoint: in a test that is not async, the test's.
    var thread: UInt = 0

    var peer: String { side.peer }
}
