// What was said on one connection, in order: the one thing that texts, ladders and captures are made of.

/// One connection's evidence, as entries in the order in which they happened.
struct Conversation: Sendable {
    /// Which way bytes, or the end of a stream, went: seen from the script.
    enum Flow: Sendable, Hashable {
        case received, sent
    }

    /// Bytes that went one way together: those of one step.
    struct Message: Sendable, Hashable {
        let flow: Flow
        /// Where they stand in their stream, counted from 0.
        let position: Int
        /// How many there were.
        let count: Int
        /// The first of them that were kept, all of them where ``isWhole``.
        let head: [UInt8]
        /// The last of them that were kept, where those between were not.
        let tail: [UInt8]
        /// What was done to them on purpose: "byte 3 changed".
        var damage: String?
        /// How many of them, the last ones, the kernel never took: they did not leave.
        var unsent = 0

        var isWhole: Bool { head.count == count }
        /// How many went their way.
        var gone: Int { count - unsent }
        /// How many between head and tail were not kept.
        var missing: Int { max(0, gone - head.count - tail.count) }
        /// Where the tail begins, counted from the message's first byte.
        var tailOffset: Int { gone - tail.count }
        /// `6 bytes`, `0 of 6 bytes sent`.
        var amount: String {
            unsent > 0 ? "\(grouped(gone)) of \(counted(count, "byte")) sent" : counted(count, "byte")
        }
    }

    /// What became of a step.
    enum Outcome: Sendable, Hashable {
        case ok
        /// A send that was handed over, and failed later.
        case tried
        case failed
        /// Bytes of a step that starved.
        case starved
        /// On the way to the place of a fault.
        case onTheWay
    }

    /// Which step an entry belongs to.
    struct Mark: Sendable {
        /// Counted from 1; nil: what the script does not write.
        let number: Int?
        /// As written: `expect "PING\r\n"`.
        let text: String
        let label: String?
        /// The line that wrote it; nil: what the script does not write.
        let location: SourcePosition?
        /// How it cuts its bytes into frames, if it does.
        let framing: Framing?
        let outcome: Outcome
        /// The last of the steps it stands for, where any of them could have come.
        var last: Int?

        /// `step 2`, `steps 2 to 4`; nil: what the script does not write.
        var name: String? {
            number.map { number in last.map { "steps \(number) to \($0)" } ?? "step \(number)" }
        }
    }

    enum Content: Sendable, Hashable {
        case connected
        case message(Message)
        /// A step that moved no bytes.
        case done
        /// FIN: of the other side, or of the script's step.
        case ended(Flow)
        /// RST.
        case reset(Flow)
        /// What the kernel said of a fault.
        case kernel(String)
        /// The step failed without bytes of its own: by its limit, or for the end that came.
        case failed(isLimit: Bool)
        /// So many steps are not kept here.
        case cut(Int)
        case closed
    }

    struct Entry: Sendable {
        /// On the loop's clock, in nanoseconds.
        var time: UInt64
        let content: Content
        var mark: Mark?
    }

    /// How far each direction was when some bytes had been read or written.
    struct Traffic: Sendable, Hashable {
        /// On the loop's clock, in nanoseconds.
        let time: UInt64
        let received: Int
        let sent: Int
        /// Whether others before it were left out.
        var isBehindCut = false
    }

    /// How this side's socket went, when no entry before it has said it.
    enum Close: Sendable, Hashable {
        case none, fin, reset
    }

    var number = 0
    /// Which side the script played.
    var side = Side.server
    /// The other side's address: `127.0.0.1:51514`, or `unix`.
    var peer = ""
    var peerEnd: ConnectionEnd?
    /// This side's own, where the core knows it.
    var localEnd: ConnectionEnd?
    /// Where the server listens, or listened; nil where nobody said.
    var listening: MockAddress?
    /// When it was made, on the loop's clock, in nanoseconds.
    var began: UInt64 = 0
    var entries: [Entry] = []
    var close = Close.none
    /// Why it was reset: `so that the client does not wait`; nil: that needs no reason, or there is none.
    var resetReason: String?
    var end = ConnectionRecord.End.stillOpen
    /// How many steps its script writes.
    var stepCount = 0
    var isFailed = false
    /// How it departed from its script, if it did; and what was compared then, if bytes were.
    var failure: ScriptFailure?
    var comparison: HexComparison?
    /// The steps that were not reached.
    var notRun: StepsNotRun?

    /// Bytes of each direction in all.
    var receivedCount = 0
    var sentCount = 0
    /// What was kept of each direction as a whole, also where no entry has it.
    var kept: [Message] = []
    /// Each read and each write, where they were noted.
    var traffic: [Traffic] = []

    /// Who sends what flows so.
    func sender(of flow: Flow) -> Side {
        switch (flow, side) {
        case (.received, .server), (.sent, .client): .client
        case (.sent, .server), (.received, .client): .server
        }
    }

    /// How long after its beginning something was, in nanoseconds.
    func since(_ time: UInt64) -> UInt64 {
        time > began ? time - began : 0
    }
}

/// All that an endpoint has to show: what each rendering is made of.
struct Evidence: Sendable {
    /// What it is called: the test's name, or the endpoint's line.
    var title: String
    var conversations: [Conversation]
    /// All failures, those of no connection too.
    var failures: [ScriptFailure]
    var notes: [String]
    /// CLOCK_REALTIME minus the loop's clock, in nanoseconds: what makes times of day of its stamps.
    var wallClock: Int64
}
