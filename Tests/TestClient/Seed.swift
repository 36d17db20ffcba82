// Chance that can be had again.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a property test's chance begins: another place in each run, unless `TCPMOCK_SEED` is set.
///
/// Put it into the message of each expectation; it reads as the setting that has the same again.
public struct Seed: Sendable, CustomStringConvertible {
    /// The number that `TCPMOCK_SEED` sets.
    public let value: UInt64

    /// The seed with this number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The seed of this run.
    public static let ofThisRun = Seed(
        getenv("TCPMOCK_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...0xffff_ffff))

    /// The setting that has this seed again.
    public var description: String { "TCPMOCK_SEED=\(value)" }

    /// The chance of round `number`, the same whatever the rounds before it have used.
    public func round(_ number: Int) -> SplitMix64 {
        var mixed = SplitMix64(state: value)
        return SplitMix64(state: mixed.next() ^ UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9_7f4a_7c15)
    }
}

/// Vigna's SplitMix64: small, and the same everywhere. See https://prng.di.unimi.it/splitmix64.c
public struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    /// Begins with any state; equal ones give equal numbers.
    public init(state: UInt64) {
        self.state = state
    }

    /// 64 bits of chance.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

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
