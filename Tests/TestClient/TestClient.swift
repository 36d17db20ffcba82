// A plain blocking client for tests: real sockets, verbs as names, a deadline on every wait.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
import TCPMock

/// What went wrong with a client's call: the call and its errno.
public struct ClientError: Error, CustomStringConvertible, Equatable {
    public let call: String
    public let code: Int32

    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String { "\(call): \(String(cString: strerror(code))) (\(code))" }
}

/// A connected stream socket.
public final class TestClient: Sendable {
    private let descriptor: Locked<Int32>

    public var fd: Int32 { descriptor.withLock { $0 } }

    private init(fd: Int32, patience milliseconds: Int = 30_000) {
        descriptor = Locked(fd)
        // Nothing in a test may hang for ever; by default long enough for the slowest machine under load.
        var limit = timeval()
        limit.tv_sec = milliseconds / 1000
        limit.tv_usec = numericCast(milliseconds % 1000 * 1000)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// What accept(2) gave.
    public convenience init(connected fd: Int32) {
        self.init(fd: fd)
    }

    deinit {
        close()
    }

    // MARK: Connecting

    /// Blocks until it is connected; on Linux the patience is that of the connect too, which then fails with EINPROGRESS.
    public static func connect(_ host: String, _ port: Int, patience milliseconds: Int = 30_000) throws -> TestClient {
        try connect(host, port, Manner(patience: milliseconds))
    }

    /// Only begins to connect; `isConnected(within:)` says what has become of it.
    public static func beginConnecting(_ host: String, _ port: Int) throws -> TestClient {
        try connect(host, port, Manner(patience: 30_000, waits: false))
    }

    private struct Manner {
        var patience: Int
        var waits = true
    }

    private static func connect(_ host: String, _ port: Int, _ manner: Manner) throws -> TestClient {
        if port == 0 { return try connect(path: host, manner) }
        return try host.contains(":") ? connectIPv6(host, port, manner) : connectIPv4(host, port, manner)
    }

    private static func connectIPv4(_ host: String, _ port: Int, _ manner: Manner) throws -> TestClient {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return try connect(AF_INET, &address, MemoryLayout<sockaddr_in>.size, manner)
    }

    private static func connectIPv6(_ host: String, _ port: Int, _ manner: Manner) throws -> TestClient {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        inet_pton(AF_INET6, host, &address.sin6_addr)
        return try connect(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size, manner)
    }

    private static func connect(path: String, _ manner: Manner) throws -> TestClient {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isAbstract = path.hasPrefix("@")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        if isAbstract { address.sun_path.0 = 0 }
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        return try connect(AF_UNIX, &address, start + bytes.count + (isAbstract ? 0 : 1), manner)
    }

    private static func connect<Address>(
        _ family: Int32, _ address: inout Address, _ length: Int, _ manner: Manner
    ) throws -> TestClient {
        #if canImport(Glibc)
            let fd = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let fd = socket(family, SOCK_STREAM, 0)
        #endif
        guard fd >= 0 else { throw ClientError(call: "socket", code: errno) }
        let client = TestClient(fd: fd, patience: manner.patience)
        if !manner.waits { _ = fcntl(fd, F_SETFL, O_NONBLOCK) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #if canImport(Glibc)
                    Glibc.connect(fd, $0, socklen_t(length))
                #else
                    Darwin.connect(fd, $0, socklen_t(length))
                #endif
            }
        }
        let code = errno
        let isUnderWay = !manner.waits && code == EINPROGRESS
        guard result == 0 || isUnderWay else { throw ClientError(call: "connect", code: code) }
        return client
    }

    /// Whether `beginConnecting` has got through before `milliseconds` have passed; from then on calls block.
    public func isConnected(within milliseconds: Int32) throws -> Bool {
        guard wait(for: Int16(POLLOUT), milliseconds) else { return false }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { throw ClientError(call: "connect", code: code) }
        _ = fcntl(fd, F_SETFL, 0)
        return true
    }

    /// Lets the kernel gather what is written in small pieces, as it does by default.
    public func delaySmallWrites() {
        var off: Int32 = 0
        setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &off, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Talking

    public func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    public func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                sendCall(fd, $0.baseAddress, $0.count)
            }
            let code = errno
            guard count > 0 else { throw ClientError(call: "send", code: code) }
            start += count
        }
    }

    /// One read(2): at most `count` bytes, empty at the end of the stream.
    public func receiveSome(_ count: Int = 65536) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = recv(fd, &buffer, count, 0)
        let code = errno
        guard got >= 0 else { throw ClientError(call: "recv", code: code) }
        return Array(buffer.prefix(got))
    }

    /// Waits until `count` bytes have come, or the end of the stream, and leaves them unread in the kernel.
    public func awaitBytes(_ count: Int) throws {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = recv(fd, &buffer, count, Int32(MSG_PEEK) | Int32(MSG_WAITALL))
        let code = errno
        guard got >= 0 else { throw ClientError(call: "recv", code: code) }
    }

    /// Exactly `count` bytes, or fewer when the stream ends before.
    public func receive(_ count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            let some = try receiveSome(count - all.count)
            if some.isEmpty { break }
            all += some
        }
        return all
    }

    public func receiveText(_ count: Int) throws -> String {
        String(decoding: try receive(count), as: UTF8.self)
    }

    /// Everything up to the end of the stream.
    public func receiveAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let some = try receiveSome()
            if some.isEmpty { return all }
            all += some
        }
    }

    // MARK: Waiting

    /// Whether there is something to read, or an end, before `milliseconds` have passed.
    public func isReadable(within milliseconds: Int32 = 30_000) -> Bool {
        wait(for: Int16(POLLIN), milliseconds)
    }

    /// Waits until the connection is over, by a reset or by both ends, and reads nothing; false when it is not by then.
    @discardableResult
    public func awaitHangUp(within milliseconds: Int32 = 60_000) -> Bool {
        wait(for: 0, milliseconds)
    }

    private func wait(for events: Int16, _ milliseconds: Int32) -> Bool {
        var state = pollfd(fd: fd, events: events, revents: 0)
        return poll(&state, 1, milliseconds) > 0
    }

    /// Sends zeros until nothing more has been taken for `milliseconds`, or `most` have gone; answers how many.
    public func sendWhatFits(most: Int, patience milliseconds: Int32 = 500) throws -> Int {
        let piece = [UInt8](repeating: 0, count: 65536)
        var total = 0
        while total < most, wait(for: Int16(POLLOUT), milliseconds) {
            let count = sendCall(fd, piece, min(piece.count, most - total), Int32(MSG_DONTWAIT))
            let code = errno
            if count < 0, code == EAGAIN { continue }
            guard count > 0 else { throw ClientError(call: "send", code: code) }
            total += count
        }
        return total
    }

    // MARK: Leaving

    public func shutDownWriting() {
        shutdown(fd, Int32(SHUT_WR))
    }

    public func close() {
        let fd = descriptor.withLock { fd in
            defer { fd = -1 }
            return fd
        }
        guard fd >= 0 else { return }
        #if canImport(Glibc)
            _ = Glibc.close(fd)
        #else
            _ = Darwin.close(fd)
        #endif
    }

    /// Closes with RST.
    public func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}

private func sendCall(_ fd: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32 = 0) -> Int {
    #if canImport(Glibc)
        Glibc.send(fd, bytes, count, flags | Int32(MSG_NOSIGNAL))
    #else
        Darwin.send(fd, bytes, count, flags)
    #endif
}
