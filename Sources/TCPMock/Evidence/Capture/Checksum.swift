// The Internet's checksum (RFC 1071): the complement of the ones' complement sum of 16-bit words.

struct Checksum {
    private var sum: UInt64 = 0

    /// Adds bytes; of all that are added only the last may be odd in number.
    mutating func add(_ bytes: some Collection<UInt8>) {
        let added =
            bytes.withContiguousStorageIfAvailable { Checksum.sum($0) }
            ?? Array(bytes).withUnsafeBufferPointer { Checksum.sum($0) }
        sum += added
    }

    private static func sum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var sum: UInt64 = 0
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
        }
        if !bytes.count.isMultiple(of: 2) { sum += UInt64(bytes[bytes.count - 1]) << 8 }
        return sum
    }

    var value: UInt16 {
        var folded = sum
        while folded > 0xffff { folded = (folded & 0xffff) + (folded >> 16) }
        return ~UInt16(truncatingIfNeeded: folded)
    }
}
