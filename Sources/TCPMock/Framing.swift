// How messages are cut out of the stream.

/// How a frame is delimited: a length prefix that counts the payload's bytes.
///
/// The default is four bytes, big-endian, and at most 16 MiB of payload.
public struct Framing: Sendable, Hashable {
    /// The order of a length prefix's bytes.
    public enum ByteOrder: Sendable, Hashable {
        /// Most significant byte first (network order).
        case bigEndian
        /// Least significant byte first.
        case littleEndian
    }

    /// The prefix's width in bytes: 1, 2, 4 or 8.
    public let prefixBytes: Int
    /// The order of the prefix's bytes.
    public let byteOrder: ByteOrder
    /// The longest payload in bytes that is accepted; a longer one fails as soon as its prefix has arrived.
    public let maxFrameBytes: Int

    /// A length prefix of the width of `type`, counting the payload alone.
    ///
    /// - Parameters:
    ///   - type: `UInt8.self`, `UInt16.self`, `UInt32.self` or `UInt64.self`.
    ///   - byteOrder: The order of the prefix's bytes.
    ///   - max: The longest payload in bytes that is accepted. A prefix that declares more is a failure,
    ///     found when the prefix is whole and before any payload is waited for.
    public static func lengthPrefix(
        _ type: (some FixedWidthInteger & UnsignedInteger).Type = UInt32.self,
        byteOrder: ByteOrder = .bigEndian, max: Int = 16 * 1024 * 1024
    ) -> Framing {
        Framing(prefixBytes: type.bitWidth / 8, byteOrder: byteOrder, maxFrameBytes: max)
    }

    /// The frame that carries `payload`: prefix and payload.
    ///
    /// - Throws: ``MockError`` when the payload is longer than ``maxFrameBytes`` or than the prefix can say.
    public func encode(_ payload: some Sequence<UInt8>) throws -> [UInt8] {
        let payload = Array(payload)
        if let problem = problem(withPayloadOf: payload.count) {
            throw MockError(kind: .script, problem)
        }
        return prefix(for: payload.count) + payload
    }

    /// Why a payload of `count` bytes can't be sent with this framing, or nil.
    func problem(withPayloadOf count: Int) -> String? {
        guard [1, 2, 4, 8].contains(prefixBytes) else {
            return "a length prefix has 1, 2, 4 or 8 bytes, not \(prefixBytes)"
        }
        if count > maxFrameBytes {
            return "a payload of \(count) bytes is longer than the framing's maximum of \(maxFrameBytes)"
        }
        if prefixBytes < 8, count >= 1 << (prefixBytes * 8) {
            return "a payload of \(count) bytes does not fit a length prefix of \(prefixBytes) bytes"
        }
        return nil
    }

    func prefix(for count: Int) -> [UInt8] {
        let big = (0..<prefixBytes).map { UInt8(truncatingIfNeeded: count >> ((prefixBytes - 1 - $0) * 8)) }
        return byteOrder == .bigEndian ? big : big.reversed()
    }
}
