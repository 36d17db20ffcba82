// What is wrong with a frame, and how much of it is there, in words.

extension FrameCutter {
    /// What is wrong, in words that follow the frame's name; nil for a frame that is whole or may become so.
    func problem(_ result: Result) -> String? {
        switch result {
        case .partial, .whole: nil
        case .tooLong: tooLong
        case .badLength: badLength
        case .badEnd: "has no comma behind its \(counted(Int(clamping: declared), "byte")) of payload"
        }
    }

    private var tooLong: String {
        let allowed = "more than the \(grouped(framing.maxFrameBytes)) allowed"
        switch framing.kind {
        case .length, .varint, .fixed, .chunks: return "has a payload of \(grouped(declared)) bytes, \(allowed)"
        case .netstring: return "has a payload of \(grouped(declared)) bytes or more, \(allowed)"
        case .line: return "is a line of \(allowed) bytes"
        case .delimiter(let bytes): return "goes on without \(bytes) for \(allowed) bytes"
        }
    }

    private var badLength: String {
        switch framing.kind {
        case .length: "has a length of \(grouped(declared)), less than it must count"
        case .varint: "has a length of more than 10 bytes or 64 bits"
        case .netstring: "does not begin with a decimal length and a colon"
        case .line, .delimiter, .fixed, .chunks: "has no length"
        }
    }

    /// How much of the frame is in its first `arrived` bytes, which are not all of it.
    func progress(of arrived: Int) -> String {
        switch framing.kind {
        case .line: return "\(counted(arrived, "byte")) and no line ending"
        case .delimiter(let bytes): return "\(counted(arrived, "byte")) and no \(bytes)"
        case .fixed: return "\(grouped(arrived)) of its \(counted(framing.maxFrameBytes, "byte"))"
        case .chunks: return counted(arrived, "byte")
        case .length, .varint, .netstring: break
        }
        guard headerIsWhole else { return progressOfHeader(arrived) }
        let (payload, length) = (arrived - headerCount, Int(clamping: declared))
        return payload == length
            ? "all of its payload and no comma" : "\(grouped(payload)) of its \(counted(length, "byte")) of payload"
    }

    private func progressOfHeader(_ arrived: Int) -> String {
        switch framing.kind {
        case .length(let field): "\(arrived) of the \(counted(field.offset + field.width, "byte")) of its header"
        case .varint, .netstring, .line, .delimiter, .fixed, .chunks:
            "\(counted(arrived, "byte")) of its header, which goes on"
        }
    }
}
