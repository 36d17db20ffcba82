// A plain blocking server for tests: real sockets, a thread of its own for each server.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Dispatch
import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Listens on 127.0.0.1 and serves one connection after the other, so many and no more.
public final class TestServer: Sendable {
    public let port: Int
    private let done: DispatchSemaphore
    private let ended = Locked(false)

    /// Listens when it returns; `serve` gets each connection, which is closed when it is dropped.
    public init(
        connections count: Int = 1, backlog: Int32 = 16, _ serve: @escaping @Sendable (TestClient) throws -> Void
    )
        throws
    {
        let (listener, port) = try TestServer.listen(backlog)
        self.port = port
        done = onAThread {
            for _ in 0..<count {
                guard let connection = try? TestServer.accept(from: listener) else { break }
                try? serve(connection)
            }
            _ = close(listener)
        }
    }

    /// A port of 127.0.0.1 on which nobody accepts: once `backlog` and one connections wait, the next gets no answer.
    public static func listen(_ backlog: Int32) throws -> (fd: Int32, port: Int) {
        #if canImport(Glibc)
            let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let fd = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard fd >= 0 else { throw ClientError(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(fd, raw, length) == 0 && systemListen(fd, backlog) == 0 && getsockname(fd, raw, &length) == 0
            }
        }
        guard result else { throw ClientError(call: "bind", code: errno) }
        return (fd, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A Unix-domain socket on whose path nobody accepts until the test does.
    public static func listen(path: String, _ backlog: Int32) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        #if canImport(Glibc)
            let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let fd = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(fd, raw, length) == 0 && systemListen(fd, backlog) == 0
            }
        }
        guard fd >= 0, result else { throw ClientError(call: "bind", code: errno) }
        return fd
    }

    /// The next connection of such a listener.
    public static func accept(from listener: Int32) throws -> TestClient {
        // As for clients: nothing in a test may hang for ever.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        #if canImport(Glibc)
            let fd = Glibc.accept(listener, nil, nil)
        #else
            let fd = Darwin.accept(listener, nil, nil)
        #endif
        guard fd >= 0 else { throw ClientError(call: "accept", code: errno) }
        return TestClient(connected: fd)
    }

    /// Whether its thread has ended, within half a minute.
    public func hasEnded() -> Bool {
        ended.withLock { ended in
            ended = ended || done.wait(timeout: .now() + .seconds(30)) == .success
            return ended
        }
    }
}

private func systemListen(_ fd: Int32, _ backlog: Int32) -> Int32 {
    #if canImport(Glibc)
        Glibc.listen(fd, backlog)
    #else
        Darwin.listen(fd, backlog)
    #endif
}
