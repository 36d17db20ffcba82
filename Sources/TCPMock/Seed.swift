// Chance that can be had again.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where every random choice comes from: the same seed makes the same choices.
///
/// Whatever TCPMock leaves to chance (where a send is cut, which byte is spoilt, how long a pause is) it takes from a seed
/// that it prints with what failed. Without one of your own it is ``ofThisRun``: another in each process, unless
/// `TCPMOCK_SEED` is set.
public struct Seed: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// The number that `TCPMOCK_SEED` sets.
    public let value: UInt64

    /// The seed with this number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The seed with this number.
    public init(integerLiteral value: UInt64) {
        self.value = value
    }

    /// The seed of this process: what `TCPMOCK_SEED` says, else a random one.
    public static let ofThisRun = Seed(
        getenv("TCPMOCK_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...0xffff_ffff))

    /// The setting that has this seed again: `TCPMOCK_SEED=1234`.
    public var description: String { "TCPMOCK_SEED=\(value)" }

    /// The chance of round `number`, the same whatever the rounds before it have used.
    public func round(_ number: Int) -> SplitMix64 {
        var mixed = SplitMix64(state: value)
        return SplitMix64(state: mixed.next() ^ UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9_7f4a_7c15)
    }
}

/// Vigna's SplitMix64: small, and the same everywhere. See <https://prng.di.unimi.it/splitmix64.c>.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

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
}
