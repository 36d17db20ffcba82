// How messages are cut out of the stream.

/// How a message stands in the byte stream: behind its length, before an ending, or in a fixed size.
///
/// ```swift
/// .lengthPrefix(UInt16.self, byteOrder: .littleEndian)
/// .lengthPrefix(UInt32.self, includesHeader: true, offset: 1)  // PostgreSQL: a type byte, then a length
/// .varint                                                      // protobuf's delimited messages
/// .varint(offset: 1)                                           // MQTT: a type byte, then a length
/// .line                                                        // LF or CRLF
/// .delimiter("\0")
/// .fixed(16)
/// .netstring
/// .chunks                                                      // no messages: whatever has arrived
/// ```
///
/// The default of servers is `.lengthPrefix()`: four bytes, big-endian, and at most 16 MiB of payload. A framing that
/// can't be meant, such as one with an empty delimiter, is told as a ``MockError`` where it is used.
public struct Framing: Sendable, Hashable {
    /// The order of a length prefix's bytes.
    public enum ByteOrder: Sendable, Hashable {
        /// Most significant byte first (network order).
        case bigEndian
        /// Least significant byte first.
        case littleEndian
    }

    enum Kind: Sendable, Hashable {
        case length(LengthField)
        /// Behind so many bytes.
        case varint(offset: Int)
        case line
        case delimiter(Bytes)
        /// Of ``maxFrameBytes`` bytes.
        case fixed
        case netstring
        case chunks
    }

    /// Where a length prefix stands and what it counts.
    struct LengthField: Sendable, Hashable {
        let width: Int
        let byteOrder: ByteOrder
        let includesHeader: Bool
        let offset: Int
        let adjustment: Int
    }

    let kind: Kind
    /// The longest payload in bytes that is accepted; a longer one fails as soon as that is known.
    public let maxFrameBytes: Int

    /// The most that a payload with a length has, unless told otherwise.
    static let longest = 16 * 1024 * 1024
    /// The most that a payload with an ending has, unless told otherwise.
    static let longestLine = 64 * 1024

    /// A length as a number of fixed width, then so many bytes.
    ///
    /// The length counts the bytes behind it, unless told otherwise. With an `offset`, the length stands inside the
    /// message: the payload is then all of the message but the length, the `offset` bytes before it first.
    ///
    /// - Parameters:
    ///   - type: `UInt8.self`, `UInt16.self`, `UInt32.self` or `UInt64.self`.
    ///   - byteOrder: The order of the length's bytes.
    ///   - includesHeader: Whether the length counts its own bytes as well.
    ///   - offset: How many bytes stand before the length, 0 to 255. The length does not count them.
    ///   - adjustment: How many more bytes follow the length than it says; negative if fewer. A length that counts an
    ///     `offset` of 2 as well has an adjustment of -2, one that leaves out a checksum of 4 bytes has one of 4.
    ///   - max: The longest payload in bytes that is accepted. A length that says more is a failure, found when the
    ///     length is whole and before any payload is waited for.
    public static func lengthPrefix(
        _ type: (some FixedWidthInteger & UnsignedInteger).Type = UInt32.self,
        byteOrder: ByteOrder = .bigEndian, includesHeader: Bool = false, offset: Int = 0, adjustment: Int = 0,
        max: Int = 16 * 1024 * 1024
    ) -> Framing {
        let field = LengthField(
            width: type.bitWidth / 8, byteOrder: byteOrder, includesHeader: includesHeader, offset: offset,
            adjustment: adjustment)
        return Framing(kind: .length(field), maxFrameBytes: max)
    }

    /// A length of one to ten bytes, seven bits in each, then at most 16 MiB of payload: protobuf's delimited messages.
    ///
    /// The [base-128 varint](https://protobuf.dev/programming-guides/encoding/#varints) counts the payload alone.
    public static let varint = varint(max: longest)

    /// A length of one to ten bytes, seven bits in each, then so many bytes.
    ///
    /// With an `offset`, the length stands inside the message, as MQTT's does behind the packet's type: the payload is
    /// then all of the message but the length, the `offset` bytes before it first.
    ///
    /// - Parameters:
    ///   - offset: How many bytes stand before the length, 0 to 255. The length does not count them.
    ///   - max: The longest payload in bytes that is accepted.
    public static func varint(offset: Int = 0, max: Int = 16 * 1024 * 1024) -> Framing {
        Framing(kind: .varint(offset: offset), maxFrameBytes: max)
    }

    /// A line of at most 64 KiB that ends with LF or CRLF; the ending is no part of the payload.
    ///
    /// A CR that is not right before the LF belongs to the payload. Lines are written with LF; where only CRLF will do,
    /// use `.delimiter("\r\n")`.
    public static let line = line(max: longestLine)

    /// A line of at most `max` bytes that ends with LF or CRLF; the ending is no part of the payload.
    public static func line(max: Int) -> Framing {
        Framing(kind: .line, maxFrameBytes: max)
    }

    /// All bytes up to the next `bytes`, which are no part of the payload.
    ///
    /// - Parameters:
    ///   - bytes: The delimiter, 1 to 255 bytes.
    ///   - max: The longest payload in bytes that is accepted.
    public static func delimiter(_ bytes: Bytes, max: Int = 64 * 1024) -> Framing {
        Framing(kind: .delimiter(bytes), maxFrameBytes: max)
    }

    /// Always `count` bytes.
    public static func fixed(_ count: Int) -> Framing {
        Framing(kind: .fixed, maxFrameBytes: count)
    }

    /// A length in decimal digits, a colon, at most 16 MiB of payload, a comma: `5:hello,`.
    ///
    /// See [the format's definition](https://cr.yp.to/proto/netstrings.txt).
    public static let netstring = netstring(max: longest)

    /// A length in decimal digits, a colon, at most `max` bytes of payload, a comma.
    public static func netstring(max: Int) -> Framing {
        Framing(kind: .netstring, maxFrameBytes: max)
    }

    /// Whatever has arrived, one byte at least: for handlers of raw bytes, such as an echo.
    ///
    /// How many that is depends on how the sender and the kernel cut the stream.
    public static let chunks = Framing(kind: .chunks, maxFrameBytes: Int.max)

    /// Whether it is a length prefix that counts the payload behind it, and nothing else: such frames are compared
    /// while they arrive.
    var isPlainLengthPrefix: Bool {
        guard case .length(let field) = kind else { return false }
        return !field.includesHeader && field.offset == 0 && field.adjustment == 0
    }

    /// How many bytes of the payload stand before its length.
    var offset: Int {
        switch kind {
        case .length(let field): field.offset
        case .varint(let offset): offset
        case .line, .delimiter, .fixed, .netstring, .chunks: 0
        }
    }

    /// The width of a length prefix; 0 for other kinds.
    var prefixBytes: Int {
        if case .length(let field) = kind { field.width } else { 0 }
    }
}
