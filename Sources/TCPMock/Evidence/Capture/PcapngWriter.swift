// The blocks of a pcapng file: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html
//
// One section, one interface, one block a packet; little endian.

struct PcapngWriter {
    /// What stands behind a block's body.
    enum Option {
        case comment(String)
        case text(code: UInt16, String)
        case byte(code: UInt16, UInt8)
        case number(code: UInt16, UInt32)
    }

    private enum Block: UInt32 {
        case section = 0x0A0D_0D0A
        case interface = 1
        case packet = 6
    }

    /// Packets that begin with their IP header, of either version (LINKTYPE_RAW).
    private static let rawIP: UInt16 = 101
    /// The most bytes of a comment: the format has room for 65,535, readers want a line.
    private static let longestComment = 4096

    private(set) var bytes: [UInt8] = []

    /// Begins the one section, made by so named a program.
    init(by name: String, comments: [String]) {
        let byteOrder: UInt32 = 0x1A2B_3C4D
        let version: [UInt8] = UInt16(1).littleEndianBytes + UInt16(0).littleEndianBytes
        let unknownLength = Int64(-1)
        let made = (hardware: UInt16(2), system: UInt16(3), application: UInt16(4))
        append(
            .section, byteOrder.littleEndianBytes + version + unknownLength.littleEndianBytes,
            comments.map(Option.comment) + [made.hardware, made.system, made.application].map { .text(code: $0, name) })
    }

    /// The interface that all packets came over; stamps count nanoseconds.
    mutating func addInterface(_ name: String, description: String) {
        let wholePackets: UInt32 = 0
        let body = PcapngWriter.rawIP.littleEndianBytes + [0, 0] + wholePackets.littleEndianBytes
        append(
            .interface, body, [.text(code: 2, name), .text(code: 3, description), .byte(code: 9, 9)])
    }

    /// - `time`: nanoseconds since 1970.
    mutating func add(_ packet: PacketBytes, at time: UInt64, isInbound: Bool, comments: [String]) {
        let interface: UInt32 = 0
        let (high, low) = (UInt32(time >> 32), UInt32(truncatingIfNeeded: time))
        var body = interface.littleEndianBytes + high.littleEndianBytes + low.littleEndianBytes
        body += UInt32(packet.captured.count).littleEndianBytes + UInt32(packet.length).littleEndianBytes
        let direction = Option.number(code: 2, isInbound ? 1 : 2)
        append(.packet, body, data: packet.captured, comments.map(Option.comment) + [direction])
    }

    // MARK: Blocks and options

    private mutating func append(_ block: Block, _ body: [UInt8], data: [UInt8] = [], _ options: [Option]) {
        let options = options.flatMap(\.bytes) + Option.end
        let length = UInt32(12 + body.count + data.count + data.padding.count + options.count).littleEndianBytes
        bytes += block.rawValue.littleEndianBytes + length + body
        bytes += data
        bytes += data.padding + options + length
    }

    fileprivate static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count > longestComment else { return bytes }
        // Not in the middle of a character.
        let end = bytes[...longestComment].lastIndex { $0 & 0xC0 != 0x80 } ?? longestComment
        return bytes[..<end] + Array("…".utf8)
    }
}

extension PcapngWriter.Option {
    fileprivate static let end: [UInt8] = [0, 0, 0, 0]

    fileprivate var bytes: [UInt8] {
        switch self {
        case .comment(let text): option(1, PcapngWriter.text(text))
        case .text(let code, let text): option(code, PcapngWriter.text(text))
        case .byte(let code, let value): option(code, [value])
        case .number(let code, let value): option(code, value.littleEndianBytes)
        }
    }

    private func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
        code.littleEndianBytes + UInt16(value.count).littleEndianBytes + value + value.padding
    }
}

extension [UInt8] {
    /// Zeros up to the next multiple of four.
    fileprivate var padding: [UInt8] { [UInt8](repeating: 0, count: (4 - count % 4) % 4) }
}
