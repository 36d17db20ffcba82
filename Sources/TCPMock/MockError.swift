// What the test did wrong, or the machine could not do; what a client did wrong is a ScriptFailure.

/// A problem with setting a server or client up or using it: a bad script, a port in use, one that has finished.
public struct MockError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What sort of problem it is.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// A script that can't be played as written.
        public static let script = Kind(description: "script")
        /// An address that can't be listened on.
        public static let address = Kind(description: "address")
        /// A call that the server's state does not allow, such as `enqueue` after `finish`.
        public static let misuse = Kind(description: "misuse")
        /// What was waited for has not come.
        public static let notReceived = Kind(description: "notReceived")
        /// Bytes that are no frames of a ``Framing``, or a payload that it can't say.
        public static let frame = Kind(description: "frame")
        /// The system refused something else: no memory, no descriptors, no thread.
        public static let system = Kind(description: "system")
    }

    /// What sort of problem it is.
    public let kind: Kind
    /// What is wrong and what to do, in one or two sentences.
    public let message: String
    /// The line of the script that is wrong, when it is one.
    public let location: SourcePosition?
    /// The system's error number, when a system call failed.
    public let errno: Int32?

    package init(kind: Kind, _ message: String, at location: SourcePosition? = nil, errno: Int32? = nil) {
        self.kind = kind
        self.message = message
        self.location = location
        self.errno = errno
    }

    /// The message, behind the line it is about.
    public var description: String {
        location.map { "\($0): \(message)" } ?? message
    }
}

/// The script was not followed: thrown where no test framework can record the failures.
public struct ScriptFailed: Error, Sendable, CustomStringConvertible {
    /// The failures found so far, in the order in which they were found.
    public let failures: [ScriptFailure]

    package init(failures: [ScriptFailure]) {
        self.failures = failures
    }

    /// All failures' texts with their lines.
    public var description: String {
        failures.map { "\($0.location): \($0.message)" }.joined(separator: "\n")
    }
}
