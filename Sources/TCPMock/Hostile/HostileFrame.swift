// A frame that a careless reader gets wrong. Framing+HostileFrames.swift makes them.

/// Bytes that are odd, or wrong, as frames of some ``Framing``, and what a correct reader makes of them.
///
/// ```swift
/// for frame in try Framing.netstring.hostileFrames(around: "hello".utf8) {
///     print(frame)  // refuse "length with a leading zero": 05:hello, …
/// }
/// ```
///
/// The stream ends behind the segments: a reader that waits for more meets its end.
public struct HostileFrame: Sendable, Hashable, CustomStringConvertible {
    /// What a correct reader of the framing does with the bytes.
    public enum Answer: Sendable, Hashable {
        /// It must take ``HostileFrame/payloads``.
        case accept
        /// It must say that this is no frame, at once or when the stream ends. ``HostileFrame/payloads`` is empty.
        case refuse
        /// It may do either: refuse, or take ``HostileFrame/payloads``; what follows those it can't take.
        case either
    }

    /// What is odd, or wrong.
    public let category: Category
    /// What it is, in a few words; no other frame of the same framing and payload has the same.
    public let name: String
    /// What the reader is sent, each part in a segment of its own.
    public let segments: [[UInt8]]
    /// What a correct reader does with it.
    public let answer: Answer
    /// The payloads a reader gets that takes it.
    public let payloads: [[UInt8]]

    /// All segments' bytes.
    public var bytes: [UInt8] { segments.flatMap(\.self) }

    /// What a reader must do, the name, and the bytes.
    public var description: String {
        let shown = segments.map { ByteText.quoted($0, limit: 24) }.joined(separator: " | ")
        return "\(answer) \"\(name)\": \(shown)"
    }
}

extension HostileFrame {
    /// The ways in which frames are hostile.
    ///
    /// Not every framing has all of them: a line has no length, and a fixed size no ending.
    public struct Category: Sendable, Hashable, CustomStringConvertible {
        /// The category's name, as it is written here.
        public let description: String

        private init(_ name: String) {
            description = name
        }

        // MARK: Lengths

        /// The length says 0, and a payload follows.
        public static let zeroLength = Category("zeroLength")
        /// The length says -1: all ones, or with its sign in digits.
        public static let minusOne = Category("minusOne")
        /// The length has nothing but its top bit: what is negative to who reads it as a signed number.
        public static let topBit = Category("topBit")
        /// The payload is as long as the framing allows, or is said to be.
        public static let maxLength = Category("maxLength")
        /// The payload is longer by one byte than the framing allows, or is said to be.
        public static let beyondMax = Category("beyondMax")
        /// The length says one more than follows.
        public static let oneMore = Category("oneMore")
        /// The length says one less than follows, or a frame of fixed size has one byte less.
        public static let oneLess = Category("oneLess")
        /// The length is right in its lower 32 or 64 bits, and has more.
        public static let wrapsAround = Category("wrapsAround")
        /// The length is right, and has more bytes than it needs.
        public static let overlongLength = Category("overlongLength")
        /// The length does not end.
        public static let endlessLength = Category("endlessLength")
        /// The length's digits have a sign, a leading zero, a space, or what is no digit; or there are none.
        public static let oddDigits = Category("oddDigits")
        /// The stream ends inside the header.
        public static let cutHeader = Category("cutHeader")
        /// The header comes in two segments.
        public static let splitHeader = Category("splitHeader")

        // MARK: Endings

        /// There is no terminator.
        public static let missingTerminator = Category("missingTerminator")
        /// The stream ends inside the terminator.
        public static let cutTerminator = Category("cutTerminator")
        /// The terminator comes in two segments, or in one of its own.
        public static let splitTerminator = Category("splitTerminator")
        /// Something else stands where the terminator must be.
        public static let wrongTerminator = Category("wrongTerminator")
        /// The framing's other terminator: a line that ends with CRLF.
        public static let otherTerminator = Category("otherTerminator")
        /// The terminator's beginning stands before it, as part of the payload.
        public static let falseTerminator = Category("falseTerminator")

        // MARK: Frames

        /// The payload is as short as can be, most often empty.
        public static let emptyPayload = Category("emptyPayload")
        /// The payload comes in two segments.
        public static let splitPayload = Category("splitPayload")
        /// Two frames come in one segment.
        public static let twoFrames = Category("twoFrames")
        /// One more byte follows the frame, in the same segment, and then nothing.
        public static let trailingByte = Category("trailingByte")
    }
}
