// Reads captures back, by the formats' own rules and none of the writer's code.

@testable import TCPMock

/// A pcapng file's parts.
struct CaptureFile {
    var sectionOptions: [(code: Int, text: String)] = []
    var interfaceOptions: [(code: Int, bytes: [UInt8])] = []
    var linkType = 0
    var packets: [CapturedPacket] = []
    var blocks: [[UInt8]] = []

    var comments: [String] { sectionOptions.filter { $0.code == 1 }.map(\.text) }

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while rest.count >= 12 {
            let length = Int(rest.littleEndian(4, 4))
            let block = Array(rest.prefix(length))
            precondition(length.isMultiple(of: 4) && block[...].littleEndian(length - 4, 4) == UInt64(length))
            blocks.append(block)
            take(block)
            rest = rest.dropFirst(length)
        }
        precondition(rest.isEmpty)
    }

    private mutating func take(_ block: [UInt8]) {
        let body = block[8..<(block.count - 4)]
        switch block[...].littleEndian(0, 4) {
        case 0x0A0D_0D0A:
            precondition(body.littleEndian(0, 4) == 0x1A2B_3C4D)
            sectionOptions = options(body.dropFirst(16)).map { ($0.code, String(decoding: $0.bytes, as: UTF8.self)) }
        case 1:
            linkType = Int(body.littleEndian(0, 2))
            interfaceOptions = options(body.dropFirst(8))
        case 6: packets.append(CapturedPacket(body))
        default: preconditionFailure("an unknown block")
        }
    }
}

private func options(_ bytes: ArraySlice<UInt8>) -> [(code: Int, bytes: [UInt8])] {
    var options: [(code: Int, bytes: [UInt8])] = []
    var rest = bytes
    while rest.count >= 4 {
        let (code, length) = (Int(rest.littleEndian(0, 2)), Int(rest.littleEndian(2, 2)))
        if code == 0 { break }
        options.append((code, Array(rest.dropFirst(4).prefix(length))))
        rest = rest.dropFirst(4 + (length + 3) / 4 * 4)
    }
    return options
}

struct CapturedPacket {
    let time: UInt64
    let captured: [UInt8]
    let length: Int
    let comments: [String]
    let isInbound: Bool

    init(_ body: ArraySlice<UInt8>) {
        time = body.littleEndian(4, 4) << 32 | body.littleEndian(8, 4)
        let count = Int(body.littleEndian(12, 4))
        length = Int(body.littleEndian(16, 4))
        captured = Array(body.dropFirst(20).prefix(count))
        let options = options(body.dropFirst(20 + (count + 3) / 4 * 4))
        comments = options.filter { $0.code == 1 }.map { String(decoding: $0.bytes, as: UTF8.self) }
        isInbound = options.first { $0.code == 2 }.map { $0.bytes[0] & 3 == 1 } ?? false
    }

    var isIPv6: Bool { captured[0] >> 4 == 6 }
    /// A packet too long for 16 bits: IPv6 says how long in an option (RFC 2675), IPv4 leaves it to the capture.
    private var isJumbo: Bool { isIPv6 ? captured[6] == 0 : captured[2] == 0 && captured[3] == 0 }
    private var ip: ArraySlice<UInt8> { captured[0..<(isIPv6 ? isJumbo ? 48 : 40 : 20)] }
    private var tcp: ArraySlice<UInt8> { captured[ip.count...] }
    private var addresses: [UInt8] { Array(isIPv6 ? ip[8..<40] : ip[12..<20]) }
    var source: [UInt8] { Array(addresses.prefix(addresses.count / 2)) }
    var destination: [UInt8] { Array(addresses.suffix(addresses.count / 2)) }
    var sourcePort: Int { Int(tcp.bigEndian(0, 2)) }
    var destinationPort: Int { Int(tcp.bigEndian(2, 2)) }
    var sequence: UInt32 { UInt32(tcp.bigEndian(4, 4)) }
    var acknowledged: UInt32 { UInt32(tcp.bigEndian(8, 4)) }
    var flags: Packet.Flags { Packet.Flags(rawValue: UInt8(tcp.bigEndian(13, 1))) }
    private var tcpHeader: Int { Int(tcp.bigEndian(12, 1) >> 4) * 4 }
    var payload: [UInt8] { Array(tcp.dropFirst(tcpHeader)) }
    /// How long the payload was.
    var count: Int { length - ip.count - tcpHeader }
    /// What IP says its length is.
    var lengthInHeader: Int {
        if isJumbo { return isIPv6 ? 40 + Int(ip.bigEndian(44, 4)) : length }
        return isIPv6 ? 40 + Int(ip.bigEndian(4, 2)) : Int(ip.bigEndian(2, 2))
    }
    var isWhole: Bool { captured.count == length }

