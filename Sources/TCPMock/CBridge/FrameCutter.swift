// The core's parser for frames.

internal import CEvLoop

/// Follows one frame after the other through bytes that arrive in pieces.
struct FrameCutter: Sendable {
    enum Result: Sendable {
        case partial, whole, tooLong, badLength, badEnd
    }

    let framing: Framing
    private var frame = evl_frame()

    /// The framing must have no problem.
    init(_ framing: Framing) {
        self.framing = framing
    }

    /// How far the frame that begins at `bytes[0]` has come; called again, `bytes` must begin with the same ones.
    mutating func cut(_ bytes: UnsafeBufferPointer<UInt8>) -> Result {
        let result = framing.withCore { evl_frame_cut(&frame, $0, bytes.baseAddress, bytes.count) }
        return switch result {
        case EVL_FRAME_PARTIAL: .partial
        case EVL_FRAME_WHOLE: .whole
        case EVL_FRAME_TOO_LONG: .tooLong
        case EVL_FRAME_BAD_END: .badEnd
        default: .badLength
        }
    }

    /// Forgets the frame; the next cut begins a new one.
    mutating func beginFrame() {
        frame = evl_frame()
    }

    /// What the header says of the payload's length.
    var declared: UInt64 { frame.declared }
    var headerIsWhole: Bool { frame.header_whole }
    /// How many of the frame's first bytes are header, without those that are payload as well.
    var headerCount: Int { frame.header }

    /// All of a whole frame's bytes.
    var total: Int { frame.total }
    var payloadCount: Int { frame.payload }

    /// A whole frame's payload: the bytes around its header, if there are some before it.
    func payload(in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        Array(bytes[..<frame.lead]) + bytes[(frame.header + frame.lead)..<(frame.header + frame.payload)]
    }
}

extension Framing {
    /// The bytes that `evl_framing.delimiter` points to; empty for kinds without.
    var coreDelimiter: [UInt8] {
        if case .delimiter(let bytes) = kind { bytes.array } else { [] }
    }

    /// Lends the core's form of a framing that has no problem.
    func withCore<R>(_ body: (UnsafePointer<evl_framing>) throws -> R) rethrows -> R {
        try coreDelimiter.withUnsafeBufferPointer { delimiter in
            var core = evl_framing(self)
            core.delimiter = delimiter.baseAddress
            return try withUnsafePointer(to: core, body)
        }
    }
}

extension evl_framing {
    /// All but the pointer to the delimiter: see `coreDelimiter`.
    init(_ framing: Framing) {
        self.init()
        max = UInt64(clamping: framing.maxFrameBytes)
        delimiter_length = framing.coreDelimiter.count
        kind = UInt8(framing.kind.core.rawValue)
        if case .chunks = framing.kind { max = 1 }  // the least that is a chunk
        offset = UInt8(clamping: framing.offset)
        guard case .length(let field) = framing.kind else { return }
        width = UInt8(clamping: field.width)
        byte_order = UInt8((field.byteOrder == .bigEndian ? EVL_BIG_ENDIAN : EVL_LITTLE_ENDIAN).rawValue)
        includes_header = field.includesHeader
        adjustment = Int32(clamping: field.adjustment)
    }
}

extension Framing.Kind {
    fileprivate var core: evl_framing_kind {
        switch self {
        case .length: EVL_FRAMING_LENGTH
        case .varint: EVL_FRAMING_VARINT
        case .line: EVL_FRAMING_LINE
        case .delimiter: EVL_FRAMING_DELIMITER
        case .fixed: EVL_FRAMING_FIXED
        case .netstring: EVL_FRAMING_NETSTRING
        case .chunks: EVL_FRAMING_AVAILABLE
        }
    }
}
