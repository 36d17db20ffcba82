// A plain blocking client on a real socket, with a deadline on every wait.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A failed call and its error number.
package struct SocketError: Error, CustomStringConvertible {
    package let call: String
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(String(cString: strerror(code))) (\(code))" }
}

/// A TCP socket, which connects when told to.
// Unchecked: each is used by one task at a time.
package final class PlainClient: @unchecked Sendable {
    /// The socket; -1 once it is closed.
    package private(set) var fd: Int32

    /// Opens a socket. Nothing on it waits longer than 30 s.
    package init() throws {
        #if canImport(Glibc)
            fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            fd = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard fd >= 0 else { throw SocketError(call: "socket", code: errno) }
        setPatience(milliseconds: 30_000)
    }

    /// Opens a socket and connects it.
    package convenience init(_ host: String, _ port: Int) throws {
        try self.init()
        try connect(host, port)
    }

    deinit {
        close()
    }

    /// How long a later call may wait before it fails with EAGAIN.
    package func setPatience(milliseconds: Int) {
        var limit = timeval()
        limit.tv_sec = milliseconds / 1000
        limit.tv_usec = .init(milliseconds % 1000 * 1000)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    package func connect(_ host: String, _ port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connectCall(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let code = errno
        guard result == 0 else { throw SocketError(call: "connect", code: code) }
    }

    package func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { sendCall(fd, $0.baseAddress, $0.count) }
            let code = errno
            guard count > 0 else { throw SocketError(call: "send", code: code) }
            rest = rest.dropFirst(count)
        }
    }

    /// `count` bytes as text, fewer when the stream ends before.
    package func receive(_ count: Int) throws -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: count)
        while all.count < count {
            let got = recv(fd, &buffer, count - all.count, 0)
            let code = errno
            guard got >= 0 else { throw SocketError(call: "recv", code: code) }
            if got == 0 { break }
            all += buffer.prefix(got)
        }
        return String(decoding: all, as: UTF8.self)
    }

    package func close() {
        guard fd >= 0 else { return }
        closeCall(fd)
        fd = -1
    }
}

// The methods above hide the C library's functions of the same names.

private func connectCall(_ fd: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(fd, address, length)
}

private func sendCall(_ fd: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        send(fd, bytes, count, Int32(MSG_NOSIGNAL))
    #else
        send(fd, bytes, count, 0)
    #endif
}

private func closeCall(_ fd: Int32) {
    _ = close(fd)
}
