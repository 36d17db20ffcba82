// A listener that gives each connection a task.

import FlyingSocks
import Foundation

/// One per process, as tests would share it; it runs as long as the process.
func startPool() async throws -> some AsyncSocketPool {
    let pool = SocketPool.make(maxEvents: 256)
    try await pool.prepare()
    return pool
}

/// Listens on a free port of the loopback.
func listen() throws -> (socket: Socket, port: Int) {
    let socket = try Socket(domain: AF_INET, type: .stream)
    try socket.setValue(true, for: .localAddressReuse)
    try socket.bind(to: .loopback4)
    try socket.listen(maxPendingConnection: 4096)
    guard case .ip4(_, let port) = try socket.sockname() else { throw SocketError.unsupportedAddress }
    return (socket, Int(port))
}

extension SocketAddress where Self == sockaddr_in {
    static var loopback4: sockaddr_in {
        get throws { try .inet(ip4: "127.0.0.1", port: 0) }
    }
}

extension AsyncSocket {
    /// The next connection; replies on it are not held back.
    func nextConnection() async throws -> AsyncSocket {
        let connection = try await accept()
        try connection.socket.setValue(1, for: Int32SocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
        return connection
    }
}
