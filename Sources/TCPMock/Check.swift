// What a piece of the stream must look like. How it is judged is in Check+Judging.swift.

/// What a delimited piece of the stream, a frame or a line, must look like.
///
/// A literal is equality. Checks nest:
///
/// ```swift
/// .expectLine("QUIT")
/// .expectLine(.prefix("EHLO "))
/// .expectFrame(.all([.prefix("GET "), .not(.contains("\0"))]))
/// .expectLine(.matches(/MAIL FROM:<.+>/))
/// .expectFrame(.where("even length") { $0.count.isMultiple(of: 2) })
/// ```
///
/// A check of bytes alone is judged on the loop thread, and fails at the first byte with which the piece can't pass any
/// more. One with a regular expression or a closure is judged when the piece is whole.
public struct Check: Sendable {
    enum Kind: Sendable {
        case any
        case equals(Bytes)
        case prefix(Bytes)
        case suffix(Bytes)
        case contains(Bytes)
        case matches(Pattern)
        case predicate(String?, @Sendable ([UInt8]) async throws -> Bool)
        // Arrays, also of one: an enum's indirect payload hides from the leak sanitizer.
        case not([Check])
        case all([Check])
        case anyOf([Check])
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// Passes pieces that equal the bytes of a sequence, such as `[UInt8]` or `Data`.
    public init(_ bytes: some Sequence<UInt8>) {
        kind = .equals(Bytes(bytes))
    }

    /// Passes every piece.
    public static var any: Check { Check(.any) }

    /// Passes pieces that equal `bytes`, as a literal does.
    public static func equals(_ bytes: Bytes) -> Check { Check(.equals(bytes)) }

    /// Passes pieces that equal the UTF-8 bytes of a string.
    public static func text(_ string: String) -> Check { Check(.equals(.text(string))) }

    /// Passes pieces that equal the bytes that hex digits spell; see ``Bytes/hex(_:)``.
    public static func hex(_ digits: String) -> Check { Check(.equals(.hex(digits))) }

    /// Passes pieces that begin with `bytes`, of which there is at least one.
    public static func prefix(_ bytes: Bytes) -> Check { Check(.prefix(bytes)) }

    /// Passes pieces that end with `bytes`, of which there is at least one.
    public static func suffix(_ bytes: Bytes) -> Check { Check(.suffix(bytes)) }

    /// Passes pieces that have `bytes`, of which there is at least one, in them.
    public static func contains(_ bytes: Bytes) -> Check { Check(.contains(bytes)) }

    /// Passes pieces that are UTF-8 text which the regular expression matches as a whole.
    ///
    /// For a match anywhere write `.*` on both sides.
    ///
    /// - `name`: what it matches, for messages: a regular expression does not tell how it was written.
    public static func matches(_ regex: sending some RegexComponent, named name: String? = nil) -> Check {
        Check(.matches(Pattern(regex, named: name)))
    }

    /// Passes pieces for which the closure answers true.
    ///
    /// It runs on a thread of TCPMock's own, in a task of the test's, so that `#expect` inside it counts for the test. One that
    /// throws fails the step with the error's text.
    ///
    /// - `name`: what it checks, for messages.
    public static func `where`(
        _ name: String? = nil, _ isSatisfied: @escaping @Sendable (_ piece: [UInt8]) async throws -> Bool
    ) -> Check {
        Check(.predicate(name, isSatisfied))
    }

    /// Passes pieces that `check` fails.
    public static func not(_ check: Check) -> Check { Check(.not([check])) }

    /// Passes pieces that pass all of the checks, of which there is at least one.
    public static func all(_ checks: [Check]) -> Check { Check(.all(checks)) }

    /// Passes pieces that pass at least one of the checks.
    public static func anyOf(_ checks: [Check]) -> Check { Check(.anyOf(checks)) }
}

extension Check: ExpressibleByStringInterpolation {
    /// Passes pieces that equal the UTF-8 bytes of the literal.
    public init(stringLiteral value: String) {
        kind = .equals(.text(value))
    }

    /// Passes pieces that equal the literal with what is interpolated; bytes in it stand for themselves.
    public init(stringInterpolation: Bytes.StringInterpolation) {
        kind = .equals(stringInterpolation.bytes)
    }
}

extension Check: ExpressibleByArrayLiteral {
    /// Passes pieces that equal the bytes listed.
    public init(arrayLiteral elements: UInt8...) {
        kind = .equals(Bytes(elements))
    }
}

extension Check: CustomStringConvertible {
    /// The check as written: `prefix "EHLO "`.
    public var description: String {
        switch kind {
        case .any: "anything"
        case .equals(let bytes): bytes.array.isEmpty ? "\"\"" : "\(bytes)"
        case .prefix(let bytes): "prefix \(bytes)"
        case .suffix(let bytes): "suffix \(bytes)"
        case .contains(let bytes): "contains \(bytes)"
        case .matches(let pattern): "matches \(pattern)"
        case .predicate(let name, _): name.map { "where \($0)" } ?? "where { … }"
        case .not(let checks): "not(\(list(checks)))"
        case .all(let checks): "all(\(list(checks)))"
        case .anyOf(let checks): "anyOf(\(list(checks)))"
        }
    }

    private func list(_ checks: [Check]) -> String {
        checks.map { "\($0)" }.joined(separator: ", ")
    }
}

extension Check {
    /// The bytes that alone pass it, when it is equality.
    var literal: [UInt8]? {
        if case .equals(let bytes) = kind { bytes.array } else { nil }
    }

    var parts: [Check] {
        switch kind {
        case .not(let checks), .all(let checks), .anyOf(let checks): checks
        default: []
        }
    }

    /// Whether bytes alone decide it, so that it can be judged on the loop thread.
    var isData: Bool {
        switch kind {
        case .matches, .predicate: false
        default: parts.allSatisfy(\.isData)
        }
    }

    /// A check of bytes alone that passes all that this one passes: what it fails need not be asked about.
    var necessary: Check {
        switch kind {
        case .matches, .predicate: .any
        case .not where !isData: .any
        case .all(let checks): .all(checks.map(\.necessary))
        case .anyOf(let checks): .anyOf(checks.map(\.necessary))
        default: self
        }
    }

    static let deepest = 16

    /// What can't be meant, or nil.
    var problem: String? { problem(depth: 1) }

    private func problem(depth: Int) -> String? {
        if depth > Check.deepest { return "checks stand more than \(Check.deepest) deep inside each other" }
        switch kind {
        case .equals(let bytes): return bytes.problem
        case .prefix(let bytes), .suffix(let bytes), .contains(let bytes):
            return bytes.problem
                ?? (bytes.array.isEmpty ? "\(self) passes everything: it needs at least one byte" : nil)
        case .all(let checks) where checks.isEmpty, .anyOf(let checks) where checks.isEmpty:
            return "\(self) needs at least one check"
        default: return parts.lazy.compactMap { $0.problem(depth: depth + 1) }.first
        }
    }
}
