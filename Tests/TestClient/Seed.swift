// What property tests take from chance. They name the seed, which is all of TCPMock that tests of the core need.

@_exported public import TCPMock

extension SplitMix64 {
    /// One of a range's numbers.
    public mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// One of a collection's elements.
    public mutating func pick<C: Collection>(_ choices: C) -> C.Element {
        choices.randomElement(using: &self)!
    }

    /// Bytes out of `alphabet`.
    public mutating func bytes(_ count: Int, of alphabet: [UInt8] = Array(0...255)) -> [UInt8] {
        (0..<count).map { _ in pick(alphabet) }
    }

    /// `bytes` in pieces of chance's making, some of them empty.
    public mutating func pieces(of bytes: [UInt8], upTo longest: Int = 8) -> [[UInt8]] {
        var (pieces, rest) = ([[UInt8]](), bytes[...])
        while !rest.isEmpty {
            let piece = rest.prefix(number(0...longest))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
