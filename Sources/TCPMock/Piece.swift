// A delimited part of the stream, and what it must look like.

/// What a step that takes a whole piece wants.
struct Piece: Sendable {
    /// How the step was written, which says how the piece is cut out.
    enum Form: Sendable {
        case frame(Framing?)
        case line(max: Int)
        case upTo(Bytes, max: Int)
        case exactly(Int)
        case atLeast(Int)
        case until(Bytes, max: Int)
    }

    let form: Form
    let check: Check
    /// Under which name it is kept; nil: it is not.
    let name: String?

    func framed(_ framing: Framing) -> Piece {
        if case .frame(nil) = form { Piece(form: .frame(framing), check: check, name: name) } else { self }
    }

    /// How it is cut out; nil for ``Form/atLeast(_:)``, which takes what is there.
    var framing: Framing? {
        switch form {
        case .frame(let framing): framing ?? .lengthPrefix()
        case .line(let max): .line(max: max)
        case .upTo(let delimiter, let max): .delimiter(delimiter, max: max)
        case .until(let delimiter, let max): .delimiter(delimiter, max: max - delimiter.array.count)
        case .exactly(let count): .fixed(count)
        case .atLeast: nil
        }
    }

    /// The one payload that passes, when its frame can be compared with the stream as it comes.
    var streamed: (payload: [UInt8], framing: Framing)? {
        guard name == nil, case .frame = form, let payload = check.literal, let framing, framing.isPlainLengthPrefix
        else { return nil }
        return (payload, framing)
    }

    /// The bytes that stand on the stream for it, where there is but one way to write them.
    var literals: [[UInt8]]? {
        guard let payload = check.literal, let framing else { return nil }
        if case .line = form { return [payload + [0x0d, 0x0a], payload + [0x0a]] }
        if framing == .line(max: framing.maxFrameBytes) { return [payload + [0x0d, 0x0a], payload + [0x0a]] }
        return (try? framing.encode(payload)).map { [$0] }
    }

    /// What it is called: "line", "frame", "piece".
    var noun: String {
        switch form {
        case .frame: "frame"
        case .line: "line"
        case .upTo: "piece"
        case .exactly, .atLeast, .until: "bytes"
        }
    }
}
