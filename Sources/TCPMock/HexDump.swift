// Expected and got, side by side in hex, with the first difference marked.

enum HexDump {
    private static let width = 16

    /// Three lines: expected, got, and a mark under the first byte that differs.
    ///
    /// `offset` is where they part, counted from the start of both.
    static func comparison(expected: [UInt8], got: [UInt8], offset: Int) -> [String] {
        let start = max(0, offset - width / 2) / (width / 2) * (width / 2)
        let rows = [window(expected, start), window(got, start)]
        let columns = rows.map(\.count).max() ?? 0
        var lines = [
            "  expected  " + row(rows[0], columns: columns),
            "  got       " + row(rows[1], columns: columns),
            "            " + String(repeating: " ", count: (offset - start) * 3) + "^^",
        ]
        if start > 0 {
            lines.insert("  from byte \(start) on; the \(counted(start, "byte")) before it are equal", at: 0)
        }
        return lines
    }

    /// The bytes alone, at most `rows` rows of sixteen, of `total` that there were.
    static func lines(_ bytes: [UInt8], rows: Int, of total: Int) -> [String] {
        let starts = stride(from: 0, to: bytes.count, by: width).prefix(rows)
        let columns = min(bytes.count, width)
        var lines = starts.map { row(window(bytes, $0), columns: columns) }
        let shown = min(bytes.count, rows * width)
        if shown < total {
            lines.append("… \(counted(total - shown, "more byte"))")
        }
        return lines
    }

    /// All that was kept of a message, each row behind its place in the stream, with the cut named.
    static func numbered(_ message: Conversation.Message) -> [String] {
        let cut = message.missing > 0 ? ["… \(counted(message.missing, "byte")) not kept"] : []
        let unshown = message.count - max(message.gone, message.head.count)
        let unsent = unshown > 0 ? ["… \(counted(unshown, "byte")) not sent"] : []
        let behind = message.position + message.tailOffset
        return numbered(message.head, from: message.position) + cut + numbered(message.tail, from: behind) + unsent
    }

    private static func numbered(_ bytes: [UInt8], from position: Int) -> [String] {
        stride(from: 0, to: bytes.count, by: width).map { start in
            let digits = String(position + start, radix: 16)
            let place = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
            return place + "  " + row(window(bytes, start), columns: width)
        }
    }

    private static func window(_ bytes: [UInt8], _ start: Int) -> ArraySlice<UInt8> {
        bytes.dropFirst(start).prefix(width)
    }

    /// Whether a line of a failure's text is one of these rows, or the mark below one.
    static func isRow(_ line: Substring) -> Bool {
        var rest = line.dropFirst(12).utf8  // behind the topic
        if rest.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "^") }) { return true }
        var pairs = 0
        while let end = rest.index(rest.startIndex, offsetBy: 3, limitedBy: rest.endIndex),
            rest.prefix(2).allSatisfy(isDigit), rest.dropFirst(2).first == UInt8(ascii: " ")
        {
            pairs += 1
            rest = rest[end...]
        }
        let text = rest.drop { $0 == UInt8(ascii: " ") }
        return pairs > 0 && rest.count >= text.count + 2 && text.count <= width
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func row(_ part: ArraySlice<UInt8>, columns: Int) -> String {
        guard !part.isEmpty else { return "(nothing)" }
        let text = part.map { ByteText.isPrintable($0) ? String(UnicodeScalar($0)) : "." }.joined()
        return ByteText.hex(part).padded(to: columns * 3 - 1) + "   " + text
    }
}
