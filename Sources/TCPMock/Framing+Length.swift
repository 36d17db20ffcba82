// Frames whose length says anything at all.

extension Framing {
    /// What the header of a frame says that carries a payload of `count` bytes; nil for framings without a length.
    func declaredLength(ofPayloadOf count: Int) -> Int128? {
        switch kind {
        case .length(let field):
            Int128(count) - Int128(field.offset) - Int128(field.adjustment)
                + Int128(field.includesHeader ? field.width : 0)
        case .varint(let offset): Int128(count) - Int128(offset)
        case .netstring: Int128(count)
        case .line, .delimiter, .fixed, .chunks: nil
        }
    }

    /// The frame of `payload`, but that its header says `number`; nil where a header can't.
    func frame(of payload: [UInt8], declaring number: Int128) -> [UInt8]? {
        guard let header = header(declaring: number) else { return nil }
        return payload.prefix(offset) + header + payload.dropFirst(offset) + (isNetstring ? [UInt8(ascii: ",")] : [])
    }

    /// The bytes that say a length; negative ones in two's complement, and a netstring's with their sign.
    func header(declaring number: Int128) -> [UInt8]? {
        switch kind {
        case .length(let field):
            let top = Int128(1) << (field.width * 8)
            guard (-top / 2..<top).contains(number) else { return nil }
            return field.bytes(of: UInt64(truncatingIfNeeded: number))
        case .varint:
            guard (Int128(Int64.min)...Int128(UInt64.max)).contains(number) else { return nil }
            return Self.varintBytes(of: UInt64(truncatingIfNeeded: number))
        case .netstring: return Array("\(number):".utf8)
        case .line, .delimiter, .fixed, .chunks: return nil
        }
    }

    private var isNetstring: Bool { kind == .netstring }
}
