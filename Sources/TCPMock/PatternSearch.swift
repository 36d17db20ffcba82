// Looking for bytes in a stream that comes in pieces.

/// Finds a pattern across the borders of pieces, in time linear in their length.
struct PatternSearch: Sendable {
    private let pattern: [UInt8]
    /// For each length of a partial match, the longest one to fall back to (Knuth, Morris and Pratt).
    private let fallback: [Int]
    private var matched = 0

    /// `pattern` has at least one byte.
    init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var fallback = [Int](repeating: 0, count: pattern.count + 1)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = fallback[length] }
            if pattern[index] == pattern[length] { length += 1 }
            fallback[index + 1] = length
        }
        self.fallback = fallback
    }

    /// Whether the pattern ends in these bytes, which follow those of the calls before.
    mutating func isFound(in bytes: [UInt8]) -> Bool {
        for byte in bytes {
            while matched > 0, byte != pattern[matched] { matched = fallback[matched] }
            if byte == pattern[matched] { matched += 1 }
            if matched == pattern.count {
                matched = fallback[matched]
                return true
            }
        }
        return false
    }
}
