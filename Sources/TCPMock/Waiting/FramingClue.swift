// What bytes look like that are no whole message: another byte order, text, a line without its end.

/// What the bytes of an unfinished message, or of one that is none, say of themselves.
enum FramingClue: Sendable, Equatable {
    /// Lines end with LF where CRLF is awaited.
    case lineFeedAlone
    /// The ending, in words, has not come.
    case noEnding(String)
    /// In the other byte order the length is just that of what came.
    case otherByteOrder(length: Int)
    /// The length would be right if its own bytes counted.
    case countsHeader(width: Int)
    /// What stands where the length is expected is text, and no length that can be.
    case text(String)
    /// The length says more than has come; its bytes, where they and all behind them might be text as well.
    case promise(length: Int, came: Int, asText: String? = nil)

    /// Whether it tells a mistake by itself; else it may only be late.
    var isPlain: Bool {
        switch self {
        case .lineFeedAlone, .otherByteOrder, .countsHeader, .text: true
        case .noEnding, .promise: false
        }
    }

    /// What `bytes`, with which the message begins, say; `total` is how many came, as they may not all be kept.
    init?(_ bytes: [UInt8], total: Int, in framing: Framing) {
        switch framing.kind {
        case .delimiter(let delimiter):
            guard !bytes.isEmpty else { return nil }
            self = FramingClue(ending: delimiter.array, of: bytes, isWhole: bytes.count == total)
        case .line:
            guard !bytes.isEmpty else { return nil }
            self = .noEnding("line ending")
        case .length(let field):
            guard let clue = FramingClue(bytes, total, field, max: framing.maxFrameBytes) else { return nil }
            self = clue
        case .varint, .fixed, .netstring, .chunks: return nil
        }
    }

    private init(ending: [UInt8], of bytes: [UInt8], isWhole: Bool) {
        let endsLines = ending.starts(with: [0x0d, 0x0a])
        // The last byte kept need not be the last that came.
        let hasOddEnd = isWhole && bytes.last == 0x0a && bytes.dropLast().last != 0x0d
        self = endsLines && hasOddEnd ? .lineFeedAlone : .noEnding(ByteText.quoted(ending))
    }

    private init?(_ bytes: [UInt8], _ total: Int, _ field: Framing.LengthField, max: Int) {
        let end = field.offset + field.width
        guard bytes.count >= end else { return nil }
        let prefix = Array(bytes[field.offset..<end])
        // What is behind the prefix is what its length counts.
        let came = total - end
        let length = field.payload(of: prefix)
        let isText = field.width > 1 && prefix.allSatisfy(ByteText.isPrintable)
        if length == came { return nil }
        if field.width > 1, came > 0, field.payload(of: prefix.reversed()) == came {
            self = .otherByteOrder(length: came)
        } else if !field.includesHeader, came > 0, length == came + field.width {
            self = .countsHeader(width: field.width)
        } else if isText, length ?? Int.max > max {
            self = .text(ByteText.quoted(prefix))
        } else if let length, length > came {
            // A length of two bytes is printable by chance in one case of seven, so this alone says nothing.
            let mayBeText = isText && came > 0 && bytes[end...].allSatisfy(ByteText.isTextual)
            self = .promise(length: length, came: came, asText: mayBeText ? ByteText.quoted(prefix) : nil)
        } else {
            return nil
        }
    }
}

extension Framing.LengthField {
    /// How many bytes follow a prefix; nil: more than there can be, or fewer than none.
    fileprivate func payload(of prefix: [UInt8]) -> Int? {
        let ordered = byteOrder == .bigEndian ? prefix : prefix.reversed()
        let value = ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: value), value < Int.max / 2 else { return nil }
        let rest = value + adjustment - (includesHeader ? width : 0)
        return rest < 0 ? nil : rest
    }
}
