// A server under test: it answers lines, on a thread for each connection. Small and blocking, for the examples.

import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Answers each line with what a closure makes of it; nil closes the connection.
public final class LineServer: Sendable {
    private let listener: Int32
    private let answer: @Sendable (String) -> String?
    /// The port it listens on.
    public let port: Int

    /// Listens on 127.0.0.1, at a free port.
    public init(_ answer: @escaping @Sendable (String) -> String?) throws {
        self.answer = answer
        (listener, port) = try listen()
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                Thread.detachNewThread { [self] in serve(client) }
            }
            close(listener)
        }
    }

    /// Stops accepting; connections that are open go on.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ client: Int32) {
        defer { close(client) }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(client, &byte, 1, 0) == 1 {
            line.append(byte)
            guard line.suffix(2) == [13, 10] else { continue }
            guard let text = answer(String(decoding: line.dropLast(2), as: UTF8.self)) else { return }
            let bytes = Array("\(text)\r\n".utf8)
            guard send(client, bytes, bytes.count, noSignal) == bytes.count else { return }
            line = []
        }
    }
}

#if canImport(Glibc)
    private let noSignal = Int32(MSG_NOSIGNAL)
    private let stream = Int32(SOCK_STREAM.rawValue)
#else
    private let noSignal: Int32 = 0
    private let stream = SOCK_STREAM
#endif

private func listen() throws -> (listener: Int32, port: Int) {
    let listener = socket(AF_INET, stream, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(listener, address, length) == 0 && listen(listener, 128) == 0
                && getsockname(listener, address, &length) == 0
        }
    }
    guard result else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
}
