// The addresses of a connection's packets: as they were, or made up where there were none.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct CaptureEnds: Sendable {
    let client: PacketEnd
    let server: PacketEnd
    /// What is made up of them, in words.
    private(set) var notes: [String] = []

    init(_ conversation: Conversation) {
        let listening = conversation.listening
        let peer = conversation.peerEnd.flatMap(PacketEnd.init)
        guard let peer, listening?.family != .unix else {
            (client, server) = CaptureEnds.madeUp(conversation.number)
            notes = [CaptureEnds.unixNote(listening)]
            return
        }
        if conversation.side == .client {
            let local = conversation.localEnd.flatMap(PacketEnd.init)
            (client, server) = (local ?? .loopback(as: peer, port: CaptureEnds.firstPort), peer)
            if local == nil { notes = ["\(client) is made up"] }
        } else {
            let own = listening.flatMap(PacketEnd.init)
            let isKnown = own.map { $0.isIPv6 == peer.isIPv6 && !$0.isWildcard } ?? false
            client = peer
            server = isKnown ? own ?? peer : .loopback(as: peer, port: own?.port ?? CaptureEnds.serverPort)
            if !isKnown { notes = [CaptureEnds.wildcardNote(listening, server)] }
        }
    }

    subscript(side: Side) -> PacketEnd { side == .client ? client : server }

    // MARK: Made up

    /// Ports that no protocol has, so that Wireshark takes the bytes for none.
    private static let serverPort: UInt16 = 39_999
    private static let firstPort: UInt16 = 49_152
    private static let ports = 7_800

    /// Others for each connection, so that each is a conversation of its own.
    private static func madeUp(_ number: Int) -> (PacketEnd, PacketEnd) {
        let index = max(0, number - 1)
        let host = UInt8(1 + index / ports % 250)
        let port = firstPort + UInt16(index % ports)
        return (
            PacketEnd(address: [127, 0, 0, host], port: port), PacketEnd(address: [127, 0, 0, 1], port: serverPort)
        )
    }

    private static func unixNote(_ listening: MockAddress?) -> String {
        let name = listening?.family == .unix ? " at \(listening?.host ?? "")" : ""
        return "over a Unix-domain socket\(name): addresses and ports are made up"
    }

    private static func wildcardNote(_ listening: MockAddress?, _ server: PacketEnd) -> String {
        guard let listening else { return "the server's own address is not known; \(server) stands for it" }
        return "the server listened on \(listening); \(server) stands for the address that was connected to"
    }
}

extension PacketEnd {
    /// Nil for an end of a Unix-domain socket.
    init?(_ end: ConnectionEnd) {
        guard end.family != .unix else { return nil }
        self.init(bytes: end.address, port: end.port)
    }

    /// Nil for the path of a Unix-domain socket.
    init?(_ address: MockAddress) {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        // A zone, as in fe80::1%eth0, is in no packet.
        let host = address.host.prefix { $0 != "%" }
        var bytes = [UInt8](repeating: 0, count: address.family == .ipv6 ? 16 : 4)
        guard address.family != .unix, inet_pton(family, String(host), &bytes) == 1 else { return nil }
        self.init(bytes: bytes, port: UInt16(truncatingIfNeeded: address.port))
    }

    /// What a socket of both families shows as ::ffff:127.0.0.1 went over the wire as IPv4.
    private init(bytes: [UInt8], port: UInt16) {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
        self.init(address: bytes.count == 16 && bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes, port: port)
    }

    static func loopback(as other: PacketEnd, port: UInt16) -> PacketEnd {
        PacketEnd(address: other.isIPv6 ? [UInt8](repeating: 0, count: 15) + [1] : [127, 0, 0, 1], port: port)
    }

    var isWildcard: Bool { address.allSatisfy { $0 == 0 } }
}

extension PacketEnd: CustomStringConvertible {
    var description: String {
        guard isIPv6 else { return address.map(String.init).joined(separator: ".") + ":\(port)" }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, address, &text, socklen_t(text.count)) != nil else { return "" }
        return "[\(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))]:\(port)"
    }
}
