// A message's bytes as rows of offset, hex and text, with what is not there named.

/// How many bytes a page shows in hex: a page of very many messages must still open.
struct HexBudget: Sendable {
    /// In all messages together.
    private(set) var left = 256 << 10
    /// Of one message at each end, and when little is left.
    static let most = 4 << 10
    static let least = 64

    /// How many bytes to show at each end of a message of `count` bytes.
    mutating func take(_ count: Int) -> Int {
        let each = left > 0 ? HexBudget.most : HexBudget.least
        left -= min(count, each * 2)
        return each
    }
}

/// Which bytes of a message are shown, and what is said of the others: pure.
struct HexExtent: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        /// Bytes, the first of which stands at `offset` of the message.
        case bytes([UInt8], offset: Int)
        case hole(String)
    }

    private(set) var parts: [Part] = []

    /// - `each`: how many bytes at most at each end.
    init(_ message: Conversation.Message, each: Int) {
        let (head, tail) = (message.head, message.tail)
        if head.count > each * 2 || (head.count > each && !tail.isEmpty) {
            add(head.prefix(each), at: 0)
            let shownBehind = tail.isEmpty ? each : 0
            addHole(head.count - each - shownBehind, "not shown here")
            add(head.suffix(shownBehind), at: head.count - shownBehind)
        } else {
            add(head[...], at: 0)
        }
        addHole(message.missing, "not kept")
        let shown = tail.suffix(each)
        addHole(tail.count - shown.count, "not shown here")
        add(shown, at: message.gone - shown.count)
        addHole(message.count - max(message.gone, head.count), "not sent")
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        if !bytes.isEmpty { parts.append(.bytes(Array(bytes), offset: offset)) }
    }

    private mutating func addHole(_ count: Int, _ why: String) {
        if count > 0 { parts.append(.hole("… \(counted(count, "byte")) \(why) …")) }
    }
}

extension Markup {
    static let bytesInRow = 16

    /// The whole dump of a message.
    mutating func dump(_ message: Conversation.Message, _ budget: inout HexBudget) {
        let extent = HexExtent(message, each: budget.take(message.head.count + message.tail.count))
        element("div", ["class": "hex", "tabindex": "0", "role": "group", "aria-label": "bytes in hex"]) { markup in
            for part in extent.parts {
                switch part {
                case .bytes(let bytes, let offset): markup.rows(bytes, from: offset)
                case .hole(let text): markup.element("p", ["class": "hole"], text: text)
                }
            }
        }
    }

    /// Each row in two halves, which narrow pages set below each other.
    private mutating func rows(_ bytes: [UInt8], from offset: Int) {
        for start in stride(from: 0, to: bytes.count, by: Markup.bytesInRow) {
            let row = bytes[start..<min(start + Markup.bytesInRow, bytes.count)]
            let halves = [row.prefix(8), row.dropFirst(8)]
            element("p") { markup in
                markup.element("i", text: Markup.offset(offset + start))
                for half in halves { markup.element("b", text: ByteText.hex(half)) }
                for half in halves { markup.element("u", text: ByteText.dotted(half)) }
            }
            newline()
        }
    }

    /// At least four hex digits.
    static func offset(_ offset: Int) -> String {
        let digits = String(offset, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension ByteText {
    /// Printable bytes as they are, the others as dots.
    static func dotted(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { isPrintable($0) ? String(UnicodeScalar($0)) : "." }.joined()
    }
}
