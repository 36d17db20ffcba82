// What may be done to the bytes of a send. How it is done is in Damage+Doing.swift.

/// What is done to the bytes of a send before they go: to see what a client makes of them.
///
/// ```swift
/// .send("+PONG\r\n", damage: .corrupted(byteAt: 1))
/// .sendFrame("hello", damage: .truncated(to: 6))          // its header still says 5 bytes of payload
/// .sendFrame("hello", damage: .wrongLength(by: 1))
/// .send("HTTP/1.1 200 OK\r\n\r\n", damage: .garbageBefore(4, seed: 7))
/// ```
///
/// What was done, which byte from what to what, is in the step's description, in the transcript, and in
/// ``ConnectionRecord/damagedSends``. What is left to chance comes from a ``Seed``, which is named there too: the same
/// seed does the same to the same bytes. Damage that can't be done, such as to a byte beyond the end, is a ``MockError`` at
/// the step's line.
///
/// The offsets of a frame's bytes count from its beginning on the wire, so that its header comes first.
public struct Damage: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case corrupted(byteAt: Int?)
        case truncated(to: Int)
        case duplicated
        case garbageBefore(Int)
        case garbageInstead(Int?)
        case wrongLength(by: Int)
        case length(Int)
    }

    let kind: Kind
    let seed: Seed

    private init(_ kind: Kind, _ seed: Seed = .ofThisRun) {
        self.kind = kind
        self.seed = seed
    }

    /// One byte is changed to another.
    ///
    /// - `offset`: which one; the first is 0. Without it the seed chooses.
    /// - `seed`: what chooses the other byte.
    public static func corrupted(byteAt offset: Int? = nil, seed: Seed = .ofThisRun) -> Damage {
        Damage(.corrupted(byteAt: offset), seed)
    }

    /// Only the first bytes are sent; a frame's header still says the whole.
    ///
    /// - `count`: how many: one at least, and fewer than there are.
    public static func truncated(to count: Int) -> Damage { Damage(.truncated(to: count)) }

    /// The bytes are sent twice, in one write.
    public static let duplicated = Damage(.duplicated)

    /// Random bytes are sent before them, in the same write.
    ///
    /// - `count`: how many.
    public static func garbageBefore(_ count: Int, seed: Seed = .ofThisRun) -> Damage {
        Damage(.garbageBefore(count), seed)
    }

    /// Random bytes are sent in their place.
    ///
    /// - `count`: how many. Default: as many as there are.
    public static func garbageInstead(_ count: Int? = nil, seed: Seed = .ofThisRun) -> Damage {
        Damage(.garbageInstead(count), seed)
    }

    /// The frame's header says so much more than it should, or less if negative; the payload is sent whole.
    ///
    /// For `sendFrame` with a framing that has a length: `.lengthPrefix`, `.varint` and `.netstring`.
    public static func wrongLength(by difference: Int) -> Damage { Damage(.wrongLength(by: difference)) }

    /// The frame's header says this, whatever it should say; the payload is sent whole.
    ///
    /// For `sendFrame` with a framing that has a length. It is the number in the header, with what that counts besides
    /// the payload. A negative one is said in two's complement, so that -1 is all ones; a netstring says its sign.
    public static func length(_ number: Int) -> Damage { Damage(.length(number)) }

    /// The damage as it is written, without its seed: `truncated(to: 6)`.
    public var description: String {
        switch kind {
        case .corrupted(let offset): offset.map { "corrupted(byteAt: \($0))" } ?? "corrupted()"
        case .truncated(let count): "truncated(to: \(count))"
        case .duplicated: "duplicated"
        case .garbageBefore(let count): "garbageBefore(\(count))"
        case .garbageInstead(let count): "garbageInstead(\(count.map { "\($0)" } ?? ""))"
        case .wrongLength(let difference): "wrongLength(by: \(difference))"
        case .length(let number): "length(\(number))"
        }
    }
}

/// A send whose bytes were damaged, as it went over a connection.
public struct DamagedSend: Sendable, Hashable, CustomStringConvertible {
    /// The number of the script's step.
    public let step: Int
    /// What the script asked for.
    public let damage: Damage
    /// What was done in words, such as `byte 1 changed from 'O' 0x4F to 0xB2 (TCPMOCK_SEED=7)`.
    public let what: String

    /// The step and what was done.
    public var description: String { "step \(step): \(what)" }
}
