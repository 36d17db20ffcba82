// Framings for tests, and whole streams cut with them.

import CEvLoop

/// A framing in the core's own words, with its delimiter's bytes.
// Unchecked: its pointer is nil, but while it is lent.
struct CoreFraming: @unchecked Sendable {
    var core = evl_framing()
    var delimiter: [UInt8] = []

    init(_ kind: evl_framing_kind, max: UInt64 = 1 << 24) {
        core.kind = UInt8(kind.rawValue)
        core.max = max
    }

    static func length(
        _ width: UInt8 = 4, _ order: evl_byte_order = EVL_BIG_ENDIAN, includesHeader: Bool = false, offset: UInt8 = 0,
        adjustment: Int32 = 0, max: UInt64 = 1 << 24
    ) -> CoreFraming {
        var framing = CoreFraming(EVL_FRAMING_LENGTH, max: max)
        framing.core.width = width
        framing.core.byte_order = UInt8(order.rawValue)
        framing.core.includes_header = includesHeader
        framing.core.offset = offset
        framing.core.adjustment = adjustment
        return framing
    }
    static func varint(offset: UInt8 = 0, max: UInt64 = 1 << 24) -> CoreFraming {
        var framing = CoreFraming(EVL_FRAMING_VARINT, max: max)
        framing.core.offset = offset
        return framing
    }
    static func line(max: UInt64 = 1 << 16) -> CoreFraming { CoreFraming(EVL_FRAMING_LINE, max: max) }
    static func delimiter(_ bytes: [UInt8], max: UInt64 = 1 << 16) -> CoreFraming {
        var framing = CoreFraming(EVL_FRAMING_DELIMITER, max: max)
        framing.delimiter = bytes
        framing.core.delimiter_length = bytes.count
        return framing
    }
    static func delimiter(_ text: String, max: UInt64 = 1 << 16) -> CoreFraming {
        delimiter(CEvLoopTests.bytes(text), max: max)
    }
    static func fixed(_ count: UInt64) -> CoreFraming { CoreFraming(EVL_FRAMING_FIXED, max: count) }
    static func netstring(max: UInt64 = 1 << 24) -> CoreFraming { CoreFraming(EVL_FRAMING_NETSTRING, max: max) }
    static func available(_ least: UInt64) -> CoreFraming { CoreFraming(EVL_FRAMING_AVAILABLE, max: least) }

    func with<R>(_ body: (UnsafePointer<evl_framing>) -> R) -> R {
        delimiter.withUnsafeBufferPointer {
            var core = core
            core.delimiter = $0.baseAddress
            return withUnsafePointer(to: core, body)
        }
    }

    var isValid: Bool { with(evl_framing_is_valid) }
}

/// What comes of a stream: the payloads, and what the parser says of the rest.
struct Cuts: Equatable {
    var payloads: [[UInt8]] = []
    var result = EVL_FRAME_PARTIAL
    var declared: UInt64 = 0
    /// How many bytes had arrived when the result was found: for failures, when fed byte by byte.
    var arrived = 0

    static func == (a: Cuts, b: Cuts) -> Bool {
        a.payloads == b.payloads && a.result == b.result && a.declared == b.declared
    }
}

/// Cuts a stream that arrives in pieces; after each piece no byte behind it can be read.
func cut(_ framing: CoreFraming, _ pieces: [[UInt8]], _ guarded: GuardedBytes = GuardedBytes()) -> Cuts {
    var (cuts, frame, rest) = (Cuts(), evl_frame(), [UInt8]())
    for piece in pieces {
        rest += piece
        cuts.arrived += piece.count
        repeat {
            cuts.result = withExtendedLifetime(guarded) {
                let placed = guarded.place(rest)
                return framing.with { evl_frame_cut(&frame, $0, placed, rest.count) }
            }
            cuts.declared = frame.declared
            guard cuts.result == EVL_FRAME_WHOLE else { break }
            precondition(frame.total > 0 && frame.total <= rest.count, "a frame of \(frame.total) in \(rest.count)")
            cuts.payloads.append(payload(of: frame, in: rest))
            rest.removeFirst(frame.total)
            frame = evl_frame()
        } while true
        if cuts.result != EVL_FRAME_PARTIAL { return cuts }
    }
    return cuts
}

private func payload(of frame: evl_frame, in bytes: [UInt8]) -> [UInt8] {
    bytes[..<frame.lead] + Array(bytes[(frame.header + frame.lead)..<(frame.header + frame.payload)])
}
