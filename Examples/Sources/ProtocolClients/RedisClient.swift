// A client of RESP, the protocol of Redis: commands are arrays of strings, replies of several kinds.

import LineClient

/// Sends commands to a Redis server.
public struct RedisClient {
    /// The server's reply begins with `-`.
    public struct Refused: Error, Equatable {
        /// What it said.
        public let text: String

        /// A refusal.
        public init(_ text: String) {
            self.text = text
        }
    }

    private let connection: LineClient

    /// Connects.
    public init(host: String, port: Int) throws {
        connection = try LineClient(host: host, port: port)
    }

    /// Sends one command; its reply as text, nil for no value.
    public func call(_ words: String...) throws -> String? {
        try connection.send(written(words))
        return try reply()
    }

    /// Sends all commands before it reads the first reply.
    public func pipeline(_ commands: [[String]]) throws -> [String?] {
        try connection.send(commands.map(written).joined())
        return try commands.map { _ in try reply() }
    }

    /// Closes the connection.
    public func close() {
        connection.close()
    }

    private func written(_ words: [String]) -> String {
        "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }

    private func reply() throws -> String? {
        guard let line = try connection.receiveLine() else { throw EndOfStream() }
        let rest = String(line.dropFirst())
        switch line.first {
        case "-": throw Refused(rest)
        case "$":
            guard let count = Int(rest), count >= 0 else { return nil }
            return String(decoding: try connection.receive(exactly: count + 2).dropLast(2), as: UTF8.self)
        default: return rest
        }
    }
}
