// Expected and got, side by side in hex, with the first difference marked.

enum HexDump {
    private static let width = 16

    /// Three lines: expected, got, and a mark under the first byte that differs.
    ///
    /// `offset` is where they part, counted from the start of both.
    static func comparison(expected: [UInt8], got: [UInt8], offset: Int) -> [String] {
        let start = max(0, offset - width / 2) / (width / 2) * (width / 2)
        let lead = "  at \(start)"
        var lines = [
            "  expected  " + row(expected, from: start),
            "  got       " + row(got, from: start),
            "            " + String(repeating: " ", count: (offset - start) * 3) + "^^",
        ]
        if start > 0 {
            lines.insert("\(lead): the \(start) bytes before are equal", at: 0)
        }
        return lines
    }

    /// The bytes alone, at most `rows` rows of sixteen.
    static func lines(_ bytes: [UInt8], rows: Int) -> [String] {
        let starts = stride(from: 0, to: bytes.count, by: width).prefix(rows)
        var lines = starts.map { "            " + row(bytes, from: $0) }
        let shown = min(bytes.count, rows * width)
        if shown < bytes.count {
            lines.append("            … \(bytes.count - shown) bytes more")
        }
        return lines
    }

    private static func row(_ bytes: [UInt8], from start: Int) -> String {
        guard start < bytes.count else { return "(nothing)" }
        let part = bytes[start..<min(bytes.count, start + width)]
        let hex = ByteText.hex(part)
        let padding = String(repeating: " ", count: width * 3 - 1 - hex.count)
        let text = part.map { ByteText.isPrintable($0) ? String(UnicodeScalar($0)) : "." }.joined()
        return hex + padding + "   " + text
    }
}
