// How bytes are shown to people: escaped text when they are text, hex when not, shortened when long.

enum ByteText {
    /// `"PING\r\n"`, or `00 ff 10` for bytes that are mostly not text; shortened after `limit` bytes.
    ///
    /// - `total`: how many there were, if `bytes` are only the first of them.
    static func quoted(_ bytes: [UInt8], limit: Int = 64, of total: Int? = nil) -> String {
        let shown = bytes.prefix(limit)
        let total = total ?? bytes.count
        let body = isText(shown) ? "\"\(escaped(shown))\"" : hex(shown)
        return total > shown.count ? "\(body)… (\(counted(total, "byte")))" : body
    }

    /// Mostly printable, so that a reader is helped more by letters than by numbers.
    static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        let odd = bytes.count { !isTextual($0) }
        return odd == 0 || odd * 4 < bytes.count
    }

    static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map(escape).joined()
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map(hex).joined(separator: " ")
    }

    /// `'I' 0x49`, or `0x00`.
    static func named(_ byte: UInt8) -> String {
        let number = "0x" + hex(byte).uppercased()
        return isPrintable(byte) ? "'\(Character(UnicodeScalar(byte)))' \(number)" : number
    }

    static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    static func isPrintable(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte)
    }

    /// Printable, or what breaks lines and columns.
    static func isTextual(_ byte: UInt8) -> Bool {
        isPrintable(byte) || byte == 0x0d || byte == 0x0a || byte == 0x09
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case 0x0d: "\\r"
        case 0x0a: "\\n"
        case 0x09: "\\t"
        case 0x00: "\\0"
        case UInt8(ascii: "\""): "\\\""
        case UInt8(ascii: "\\"): "\\\\"
        case 0x20...0x7e: String(UnicodeScalar(byte))
        default: "\\x\(hex(byte))"
        }
    }
}
