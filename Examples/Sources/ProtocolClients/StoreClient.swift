// A client of a framed binary protocol: a type's letter, a length of two bytes, then so many bytes of body.

import LineClient

/// Puts values into a store, and looks them up.
public struct StoreClient {
    /// The store answered with another message than the protocol allows here.
    public struct UnexpectedMessage: Error {
        /// The message's type.
        public let type: UInt8
        /// What it carried.
        public let body: [UInt8]
    }

    private let connection: LineClient
    /// A bug to be found: the length's bytes in the wrong order.
    private let isLittleEndian: Bool

    /// Connects, and agrees on version 1 of the protocol.
    public init(host: String, port: Int, isLittleEndian: Bool = false) throws {
        connection = try LineClient(host: host, port: port)
        self.isLittleEndian = isLittleEndian
        do {
            try ask("H", [1], for: "W")
        } catch {
            connection.close()
            throw error
        }
    }

    /// Stores a value.
    public func put(_ key: String, _ value: [UInt8]) throws {
        try ask("P", Array(key.utf8) + [0] + value, for: "K")
    }

    /// Looks a value up.
    public func get(_ key: String) throws -> [UInt8] {
        try ask("G", Array(key.utf8), for: "V")
    }

    /// Closes the connection.
    public func close() {
        connection.close()
    }

    @discardableResult
    private func ask(_ type: Unicode.Scalar, _ body: [UInt8], for expected: Unicode.Scalar) throws -> [UInt8] {
        let length = isLittleEndian ? UInt16(body.count).byteSwapped : UInt16(body.count)
        try connection.send([UInt8(ascii: type), UInt8(length >> 8), UInt8(length & 0xff)] + body)
        let header = try connection.receive(exactly: 3)
        let answer = try connection.receive(exactly: Int(header[1]) << 8 | Int(header[2]))
        guard header[0] == UInt8(ascii: expected) else { throw UnexpectedMessage(type: header[0], body: answer) }
        return answer
    }
}
