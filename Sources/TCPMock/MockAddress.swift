// Where a server listens, and whom a client connects to.

/// Where a server listens, by default loopback on a port the kernel chooses; whom a client connects to.
public struct MockAddress: Sendable, Hashable, CustomStringConvertible {
    enum Family: Sendable, Hashable {
        case ipv4, ipv6, unix
    }

    let family: Family
    /// The numeric address, or the path of a Unix-domain socket.
    public let host: String
    /// The port; 0 asks the kernel for a free one. Always 0 for Unix-domain sockets.
    public let port: Int

    /// `127.0.0.1`, a port the kernel chooses.
    public static let loopback = MockAddress.ipv4("127.0.0.1")
    /// `::1`, a port the kernel chooses.
    public static let loopbackIPv6 = MockAddress.ipv6("::1")

    /// A numeric IPv4 address, such as `127.0.0.2`; no host name. A server listens only on one of this machine's.
    ///
    /// - `port`: for a server, 0 asks the kernel for a free one; a port in use is a ``MockError`` when the server is made.
    public static func ipv4(_ host: String = "127.0.0.1", port: Int = 0) -> MockAddress {
        MockAddress(family: .ipv4, host: host, port: port)
    }

    /// A numeric IPv6 address, such as `::1`; no host name. A server listens only on one of this machine's.
    ///
    /// - `port`: for a server, 0 asks the kernel for a free one; a port in use is a ``MockError`` when the server is made.
    public static func ipv6(_ host: String = "::1", port: Int = 0) -> MockAddress {
        MockAddress(family: .ipv6, host: host, port: port)
    }

    /// A Unix-domain socket at a path, which for a server does not exist yet and is removed when the server is gone.
    ///
    /// The system allows about 100 bytes (unix(7)): prefer a short folder, such as `/tmp`. A path that can't be used is a
    /// ``MockError`` when the server is made.
    public static func unix(path: String) -> MockAddress {
        // Else the name would be taken for an abstract one.
        MockAddress(family: .unix, host: path.hasPrefix("@") ? "./" + path : path, port: 0)
    }

    /// A Unix-domain socket with an abstract name (Linux only, unix(7)); ``host`` has it with `@` before it.
    public static func abstract(_ name: String) -> MockAddress {
        MockAddress(family: .unix, host: "@" + name, port: 0)
    }

    /// `127.0.0.1:51514`, `[::1]:51514`, or the path.
    public var description: String {
        switch family {
        case .ipv4: "\(host):\(port)"
        case .ipv6: "[\(host)]:\(port)"
        case .unix: host
        }
    }
}
