// A client that is told: it subscribes, and the server speaks whenever there is something to say.

import LineClient

/// Follows a feed of lines.
public struct FeedClient {
    private let connection: LineClient

    /// Connects and subscribes.
    public init(host: String, port: Int, topic: String) throws {
        connection = try LineClient(host: host, port: port)
        guard try connection.ask("SUBSCRIBE \(topic)") == "+OK" else { throw EndOfStream() }
    }

    /// The next line of the feed, nil at its end; pings in between are answered.
    public func next() throws -> String? {
        while let line = try connection.receiveLine() {
            if line != "PING" { return line }
            try connection.sendLine("PONG")
        }
        return nil
    }

    /// Closes the connection.
    public func close() {
        connection.close()
    }
}
