// A pattern on the stream: bytes, wildcards and named captures, one behind the other.

/// Bytes with wildcards and named captures, matched on the stream where no frame delimits them.
///
/// ```swift
/// .expectTemplate("USER \(capture: "user")\r\n")
/// .expectTemplate(["\0\0", .capture("id", count: 4), .any(2), "\n"])
/// .expectTemplate(.hex("50 ?? 00"))
/// ```
///
/// A template that can no longer match fails at that byte.
public struct Template: Sendable, Hashable {
    /// One part of a template: a literal's bytes, a wildcard or a capture.
    public struct Part: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
        enum Kind: Sendable, Hashable {
            case bytes(Bytes)
            case any(Int)
            case capture(String, count: Int)
            /// Up to the literal that follows.
            case captureUntilNext(String, max: Int)
        }

        let kind: Kind

        /// The UTF-8 bytes of the literal.
        public init(stringLiteral value: String) {
            kind = .bytes(.text(value))
        }

        /// The bytes listed.
        public init(arrayLiteral elements: UInt8...) {
            kind = .bytes(Bytes(elements))
        }

        init(kind: Kind) {
            self.kind = kind
        }

        /// These bytes.
        public static func bytes(_ bytes: Bytes) -> Part { Part(kind: .bytes(bytes)) }

        /// Any `count` bytes, at least 1.
        public static func any(_ count: Int) -> Part { Part(kind: .any(count)) }

        /// Any `count` bytes, at least 1, kept under a name.
        public static func capture(_ name: String, count: Int) -> Part { Part(kind: .capture(name, count: count)) }

        /// Bytes up to the literal that must follow, kept under a name.
        ///
        /// - `max`: the most bytes that may come before that literal, which has 1 to 255; more are a failure at once.
        public static func capture(_ name: String, max: Int = 64 * 1024) -> Part {
            Part(kind: .captureUntilNext(name, max: max))
        }
    }

    let parts: [Part]
    /// What is wrong with the text it was written as.
    let writtenProblem: String?

    /// Makes a template of parts that were gathered elsewhere.
    public init(_ parts: [Part]) {
        self.init(parts, problem: nil)
    }

    private init(_ parts: [Part], problem: String?) {
        self.parts = parts
        writtenProblem = problem
    }

    /// The bytes that hex digits spell, two a byte, with `??` for any byte.
    ///
    /// Anything else is told as a ``MockError`` when a script with this template is used.
    public static func hex(_ digits: String) -> Template {
        var parts: [Part] = []
        var rest = Substring(digits.filter { !$0.isWhitespace })
        while !rest.isEmpty {
            let pair = String(rest.prefix(2))
            let byte = Bytes.hex(pair)
            guard pair == "??" || byte.problem == nil else {
                return Template(parts, problem: "\"\(digits)\" is not pairs of hex digits or ?? (at \"\(pair)\")")
            }
            parts.append(pair == "??" ? .any(1) : .bytes(byte))
            rest = rest.dropFirst(2)
        }
        return Template(parts)
    }
}

extension Template: ExpressibleByArrayLiteral {
    /// Makes a template of the parts listed.
    public init(arrayLiteral elements: Part...) {
        self.init(elements)
    }
}

extension Template: ExpressibleByStringInterpolation {
    /// The UTF-8 bytes of the literal.
    public init(stringLiteral value: String) {
        self.init([.bytes(.text(value))])
    }

    /// Text with `\(capture: "name")`, `\(any: 4)` and values in between.
    public init(stringInterpolation: StringInterpolation) {
        self.init(stringInterpolation.parts)
    }

