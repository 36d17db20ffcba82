import Foundation
import PlainClient
import TCPMock

private let serverCount = 200
/// So long that a stop which waited for it would be noticed.
private let delay = Duration.seconds(60)

/// What 200 servers at once leave behind, against what one leaves; three times over.
func manyServers() async throws {
    try await warmUp()
    let before = try Facts.now()
    for _ in 0..<3 {
        let slowest = try await runServers(serverCount)
        print("slowest stop ms:", Int(slowest / .milliseconds(1)))
    }
    try await untilAllSocketsAreClosed()
    let after = try Facts.now()
    print("descriptors:", before.descriptors, after.descriptors)
    print("threads:", before.threads, after.threads)
    print("resident KiB:", before.residentKiB, after.residentKiB)
}

/// So many servers at the same time, each stopped in the middle of its delay; the slowest stop.
func runServers(_ count: Int) async throws -> Duration {
    let pairs = try await withThrowingTaskGroup(of: (MockServer, PlainClient).self) { group in
        for _ in 0..<count { group.addTask { try serverInADelay() } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
    return await withTaskGroup(of: Duration.self) { group in
        for (server, _) in pairs {
            group.addTask { await ContinuousClock().measure { _ = await server.stop() } }
        }
        return await group.reduce(.zero) { max($0, $1) }
    }
}

/// A server that has sent what stands before its delay, and its client.
private func serverInADelay() throws -> (MockServer, PlainClient) {
    let server = try MockServer([.send("before"), .delay(delay), .send("after")])
    let client = try PlainClient(server.host, server.port)
    guard try client.receive(6) == "before" else { throw SocketError(call: "receive \"before\"", code: 0) }
    return (server, client)
}
