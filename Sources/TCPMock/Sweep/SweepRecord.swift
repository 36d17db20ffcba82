// What came of one case.

/// What came of one case of a sweep.
public struct SweepRecord: Sendable {
    /// What the control case came to.
    public struct Control: Sendable {
        /// How the client came out of it.
        public let outcome: SweepOutcome
        /// Whether it did what the script says.
        public let followedScript: Bool
    }

    /// The case.
    public let sweepCase: SweepCase
    /// How the client came out of it.
    public let outcome: SweepOutcome
    /// What the client did that the script does not say, before it was free to.
    public let scriptFailures: [ScriptFailure]
    /// How many connections it made beside those the script is for; each was reset.
    public let reconnects: Int
    /// What the client had to say: the error it threw, or what the command wrote.
    public let detail: String
    /// How long the client took.
    public let duration: Duration
    /// What the control case came to; nil where there is none, and for the control case itself.
    public internal(set) var control: Control?

    /// What has the case again: for ``SweepOptions/replay``, or as `TCPMOCK_REPLAY`.
    public internal(set) var replay = ""
    /// What was said, for a few cases of a sweep: see ``SweepKeeper``.
    var verdict: Verdict?
    /// Where its connections came from.
    var peers: [String] = []
    /// Whether the client was still running when the case was left behind.
    var isStillRunning = false
}
