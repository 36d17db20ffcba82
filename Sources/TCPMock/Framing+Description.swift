// Framings as they are written.

extension Framing: CustomStringConvertible {
    /// The framing as it is written in a script, such as `lengthPrefix(UInt16, byteOrder: littleEndian)` or `line`.
    public var description: String {
        switch kind {
        case .length(let field): call("lengthPrefix", field.arguments, usualMax: Self.longest)
        case .varint: call("varint", offset == 0 ? [] : ["offset: \(offset)"], usualMax: Self.longest)
        case .line: call("line", usualMax: Self.longestLine)
        case .delimiter(let bytes): call("delimiter", ["\(bytes)"], usualMax: Self.longestLine)
        case .fixed: "fixed(\(maxFrameBytes))"
        case .chunks: "chunks"
        case .netstring: call("netstring", usualMax: Self.longest)
        }
    }

    private func call(_ name: String, _ arguments: [String] = [], usualMax: Int) -> String {
        let all = arguments + (maxFrameBytes == usualMax ? [] : ["max: \(maxFrameBytes)"])
        return all.isEmpty ? name : "\(name)(\(all.joined(separator: ", ")))"
    }
}

extension Framing.LengthField {
    /// What was not left out.
    fileprivate var arguments: [String] {
        var arguments = ["UInt\(width * 8)"]
        if byteOrder == .littleEndian { arguments.append("byteOrder: littleEndian") }
        if includesHeader { arguments.append("includesHeader: true") }
        if offset != 0 { arguments.append("offset: \(offset)") }
        if adjustment != 0 { arguments.append("adjustment: \(adjustment)") }
        return arguments
    }
}
