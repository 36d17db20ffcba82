// What is kept of a stream of bytes: all of it, or its two ends.

/// A stream's first bytes and its latest, found by their positions in the stream.
struct KeptBytes: Sendable, Hashable {
    /// The first bytes; all of them when the stream is whole.
    let head: [UInt8]
    /// The latest bytes; none when the stream is whole.
    let tail: [UInt8]
    /// How many bytes there were in all.
    let total: Int

    /// Both ends of a stream of `total` bytes; where they meet it is whole.
    init(head: [UInt8], tail: [UInt8], total: Int) {
        precondition(head.count + tail.count <= total)
        let meet = head.count + tail.count == total
        self.head = meet ? head + tail : head
        self.tail = meet ? [] : tail
        self.total = total
    }

    init(_ whole: [UInt8] = []) {
        self.init(head: whole, tail: [], total: whole.count)
    }

    var isWhole: Bool { head.count == total }

    /// All bytes; nil when some are cut.
    var all: [UInt8]? { isWhole ? head : nil }

    /// The positions of the bytes that are not kept.
    var cut: Range<Int> { head.count..<(total - tail.count) }

    /// What is kept of a part of the stream: its beginning and its end as far as they are known.
    ///
    /// A part that is kept whole is all `head`; of one inside the cut there is nothing.
    func piece(_ range: Range<Int>) -> (head: [UInt8], tail: [UInt8]) {
        let range = range.clamped(to: 0..<total)
        let start = cut.upperBound
        let first = head[range.clamped(to: 0..<head.count)]
        let last = range.clamped(to: start..<total)
        let latest = tail[(last.lowerBound - start)..<(last.upperBound - start)]
        return latest.count == range.count ? (Array(latest), []) : (Array(first), Array(latest))
    }

    /// A part of the stream; nil unless all of it came and is kept.
    func known(_ range: Range<Int>) -> [UInt8]? {
        let bytes = piece(range).head
        return bytes.count == range.count ? bytes : nil
    }

    /// What is kept of the stream's first `count` bytes, as if no more had come.
    func first(_ count: Int) -> KeptBytes {
        let count = min(max(0, count), total)
        return KeptBytes(
            head: Array(head.prefix(count)), tail: Array(tail.prefix(max(0, count - cut.upperBound))), total: count)
    }
}
