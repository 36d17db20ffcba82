// What goes over the wire: the same bytes in every job.

/// Messages of the benchmarks.
package enum Messages {
    /// A message of 64 bytes, the usual one.
    package static let small = payload(64)
    /// What a frame of the stream carries.
    package static let large = payload(65_536)

    /// `count` bytes, the i-th of which is (i * 31 + 7) & 0xff.
    package static func payload(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    }

    /// A payload behind its length: four bytes, big-endian.
    package static func frame(_ payload: [UInt8]) -> [UInt8] {
        let count = UInt32(payload.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + payload
    }

    /// How many frames carry so many bytes of payload.
    package static func frames(carrying bytes: Int) -> Int {
        bytes / large.count
    }
}