    /// What a literal's text and interpolations become.
    public struct StringInterpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        /// Begins with nothing.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds text as bytes.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.bytes(.text(literal))) }
        }

        /// Adds a value's text as bytes.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            appendLiteral(value.description)
        }

        /// Adds bytes, such as `\(.hex("00 ff"))`.
        public mutating func appendInterpolation(_ bytes: Bytes) {
            if !bytes.array.isEmpty || bytes.problem != nil { parts.append(.bytes(bytes)) }
        }

        /// Adds the bytes of a sequence.
        public mutating func appendInterpolation(_ bytes: some Sequence<UInt8>) {
            appendInterpolation(Bytes(bytes))
        }

        /// Adds the bytes of a sequence that has a text as well, such as `[UInt8]` or `Data`.
        public mutating func appendInterpolation(_ bytes: some Sequence<UInt8> & CustomStringConvertible) {
            appendInterpolation(Bytes(bytes))
        }

        /// Adds a capture that goes up to the next literal.
        public mutating func appendInterpolation(capture name: String, max: Int = 64 * 1024) {
            parts.append(.capture(name, max: max))
        }

        /// Adds a capture of so many bytes.
        public mutating func appendInterpolation(capture name: String, count: Int) {
            parts.append(.capture(name, count: count))
        }

        /// Adds a wildcard of so many bytes.
        public mutating func appendInterpolation(any count: Int) {
            parts.append(.any(count))
        }
    }
}

extension Template: CustomStringConvertible {
    /// The parts as written: `"USER " <user> "\r\n"`, with `?` for each wild byte.
    public var description: String {
        moves.map(\.description).joined(separator: " ")
    }
}

extension Template {
    /// What is matched one after the other: neighbouring literals are one, wildcards too, and a capture up to a literal
    /// takes that literal with it.
    enum Move: Sendable, Hashable, CustomStringConvertible {
        case bytes([UInt8])
        case any(Int)
        case capture(String, count: Int)
        case captureUntil(String, [UInt8], max: Int)

        var description: String {
            switch self {
            case .bytes(let bytes): ByteText.quoted(bytes)
            case .any(let count): count <= 8 ? String(repeating: "?", count: count) : "<\(count) bytes>"
            case .capture(let name, let count): "<\(name): \(counted(count, "byte"))>"
            case .captureUntil(let name, let end, _): "<\(name)> \(ByteText.quoted(end))"
            }
        }
    }

    var moves: [Move] {
        var moves: [Move] = []
        for part in parts {
            switch (part.kind, moves.last) {
            case (.bytes(let bytes), .bytes(let before)?):
                moves[moves.count - 1] = .bytes(before + bytes.array)
            case (.bytes(let bytes), .captureUntil(let name, let end, let max)?) where end.isEmpty:
                moves[moves.count - 1] = .captureUntil(name, bytes.array, max: max)
            case (.bytes(let bytes), _): moves.append(.bytes(bytes.array))
            case (.any(let count), .any(let before)?): moves[moves.count - 1] = .any(before + count)
            case (.any(let count), _): moves.append(.any(count))
            case (.capture(let name, let count), _): moves.append(.capture(name, count: count))
            case (.captureUntilNext(let name, let max), _): moves.append(.captureUntil(name, [], max: max))
            }
        }
        return moves
    }

    /// What can't be meant, or nil.
    var problem: String? {
        if let writtenProblem { return writtenProblem }
        if parts.isEmpty { return "a template needs at least one part" }
        for part in parts {
            switch part.kind {
            case .bytes(let bytes):
                if let problem = bytes.problem { return problem }
                if bytes.array.isEmpty { return "a template's literal needs at least one byte" }
            case .any(let count) where count < 1, .capture(_, let count) where count < 1:
                return "a template's wildcard or capture takes at least one byte, not \(count)"
            case .captureUntilNext(let name, let max) where max < 1:
                return "the capture <\(name)> can't have a maximum of \(max) bytes"
            default: break
            }
        }
        for case .captureUntil(let name, let end, _) in moves where end.isEmpty || end.count > 255 {
            return "the capture <\(name)> needs a count, or a literal of 1 to 255 bytes right behind it to end at"
        }
        return nil
    }
}
