// Text with bytes in it, as string literals write it.

extension Bytes: ExpressibleByStringInterpolation {
    /// The UTF-8 bytes of the literal.
    public init(stringLiteral value: String) {
        self.init(value.utf8)
    }

    /// The UTF-8 bytes of the literal, with the bytes and the texts of what is interpolated.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.bytes
    }

    /// What a literal's text and interpolations become: bytes stand for themselves, all else for its text.
    ///
    /// What has no text of its own, such as an optional, does not compile: its debugging text is never meant.
    public struct StringInterpolation: StringInterpolationProtocol {
        var bytes = Bytes([])

        /// Begins with nothing.
        public init(literalCapacity: Int, interpolationCount: Int) {
            bytes.array.reserveCapacity(literalCapacity)
        }

        /// Adds text as UTF-8.
        public mutating func appendLiteral(_ literal: String) {
            bytes.array += literal.utf8
        }

        /// Adds a value's text as UTF-8.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            appendLiteral(value.description)
        }

        /// Adds bytes, such as `\(.hex("00 ff"))`.
        public mutating func appendInterpolation(_ added: Bytes) {
            bytes = Bytes(array: bytes.array + added.array, problem: bytes.problem ?? added.problem)
        }

        /// Adds the bytes of a sequence, such as what a capture has received.
        public mutating func appendInterpolation(_ added: some Sequence<UInt8>) {
            bytes.array += added
        }

        /// Adds the bytes of a sequence that has a text as well, such as `[UInt8]` or `Data`.
        public mutating func appendInterpolation(_ added: some Sequence<UInt8> & CustomStringConvertible) {
            bytes.array += added
        }
    }
}
