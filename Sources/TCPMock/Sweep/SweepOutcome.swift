// What became of the client in one case.

/// How a client came out of one case.
///
/// Two outcomes are the same when their ``kind`` and ``value`` are.
public struct SweepOutcome: Sendable, Hashable, CustomStringConvertible {
    /// What sort of outcome it is.
    public enum Kind: Sendable, Hashable {
        /// The closure returned.
        case returned
        /// The closure threw an error of this type.
        case threw(String)
        /// It was not done within the case's limit, or let a step of the script wait for longer than the step may.
        case timedOut
        /// The command exited with this status.
        case exited(Int32)
        /// A signal ended the command.
        case signalled(Int32)
        /// Named by the user's own function.
        case named(String, isSuccess: Bool)
    }

    /// What sort of outcome it is.
    public let kind: Kind
    /// What was returned, or the command's standard output: as text.
    public let value: String

    /// An outcome of this kind.
    public init(_ kind: Kind, value: String = "") {
        self.kind = kind
        self.value = value
    }

    /// The closure returned this, as text.
    public static func returned(_ value: String) -> SweepOutcome { SweepOutcome(.returned, value: value) }
    /// The closure threw this.
    public static func threw(_ error: any Error) -> SweepOutcome { SweepOutcome(.threw("\(type(of: error))")) }
    /// It was not done in time.
    public static let timedOut = SweepOutcome(.timedOut)
    /// The command exited, having written this to its standard output.
    public static func exited(_ status: Int32, output: String = "") -> SweepOutcome {
        SweepOutcome(.exited(status), value: output)
    }
    /// A signal ended the command.
    public static func signalled(_ number: Int32) -> SweepOutcome { SweepOutcome(.signalled(number)) }
    /// An outcome of your own: a good one, such as `.named("retried")`, or not.
    public static func named(_ name: String, isSuccess: Bool = true) -> SweepOutcome {
        SweepOutcome(.named(name, isSuccess: isSuccess))
    }

    /// Whether the client says that all went well: it returned, or exited with 0.
    public var isSuccess: Bool {
        switch kind {
        case .returned, .exited(0), .named(_, isSuccess: true): true
        case .threw, .timedOut, .exited, .signalled, .named: false
        }
    }

    /// What a band of the map is called: `exit 52`, `threw TimeoutError`; without the value.
    public var name: String {
        switch kind {
        case .returned: "returned"
        case .threw(let type): "threw \(type)"
        case .timedOut: "HANG"
        case .exited(let status): "exit \(status)"
        case .signalled(let number): "killed by \(Self.name(ofSignal: number))"
        case .named(let name, _): name
        }
    }

    /// The name, with the value if there is one.
    public var description: String {
        value.isEmpty ? name : "\(name) \(ByteText.quoted(Array(value.utf8)))"
    }

    private static func name(ofSignal number: Int32) -> String {
        let names: [Int32: String] = [
            1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
            11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
        ]
        return names[number] ?? "signal \(number)"
    }
}
