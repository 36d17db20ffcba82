// Hostile frames of framings with a length: prefixes, varints, netstrings.

extension HostileFrames {
    mutating func addLengths() {
        guard case .length(let field) = framing.kind, let right else { return }
        addWrongLengths()
        addSaying(Int128(1) << (field.width * 8) - 1, .minusOne, "length -1 (all ones)")
        addSaying(Int128(1) << (field.width * 8 - 1), .topBit, "length with only its top bit")
        addSaying(right + wrap32, .wrapsAround, "length + 2^32")
        addHeaders(of: framing.offset + field.width)
    }

    mutating func addVarints() {
        guard let right, let header = framing.header(declaring: right) else { return }
        addWrongLengths()
        addSaying(wrap64 - 1, .minusOne, "length -1 (64 bits of ones)")
        addSaying(wrap32 - 1, .minusOne, "length -1 (32 bits of ones)")
        addSaying(wrap64 / 2, .topBit, "length with only its 64th bit")
        addSaying(wrap32 / 2, .topBit, "length with only its 32nd bit")
        addSaying(right + wrap32, .wrapsAround, "length + 2^32")
        add(.wrapsAround, "length + 2^64", [frame(with: padded(header, to: 9, continued: true) + [2])], .refuse)
        for count in [header.count + 1, Framing.mostVarintBytes] where count > header.count {
            let name = "length in \(count) bytes instead of \(header.count)"
            // Protobuf's decoders take it, and MQTT's must not.
            add(.overlongLength, name, [frame(with: padded(header, to: count))], .either, [payload])
        }
        add(.endlessLength, "length that does not end", [lead + padded(header, to: 32, continued: true)], .refuse)
        addHeaders(of: framing.offset + header.count)
        // A length of one byte is cut by saying that it goes on.
        if header.count == 1 {
            let cut = lead + padded(header, to: 1, continued: true)
            add(.cutHeader, "end inside the length", [cut], .refuse)
        }
    }

    mutating func addNetstrings() {
        guard let right else { return }
        addWrongLengths()
        addSaying(-1, .minusOne, "length -1")
        addSaying(wrap64 - 1, .minusOne, "length -1 (64 bits of ones)")
        addSaying(wrap32 / 2, .topBit, "length with only its 32nd bit")
        addSaying(right + wrap32, .wrapsAround, "length + 2^32")
        addSaying(right + wrap64, .wrapsAround, "length + 2^64")
        let digits = "\(right)"
        let odd = [
            ("with a plus", "+\(digits):"), ("with a minus", "-\(digits):"), ("with a leading zero", "0\(digits):"),
            ("with a leading space", " \(digits):"), ("with a space behind", "\(digits) :"),
            ("with a letter behind", "\(digits)a:"), ("in hexadecimal", "0x\(String(right, radix: 16)):"),
            ("without digits", ":"), ("without a colon", digits + ";"),
        ]
        for (what, header) in odd {
            add(.oddDigits, "length \(what)", [frame(with: Array(header.utf8))], .refuse)
        }
        add(.endlessLength, "length that does not end", [Array(String(repeating: "1", count: 64).utf8)], .refuse)
        addHeaders(of: digits.utf8.count + 1)
        addTerminators([UInt8(ascii: ",")])
        add(.wrongTerminator, "semicolon instead of the comma", [frame.dropLast() + [UInt8(ascii: ";")]], .refuse)
    }

    // MARK: What they share

    private var isNetstring: Bool { framing.kind == .netstring }
    private var wrap32: Int128 { 1 << 32 }
    private var wrap64: Int128 { 1 << 64 }

    /// What the header should say.
    private var right: Int128? { framing.declaredLength(ofPayloadOf: payload.count) }

    /// The payload's bytes before its length.
    private var lead: [UInt8] { Array(payload.prefix(framing.offset)) }

    /// The frame with another header.
    private func frame(with header: [UInt8]) -> [UInt8] {
        lead + header + payload.dropFirst(framing.offset) + (isNetstring ? [UInt8(ascii: ",")] : [])
    }

    /// A varint in more bytes than it needs, of which the last may say that more follow.
    private func padded(_ varint: [UInt8], to count: Int, continued: Bool = false) -> [UInt8] {
        var bytes = varint.map { $0 | 0x80 } + [UInt8](repeating: 0x80, count: count - varint.count)
        if !continued { bytes[count - 1] &= 0x7f }
        return bytes
    }

    private mutating func addWrongLengths() {
        guard let right else { return }
        addSaying(0, .zeroLength, "length 0")
        addSaying(right + 1, .oneMore, "length one more than follows")
        addSaying(right - 1, .oneLess, "length one less than follows")
        // Where the header can't say the framing's longest, -1 is the most it can.
        guard let longest = framing.declaredLength(ofPayloadOf: framing.maxFrameBytes) else { return }
        addSaying(longest, .maxLength, "length of the longest payload")
        addSaying(longest + 1, .beyondMax, "length beyond the longest payload")
    }

    /// The payload behind a header that says something else; nothing where it can't, or is right.
    private mutating func addSaying(_ number: Int128, _ category: HostileFrame.Category, _ name: String) {
        guard let right, number != right, number >= 0 || isNetstring,
            let bytes = framing.frame(of: payload, declaring: number)
        else { return }
        let count = Int128(payload.count) + number - right
        guard count >= framing.offset, count < payload.count, endsWell(after: Int(count)) else {
            // Less than it must count, longer than what follows, or without its end.
            add(category, name, [bytes], .refuse)
            return
        }
        add(category, name, [bytes], .either, [Array(payload.prefix(Int(count)))])
    }

    /// Whether a payload that ends early has what must stand behind it.
    private func endsWell(after count: Int) -> Bool {
        !isNetstring || payload[count] == UInt8(ascii: ",")
    }

    private mutating func addHeaders(of count: Int) {
        guard count > 1 else { return }
        add(.cutHeader, "end inside the header", [Array(frame.prefix(count - 1))], .refuse)
        addSplit(.splitHeader, "header in two segments", frame, after: count - 1)
    }
}

extension Framing {
    /// A varint has at most so many bytes.
    fileprivate static let mostVarintBytes = 10
}
