// A TCP segment of a capture, before it is written as bytes.

struct Packet: Sendable {
    struct Flags: OptionSet, Sendable, Hashable {
        let rawValue: UInt8

        static let fin = Flags(rawValue: 0x01)
        static let syn = Flags(rawValue: 0x02)
        static let rst = Flags(rawValue: 0x04)
        static let psh = Flags(rawValue: 0x08)
        static let ack = Flags(rawValue: 0x10)
    }

    /// Bytes of a stream: those that were kept, or how many there were.
    enum Payload: Sendable, Hashable {
        case kept(ArraySlice<UInt8>)
        case missing(Int)

        static let none = Payload.kept([])

        var count: Int {
            switch self {
            case .kept(let bytes): bytes.count
            case .missing(let count): count
            }
        }
    }

    /// On the loop's clock, in nanoseconds.
    let time: UInt64
    let sender: Side
    let flags: Flags
    let sequence: UInt32
    /// 0 without ``Flags/ack``.
    let acknowledged: UInt32
    /// The number that IP gives it, one after the other.
    let identification: UInt16
    let payload: Payload
    var comments: [String] = []

    /// Whether it acknowledges, and no more.
    var isBare: Bool { payload.count == 0 && flags == .ack }
}

extension Side {
    var other: Side { self == .server ? .client : .server }
}
