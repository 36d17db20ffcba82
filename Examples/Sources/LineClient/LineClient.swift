// The client under test in the examples: it sends lines and reads lines, over a plain blocking socket.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A system call that failed, with its error number.
public struct SocketError: Error, CustomStringConvertible {
    /// The call's name.
    public let call: String
    /// The error number.
    public let code: Int32

    /// The call and what the system says about it.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// The server closed where more was due.
public struct EndOfStream: Error {
    /// Says only that.
    public init() {}
}

/// A client of a line protocol: each line ends with CR LF.
public struct LineClient: Sendable {
    private let socket: Int32

    /// The socket, for who wants to ask the system about it.
    public var fileDescriptor: Int32 { socket }

    /// Connects to a numeric IPv4 address.
    public init(host: String, port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        try self.init(AF_INET, &address, MemoryLayout<sockaddr_in>.size)
    }

    /// Connects to a numeric IPv6 address.
    public init(ipv6 host: String, port: Int) throws {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        inet_pton(AF_INET6, host, &address.sin6_addr)
        try self.init(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size)
    }

    /// Connects to a Unix-domain socket.
    public init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw SocketError(call: "connect", code: ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try self.init(AF_UNIX, &address, MemoryLayout<sockaddr_un>.size)
    }

    private init<Address>(_ family: Int32, _ address: inout Address, _ length: Int) throws {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let made = socketCall(family, stream, 0)
        guard made >= 0 else { throw SocketError(call: "socket", code: errno) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connectCall(made, $0, socklen_t(length)) }
        }
        let code = errno
        guard result == 0 else {
            closeCall(made)
            throw SocketError(call: "connect", code: code)
        }
        socket = made
    }

    /// Sends text as it is.
    public func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends bytes.
    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { sendCall(socket, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SocketError(call: "send", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends one line.
    public func sendLine(_ line: String) throws {
        try send(line + "\r\n")
    }

    /// Receives one line, without its end; nil at the end of the stream.
    public func receiveLine() throws -> String? {
        var line: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = recv(socket, &byte, 1, 0)
            guard count >= 0 else { throw SocketError(call: "recv", code: errno) }
            if count == 0 { return line.isEmpty ? nil : String(decoding: line, as: UTF8.self) }
            line.append(byte)
            if line.suffix(2) == [13, 10] { return String(decoding: line.dropLast(2), as: UTF8.self) }
        }
    }

    /// Receives exactly so many bytes; throws when the stream ends before.
    public func receive(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var some = [UInt8](repeating: 0, count: count - bytes.count)
            let received = recv(socket, &some, some.count, 0)
            guard received >= 0 else { throw SocketError(call: "recv", code: errno) }
            guard received > 0 else { throw EndOfStream() }
            bytes += some.prefix(received)
        }
        return bytes
    }

    /// Receives what one read gives, as text; empty at the end of the stream.
    public func receiveSome() throws -> String {
        var some = [UInt8](repeating: 0, count: 4096)
        let received = recv(socket, &some, some.count, 0)
        guard received >= 0 else { throw SocketError(call: "recv", code: errno) }
        return String(decoding: some.prefix(received), as: UTF8.self)
    }

    /// Sends a line and receives the answer.
    public func ask(_ line: String) throws -> String? {
        try sendLine(line)
        return try receiveLine()
    }

    /// Ends the sending side; answers can still be received.
    public func endSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Closes the connection.
    public func close() {
        closeCall(socket)
    }
}
