// The bytes a script names: written as text, as numbers or as hex.

/// A sequence of bytes in a script: a string literal (UTF-8), an array literal, or hex digits.
///
/// ```swift
/// .expect("PING\r\n")
/// .expect([0x00, 0xff])
/// .expect(.hex("00 ff"))
/// .expect(.text(line))
/// .expect(Bytes(payload))      // any sequence of UInt8
/// .send("D\(.hex("0001"))\(payload)\0")
/// ```
///
/// In a string literal, bytes that are interpolated stand for themselves, and all else for its text.
public struct Bytes: Sendable, Hashable {
    /// The bytes themselves.
    public var array: [UInt8]
    /// What is wrong with the text they were written as; told when a script uses them.
    let problem: String?

    /// Takes the bytes of any sequence, such as `[UInt8]` or `Data`.
    public init(_ bytes: some Sequence<UInt8>) {
        array = Array(bytes)
        problem = nil
    }

    init(array: [UInt8], problem: String?) {
        self.array = array
        self.problem = problem
    }

    /// The UTF-8 bytes of a string.
    public static func text(_ string: String) -> Bytes {
        Bytes(string.utf8)
    }

    /// The bytes that hex digits spell, two a byte; white space between bytes is ignored.
    ///
    /// Anything else is told as a ``MockError`` when a script with these bytes is used.
    public static func hex(_ digits: String) -> Bytes {
        let written = digits.filter { !$0.isWhitespace }
        var array: [UInt8] = []
        var rest = Substring(written)
        while !rest.isEmpty {
            let pair = rest.prefix(2)
            guard pair.count == 2, pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
                return Bytes(array: array, problem: "\"\(digits)\" is not pairs of hex digits (at \"\(pair)\")")
            }
            array.append(byte)
            rest = rest.dropFirst(2)
        }
        return Bytes(array: array, problem: nil)
    }
}

extension Bytes: ExpressibleByArrayLiteral {
    /// The bytes listed.
    public init(arrayLiteral elements: UInt8...) {
        self.init(elements)
    }
}

extension Bytes: CustomStringConvertible {
    /// The bytes as escaped text where they are text, else as hex.
    public var description: String {
        ByteText.quoted(array)
    }
}
