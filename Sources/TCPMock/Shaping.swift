// A slow line: what all sends of an endpoint go through.

/// How a slow line treats what an endpoint sends: when it begins to arrive, and how fast it does.
///
/// ```swift
/// let server = try MockServer(script, options: .init(shaping: Shaping(bytesPerSecond: 9600, delay: .milliseconds(80))))
/// ```
///
/// It holds for each send of the endpoint's scripts (replies included) that says nothing of its own with `slices:` or
/// `delivery:`. What the client sends is not slowed down: for that, stop reading, or give it a small window.
public struct Shaping: Sendable, Hashable {
    /// How many bytes a second may go, in slices of a millisecond's worth; nil: as many as the kernel takes.
    public var bytesPerSecond: Int?
    /// How long each send waits before it begins.
    public var delay: Duration
    /// By how much longer that may be, by chance.
    public var jitter: Duration
    /// Where the chance comes from.
    public var seed: Seed

    /// Makes a slow line; what is not named is as if there were none.
    public init(
        bytesPerSecond: Int? = nil, delay: Duration = .zero, jitter: Duration = .zero, seed: Seed = .ofThisRun
    ) {
        self.bytesPerSecond = bytesPerSecond
        self.delay = delay
        self.jitter = jitter
        self.seed = seed
    }

    /// What can't be meant, or nil.
    var problem: String? {
        if delay < .zero || jitter < .zero { return "shaping can't send before its time: a duration is negative" }
        if let bytesPerSecond, bytesPerSecond < 1 { return "shaping at \(bytesPerSecond) bytes a second never sends" }
        return nil
    }
}
