// What can't be meant: framings that cut nothing, and payloads that a framing can't say.

extension Framing {
    /// What is wrong with the framing itself, or nil.
    var problem: String? {
        switch kind {
        case .length(let field): field.problem ?? problemOfOffset ?? problemOfMax ?? problemOfLead
        case .delimiter(let bytes): problemOfDelimiter(bytes) ?? problemOfMax
        case .fixed: maxFrameBytes < 1 ? "\(self): a frame of fixed size has at least one byte" : nil
        case .varint: problemOfOffset ?? problemOfMax ?? problemOfLead
        case .line, .netstring: problemOfMax
        case .chunks: nil
        }
    }

    /// Why `payload` can't be sent with this framing, or nil.
    func problem(with payload: [UInt8]) -> String? {
        problem(withPayloadOf: payload.count) ?? problemOfEnding(in: payload)
    }

    /// Why no payload of `count` bytes can be sent with this framing, or nil.
    func problem(withPayloadOf count: Int) -> String? {
        if let problem { return problem }
        if case .fixed = kind {
            return count == maxFrameBytes
                ? nil : "a payload of \(counted(count, "byte")) is no frame of \(counted(maxFrameBytes, "byte"))"
        }
        if count > maxFrameBytes {
            return
                "a payload of \(counted(count, "byte")) is longer than the framing's maximum of \(grouped(maxFrameBytes))"
        }
        if count < offset {
            return "a payload of \(counted(count, "byte")) is shorter than the \(offset) before the length prefix"
        }
        if case .length(let field) = kind { return field.problem(withPayloadOf: count) }
        return nil
    }

    /// Why no payload of `count` bytes or more can be sent with this framing because of what its length may say, or nil.
    ///
    /// The longer the payload, the more the length says. So there is none if the least that may be said is too much, or if
    /// the most is still below nothing.
    func problem(withPayloadOfAtLeast count: Int) -> String? {
        if let problem { return problem }
        guard case .length(let field) = kind else { return nil }
        // No adjustment is longer than 32 bits.
        return field.problemOfTooMuch(withPayloadOf: max(count, offset))
            ?? field.problemOfTooLittle(withPayloadOf: min(maxFrameBytes, 1 << 40))
    }

    private var problemOfMax: String? {
        maxFrameBytes < 1 ? "\(self): the longest payload has at least one byte" : nil
    }

    private var problemOfOffset: String? {
        (0...255).contains(offset) ? nil : "a length prefix stands at an offset of 0 to 255, not \(offset)"
    }

    private var problemOfLead: String? {
        offset > maxFrameBytes
            ? "\(self): the \(offset) bytes before the length are part of the payload, and longer than its maximum"
            : nil
    }

    private func problemOfDelimiter(_ bytes: Bytes) -> String? {
        if let problem = bytes.problem { return problem }
        return (1...255).contains(bytes.array.count)
            ? nil : "a delimiter has 1 to 255 bytes, not \(bytes.array.count)"
    }

    /// The parser itself says where the payload would end: a delimiter may also begin in the payload and be completed
    /// by the ending.
    private func problemOfEnding(in payload: [UInt8]) -> String? {
        let ending: String
        switch kind {
        case .line: ending = "line ending"
        case .delimiter(let bytes): ending = "delimiter \(bytes)"
        case .length, .varint, .fixed, .netstring, .chunks: return nil
        }
        var cutter = FrameCutter(self)
        let result = unchecked(payload).withUnsafeBufferPointer { cutter.cut($0) }
        guard result == .whole, cutter.payloadCount < payload.count else { return nil }
        return "the payload \(ByteText.quoted(payload)) would be cut at its byte \(cutter.payloadCount), "
            + "by the \(ending)"
    }
}

extension Framing.LengthField {
    fileprivate var problem: String? {
        guard [1, 2, 4, 8].contains(width) else { return "a length prefix has 1, 2, 4 or 8 bytes, not \(width)" }
        guard Int32(exactly: adjustment) != nil else {
            return "a length prefix is adjusted by 32 bits at most, not by \(adjustment)"
        }
        return nil
    }

    fileprivate func problem(withPayloadOf count: Int) -> String? {
        problemOfTooLittle(withPayloadOf: count) ?? problemOfTooMuch(withPayloadOf: count)
    }

    fileprivate func problemOfTooLittle(withPayloadOf count: Int) -> String? {
        let value = value(forPayloadOf: count)
        return value < 0
            ? "a payload of \(counted(count, "byte")) can't be said: with its adjustment the length would be \(value)"
            : nil
    }

    fileprivate func problemOfTooMuch(withPayloadOf count: Int) -> String? {
        width < 8 && value(forPayloadOf: count) >= 1 << (width * 8)
            ? "a payload of \(counted(count, "byte")) does not fit a length prefix of \(counted(width, "byte"))" : nil
    }

    /// What the length says.
    func value(forPayloadOf count: Int) -> Int {
        count - offset - adjustment + (includesHeader ? width : 0)
    }
}
