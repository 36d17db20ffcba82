// A packet as bytes: an IPv4 or IPv6 header (RFC 791, RFC 8200), a TCP header (RFC 9293), and what was kept of the payload.

/// An address and port, as packets carry them.
struct PacketEnd: Sendable, Hashable {
    /// Four bytes, or sixteen.
    let address: [UInt8]
    let port: UInt16

    var isIPv6: Bool { address.count == 16 }
}

struct PacketBytes {
    /// Loopback's MTU of 65,536 leaves so much, as Linux counts.
    private static let largestSegment = (ipv4: UInt16(65_495), ipv6: UInt16(65_476))
    /// By how much windows are shifted, and what they are: 3 MiB, which nothing here ever fills.
    private static let windowScale: UInt8 = 7
    private static let window: UInt16 = 24_576
    private static let hopLimit: UInt8 = 64
    private static let tcp: UInt8 = 6
    private static let hopByHop: UInt8 = 0

    /// What was kept of it.
    let captured: [UInt8]
    /// How long it was.
    let length: Int

    init(_ packet: Packet, from source: PacketEnd, to destination: PacketEnd) {
        let segment = PacketBytes.segment(packet, source, destination)
        let header = PacketBytes.header(
            packet, source, destination, length: segment.count + packet.payload.count)
        length = header.count + segment.count + packet.payload.count
        if case .kept(let bytes) = packet.payload {
            captured = header + segment + bytes
        } else {
            captured = header + segment
        }
    }

    // MARK: IP

    /// Of packets too long for 16 bits IPv6 tells the length in an option (RFC 2675), and IPv4 leaves it to the capture:
    /// so do captures of Linux's BIG TCP, which readers know.
    private static func header(
        _ packet: Packet, _ source: PacketEnd, _ destination: PacketEnd, length: Int
    ) -> [UInt8] {
        if source.isIPv6 {
            let isJumbo = length > Int(UInt16.max)
            let fixed = (isJumbo ? 0 : UInt16(length)).bigEndianBytes + [isJumbo ? hopByHop : tcp, hopLimit]
            let option = [tcp, 0, 0xC2, 4] + UInt32(truncatingIfNeeded: length + 8).bigEndianBytes
            return [0x60, 0, 0, 0] + fixed + source.address + destination.address + (isJumbo ? option : [])
        }
        let dontFragment: [UInt8] = [0x40, 0]
        var header =
            [0x45, 0] + (UInt16(exactly: 20 + length) ?? 0).bigEndianBytes + packet.identification.bigEndianBytes
            + dontFragment
            + [hopLimit, tcp, 0, 0] + source.address + destination.address
        var checksum = Checksum()
        checksum.add(header)
        header.replaceSubrange(10..<12, with: checksum.value.bigEndianBytes)
        return header
    }

    // MARK: TCP

    private static func segment(_ packet: Packet, _ source: PacketEnd, _ destination: PacketEnd) -> [UInt8] {
        let options = packet.flags.contains(.syn) ? options(isIPv6: source.isIPv6) : []
        var header = source.port.bigEndianBytes + destination.port.bigEndianBytes
        header += packet.sequence.bigEndianBytes + packet.acknowledged.bigEndianBytes
        header += [UInt8((20 + options.count) / 4) << 4, packet.flags.rawValue]
        header += window(packet.flags).bigEndianBytes + [0, 0, 0, 0] + options
        // Of what was not kept nobody can tell the sum.
        if case .kept(let bytes) = packet.payload {
            let checksum = checksum(header, bytes, source, destination)
            header.replaceSubrange(16..<18, with: checksum.bigEndianBytes)
        }
        return header
    }

    /// What a SYN offers: a segment size, selective acknowledgements, scaled windows.
    private static func options(isIPv6: Bool) -> [UInt8] {
        let size = isIPv6 ? largestSegment.ipv6 : largestSegment.ipv4
        let nothing: UInt8 = 1
        return [2, 4] + size.bigEndianBytes + [nothing, nothing, 4, 2] + [nothing, 3, 3, windowScale]
    }

    private static func window(_ flags: Packet.Flags) -> UInt16 {
        if flags.contains(.rst) { return 0 }
        return flags.contains(.syn) ? 0xffff : window  // a SYN's is not scaled
    }

    private static func checksum(
        _ header: [UInt8], _ payload: ArraySlice<UInt8>, _ source: PacketEnd, _ destination: PacketEnd
    ) -> UInt16 {
        var checksum = Checksum()
        checksum.add(source.address)
        checksum.add(destination.address)
        checksum.add(UInt32(header.count + payload.count).bigEndianBytes + [0, tcp])
        checksum.add(header)
        checksum.add(payload)
        return checksum.value
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
