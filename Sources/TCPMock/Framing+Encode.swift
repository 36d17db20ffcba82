// Payloads to frames.

extension Framing {
    /// The frame that carries `payload`, as it goes over the wire.
    ///
    /// - Throws: ``MockError`` when the payload can't be said: it is too long or of the wrong size, its length does not
    ///   fit the prefix, or it holds the delimiter or the line's ending.
    public func encode(_ payload: some Sequence<UInt8>) throws -> [UInt8] {
        let payload = Array(payload)
        if let problem = problem(with: payload) {
            throw MockError(kind: .frame, problem)
        }
        return unchecked(payload)
    }

    /// The frame that carries `payload`; nil if there is a ``problem(with:)``.
    func literal(for payload: [UInt8]) -> [UInt8]? {
        problem(with: payload) == nil ? unchecked(payload) : nil
    }

    /// The frame of a payload that the framing can say.
    func unchecked(_ payload: [UInt8]) -> [UInt8] {
        switch kind {
        case .length(let field):
            let length = field.bytes(of: UInt64(truncatingIfNeeded: field.value(forPayloadOf: payload.count)))
            return payload.prefix(offset) + length + payload.dropFirst(offset)
        case .varint:
            let length = Self.varintBytes(of: UInt64(truncatingIfNeeded: payload.count - offset))
            return payload.prefix(offset) + length + payload.dropFirst(offset)
        case .line: return payload + [UInt8(ascii: "\n")]
        case .delimiter(let bytes): return payload + bytes.array
        case .fixed, .chunks: return payload
        case .netstring: return Array("\(payload.count):".utf8) + payload + [UInt8(ascii: ",")]
        }
    }

    static func varintBytes(of value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

extension Framing.LengthField {
    func bytes(of value: UInt64) -> [UInt8] {
        let big = (0..<width).map { UInt8(truncatingIfNeeded: value >> ((width - 1 - $0) * 8)) }
        return byteOrder == .bigEndian ? big : big.reversed()
    }
}
