// One end of a connection, whose text is made when somebody looks: for most nobody does.

internal import CEvLoop

/// An address and port, or the end of a Unix-domain socket.
struct ConnectionEnd: Sendable, CustomStringConvertible {
    private let raw: evl_end

    init(_ raw: evl_end) {
        self.raw = raw
    }

    var family: MockAddress.Family {
        switch evl_family(UInt32(raw.family)) {
        case EVL_IPV4: .ipv4
        case EVL_IPV6: .ipv6
        default: .unix
        }
    }

    /// 0 for a Unix-domain socket.
    var port: UInt16 { raw.port }

    /// Four bytes, or sixteen; none for a Unix-domain socket.
    var address: [UInt8] {
        let count =
            switch family {
            case .ipv4: 4
            case .ipv6: 16
            case .unix: 0
            }
        return withUnsafeBytes(of: raw.bytes) { Array($0.prefix(count)) }
    }

    /// `127.0.0.1:51514`, `[::1]:51514` or `unix`.
    var description: String {
        var raw = raw
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(EVL_END_TEXT)) { text in
            text.initialize(repeating: 0)
            guard let start = text.baseAddress else { return "" }
            evl_end_text(&raw, start)
            return String(cString: start)
        }
    }
}
