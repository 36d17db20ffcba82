import Foundation
import LineClient
import TCPMockTesting
import Testing

struct Addresses {
    @Test func listensOnIPv6() async throws {
        guard await hasIPv6 else { return }
        try await withMockServer([.expect("PING\r\n")], options: .init(address: .loopbackIPv6)) { server in
            let client = try LineClient(ipv6: server.host, port: server.port)  // ::1
            try client.sendLine("PING")
            client.close()
        }
    }

    @Test func listensOnAUnixSocket() async throws {
        let path = "/tmp/ping-\(UUID()).sock"
        try await withMockServer([.expect("PING\r\n")], options: .init(address: .unix(path: path))) { server in
            let client = try LineClient(path: server.host)
            try client.sendLine("PING")
            client.close()
        }
    }

    /// Containers often have no IPv6.
    private var hasIPv6: Bool {
        get async {
            guard let server = try? MockServer(options: .init(address: .loopbackIPv6)) else { return false }
            _ = await server.stop()
            return true
        }
    }
}
