// A client of requests and replies, one line each.

import LineClient

/// Asks for prices.
public struct PriceClient {
    private let connection: LineClient

    /// Connects.
    public init(host: String, port: Int) throws {
        connection = try LineClient(host: host, port: port)
    }

    /// The price of a thing; nil when the server knows none.
    public func price(of thing: String) throws -> Int? {
        guard let reply = try connection.ask("PRICE \(thing)") else { throw EndOfStream() }
        return Int(reply)
    }

    /// Closes the connection.
    public func close() {
        connection.close()
    }
}
