// A client that is a program: in any language.

/// A command that a sweep runs as the client.
///
/// ```swift
/// let curl = SweepCommand("curl", "-q", "--silent", "--fail", "http://{host}:{port}/")
/// let result = try await sweep.run(command: curl)
/// ```
///
/// `{host}`, `{port}` and `{path}` (of a Unix-domain socket) stand for the case's server, in arguments and in the environment's
/// values. The program is looked up in PATH, and not given to a shell. It has a process group of its own, which is killed when
/// the command ends or its time is over.
public struct SweepCommand: Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The program and its arguments.
    public var arguments: [String]
    /// Changes to this process's environment; nil takes a variable away.
    public var environment: [String: String?]
    /// What it reads from its standard input.
    public var input: Bytes?
    /// How many bytes are kept of its standard output, and how many of its standard error; what comes beyond is read and dropped.
    /// Default: 64 KiB.
    public var outputLimit: Int

    /// A command of a program and its arguments.
    public init(
        _ arguments: [String], environment: [String: String?] = [:], input: Bytes? = nil, outputLimit: Int = 64 * 1024
    ) {
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.outputLimit = outputLimit
    }

    /// A command of a program and its arguments.
    public init(_ arguments: String..., environment: [String: String?] = [:], input: Bytes? = nil) {
        self.init(arguments, environment: environment, input: input)
    }

    /// A command of a program and its arguments.
    public init(arrayLiteral elements: String...) {
        self.init(elements)
    }

    /// The arguments, with blanks between them.
    public var description: String { arguments.joined(separator: " ") }

    /// How a command ended.
    public struct Ending: Sendable {
        /// The status it exited with; nil when a signal ended it.
        public let status: Int32?
        /// The number of the signal that ended it.
        public let signal: Int32?
        /// The first bytes of its standard output.
        public let output: [UInt8]
        /// The first bytes of its standard error.
        public let errors: [UInt8]

        /// What it is called unless the user calls it otherwise.
        public var outcome: SweepOutcome {
            if let signal { return .signalled(signal) }
            return .exited(status ?? 0, output: String(decoding: output, as: UTF8.self))
        }
    }
}

extension SweepCommand {
    /// The same command, for this server.
    func aimed(at server: MockServer) -> SweepCommand {
        var command = self
        command.arguments = arguments.map { SweepCommand.filled($0, server) }
        command.environment = environment.mapValues { $0.map { SweepCommand.filled($0, server) } }
        return command
    }

    private static func filled(_ text: String, _ server: MockServer) -> String {
        let values = ["{host}": server.host, "{port}": "\(server.port)", "{path}": server.host]
        var (filled, rest) = ("", text[...])
        while let brace = rest.firstIndex(of: "{") {
            filled += rest[..<brace]
            rest = rest[brace...]
            let name = values.keys.first { rest.hasPrefix($0) } ?? "{"
            filled += values[name] ?? name
            rest = rest.dropFirst(name.count)
        }
        return filled + rest
    }
}

extension SweepClient {
    static func command(
        _ command: SweepCommand, _ classify: @escaping @Sendable (SweepCommand.Ending) -> SweepOutcome
    ) -> SweepClient {
        SweepClient(
            play: { server, limit in
                guard let ending = try ChildProcess.run(command.aimed(at: server), within: limit) else {
                    return SweepEnding(outcome: .timedOut)
                }
                return SweepEnding(
                    outcome: classify(ending), detail: String(decoding: ending.errors, as: UTF8.self))
            }, blocks: true, isInside: false)
    }
}
