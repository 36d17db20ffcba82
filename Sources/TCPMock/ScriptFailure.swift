// One departure from a script, as a value.

/// One thing the other side did that the script does not say, or did not do though the script says it.
public struct ScriptFailure: Sendable, Hashable, CustomStringConvertible {
    /// What sort of departure it is.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// A byte differs from the one expected.
        public static let mismatch = Kind(description: "mismatch")
        /// A piece does not pass its check.
        public static let check = Kind(description: "check")
        /// A request that no stub fits, or bytes that no alternative does.
        public static let unmatched = Kind(description: "unmatched")
        /// A frame's length is no number, or its end is not what it must be.
        public static let badFrame = Kind(description: "badFrame")
        /// A closure threw, or what it returned can't be sent.
        public static let closure = Kind(description: "closure")
        /// A length prefix declares more than the framing allows.
        public static let frameTooLong = Kind(description: "frameTooLong")
        /// A delimiter did not come within the bytes allowed.
        public static let delimiterMissing = Kind(description: "delimiterMissing")
        /// Bytes came where none may.
        public static let unexpectedBytes = Kind(description: "unexpectedBytes")
        /// The client closed in the middle of a step.
        public static let clientClosed = Kind(description: "clientClosed")
        /// The client reset the connection in the middle of a step.
        public static let clientReset = Kind(description: "clientReset")
        /// The server closed in the middle of a client's step.
        public static let serverClosed = Kind(description: "serverClosed")
        /// The server reset the connection in the middle of a client's step.
        public static let serverReset = Kind(description: "serverReset")
        /// A step's limit passed.
        public static let limit = Kind(description: "limit")
        /// The client left in another manner than expected.
        public static let departure = Kind(description: "departure")
        /// The connection had ended before the step.
        public static let noConnection = Kind(description: "noConnection")
        /// A client could not connect.
        public static let connect = Kind(description: "connect")
        /// Nobody connected.
        public static let notConnected = Kind(description: "notConnected")
        /// A connection came that no script is for.
        public static let unscripted = Kind(description: "unscripted")
        /// Sending failed.
        public static let send = Kind(description: "send")
        /// The kernel does not tell what the step wants to know: the other side is on another host.
        public static let unprovable = Kind(description: "unprovable")
        /// A step took longer than its `latency:` allows.
        public static let latency = Kind(description: "latency")
        /// A step's bytes came in another number of TCP segments than its `segments:` says.
        public static let segments = Kind(description: "segments")
        /// The client's socket has no TCP_NODELAY.
        public static let noDelay = Kind(description: "noDelay")
        /// The mock itself could not go on (out of memory).
        public static let mock = Kind(description: "mock")
    }

    /// What sort of departure it is.
    public let kind: Kind
    /// The line of the step that was not met; of the server's creation where no written step is concerned.
    public let location: SourcePosition
    /// The first line of ``message``: which connection and step, expected, got, where they part.
    public let summary: String
    /// The lines behind it: bytes compared, what happened so far, what was not run.
    public let details: String
    /// The connection's number, counted from 1; nil when there was none.
    public let connection: Int?
    /// The step's number in its script, counted from 1; nil for the unwritten end.
    public let step: Int?
    /// How many steps the script writes.
    public let stepCount: Int
    /// Where expected and received bytes part, counted from the start of the step (of the payload, for frames).
    public let offset: Int?
    /// How many connections failed in this very way, of the 20,000 failed ones that a server keeps.
    public internal(set) var count = 1
    /// Where its evidence was written to, if it was: see `TCPMOCK_ARTIFACTS` in <doc:ReadingAFailure>.
    public internal(set) var artifacts: [String] = []
    /// What is likely behind it, in one sentence, as ``details`` have it; nil where nothing can be said.
    public internal(set) var likelyCause: String?
    /// From the arrival of the other side's last bytes to the failure, on the loop thread's clock.
    public let sinceLastBytes: Duration?

    /// Everything there is to say, in several lines.
    public var message: String {
        let times = count > 1 ? " (\(counted(count, "connection")) failed in this way; the first is shown)" : ""
        return (["\(summary)\(times)"] + (details.isEmpty ? [] : [details]) + artifacts.asFiles).joined(separator: "\n")
    }

    /// The message, behind the line it is about.
    public var description: String {
        "\(location): \(message)"
    }

    /// The same, with the files in which its evidence is.
    package func with(artifacts: [String]) -> ScriptFailure {
        var failure = self
        failure.artifacts = artifacts
        return failure
    }
}

extension [String] {
    /// Paths as the last lines of a failure's text.
    var asFiles: [String] {
        enumerated().map { ($0 == 0 ? "  files" : "").padded(to: 12) + $1 }
    }
}