    /// Of a packet that is whole.
    var checksumsAreValid: Bool {
        let pseudo = addresses + [0, 6] + [UInt8(tcp.count >> 8), UInt8(tcp.count & 0xff)]
        return (isIPv6 || sum(ip) == 0xffff) && sum(pseudo + tcp) == 0xffff
    }
}

/// Of 16-bit words, folded by the book: RFC 1071, section 4.1.
private func sum(_ bytes: some Collection<UInt8>) -> Int {
    var sum = 0
    for (index, byte) in bytes.enumerated() {
        sum += Int(byte) << (index.isMultiple(of: 2) ? 8 : 0)
        if sum > 0xffff { sum = (sum & 0xffff) + 1 }
    }
    return sum
}

extension ArraySlice<UInt8> {
    fileprivate func littleEndian(_ offset: Int, _ count: Int) -> UInt64 {
        dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    fileprivate func bigEndian(_ offset: Int, _ count: Int) -> UInt64 {
        dropFirst(offset).prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

// MARK: What an analyst would see

extension CaptureFile {
    /// One line a packet: `> PSH ACK 1 1 "PING\r\n"`, client to server, numbers counted from their SYNs.
    var ladder: [String] {
        guard let first = packets.first else { return [] }
        var starts: [Int: UInt32] = [:]
        return packets.map { packet in
            if packet.flags.contains(.syn) { starts[packet.sourcePort] = packet.sequence }
            let own = packet.sequence &- starts[packet.sourcePort, default: 0]
            let other = packet.acknowledged &- starts[packet.destinationPort, default: 0]
            let acknowledged = packet.flags.contains(.ack) ? " \(other)" : ""
            let arrow = packet.sourcePort == first.sourcePort ? ">" : "<"
            return "\(arrow) \(packet.flags.names) \(own)\(acknowledged)\(packet.shownPayload)"
        }
    }

    /// What Wireshark would remark on: what was not seen, sent twice, acknowledged twice or out of order, or never
    /// acknowledged.
    var oddities: [String] {
        var streams: [[Int]: Stream] = [:]
        var oddities: [String] = []
        for (index, packet) in packets.enumerated() {
            let key = [packet.sourcePort, packet.destinationPort]
            let back = [packet.destinationPort, packet.sourcePort]
            var stream = packet.flags.contains(.syn) ? Stream(next: packet.sequence) : streams[key] ?? Stream()
            if packet.sequence != stream.next { oddities.append("\(index): sequence \(packet.sequence)") }
            if packet.lengthInHeader != packet.length { oddities.append("\(index): length") }
            if packet.isWhole, !packet.checksumsAreValid { oddities.append("\(index): checksum") }
            if stream.isOver { oddities.append("\(index): behind the end") }
            if packet.flags.contains(.ack) {
                if let other = streams[back], packet.acknowledged != other.next { oddities.append("\(index): ack") }
                if packet.flags == .ack, packet.count == 0, packet.acknowledged == stream.acknowledged {
                    oddities.append("\(index): acknowledges again")
                }
                stream.acknowledged = packet.acknowledged
            }
            stream.next &+= UInt32(packet.count) + (packet.flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
            // Numbers go round: what is half of them ahead or more is taken for something that was sent before.
            if let seen = streams[back]?.acknowledged, stream.next &- seen >= 1 << 31 {
                oddities.append("\(index): far ahead")
            }
            if packet.flags.contains(.rst) { streams[back]?.isOver = true }
            stream.isOver = packet.flags.contains(.rst)
            streams[key] = stream
        }
        for (key, stream) in streams where !stream.isOver && streams[key.reversed()]?.acknowledged != stream.next {
            oddities.append("\(key): not acknowledged")
        }
        let times = packets.map(\.time)
        if times != times.sorted() { oddities.append("stamps go back") }
        return oddities
    }

    private struct Stream {
        var next: UInt32 = 0
        var acknowledged: UInt32?
        var isOver = false
    }
}

extension Packet.Flags {
    fileprivate var names: String {
        let all: [(Packet.Flags, String)] = [
            (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"),
        ]
        return all.filter { contains($0.0) }.map(\.1).joined(separator: " ")
    }
}

extension CapturedPacket {
    fileprivate var shownPayload: String {
        if count == 0 { return "" }
        if !isWhole { return " (\(payload.count) of \(count) bytes)" }
        return count > 32 ? " (\(count) bytes)" : " \"\(ByteText.escaped(payload))\""
    }
}
