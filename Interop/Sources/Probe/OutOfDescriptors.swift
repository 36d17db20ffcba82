import Foundation
import PlainClient
import TCPMock

private let clientCount = 12
private let room = 4

/// Twelve clients connect to a server that has descriptors for four.
func outOfDescriptors() async throws {
    try await warmUp()
    let server = try MockServer(every: [.send("hi"), .expect("bye")], count: clientCount, options: .patient)
    // The clients' sockets exist before descriptors become scarce: only accepting needs more.
    let clients = try (0..<clientCount).map { _ in try PlainClient() }
    try leaveRoom(for: room)
    for client in clients { try client.connect(server.host, server.port) }

    // Just the first and the last: what the runtime opens and closes meanwhile makes the room a little more or less.
    try greet(clients[0])
    print("the first is served")
    print("the last is kept waiting:", isKeptWaiting(clients[clientCount - 1]))

    // Each that leaves makes room: its own descriptor and the server's.
    try leave(clients[0])
    for client in clients.dropFirst() {
        try greet(client)
        try leave(client)
    }
    print("all are served")
    print(await server.finish())
}

/// Lowers the soft limit so far that `count` descriptors more can be opened.
private func leaveRoom(for count: Int) throws {
    var limit = rlimit()
    getrlimit(nofile, &limit)
    limit.rlim_cur = rlim_t(try firstFreeDescriptor() + count)
    guard setrlimit(nofile, &limit) == 0 else { throw SocketError.last("setrlimit") }
}

/// All below it are taken: gaps are filled first.
private func firstFreeDescriptor() throws -> Int {
    let highest = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int($0) }.max() ?? 2
    var free = dup(0)
    while free >= 0, free < highest { free = dup(0) }
    guard free >= 0 else { throw SocketError.last("dup") }
    close(free)
    return Int(free)
}

private func greet(_ client: PlainClient) throws {
    guard try client.receive(2) == "hi" else { throw SocketError(call: "receive \"hi\"", code: 0) }
}

private func leave(_ client: PlainClient) throws {
    try client.send("bye")
    client.close()
}

/// It is connected, by the kernel, but nobody says "hi".
private func isKeptWaiting(_ client: PlainClient) -> Bool {
    client.setPatience(milliseconds: 200)
    defer { client.setPatience(milliseconds: 30_000) }
    do {
        _ = try client.receive(2)
        return false
    } catch {
        return (error as? SocketError)?.code == EAGAIN
    }
}

extension MockServer.Options {
    static let patient = MockServer.Options(limits: Limits(step: .seconds(30)))
}

extension SocketError {
    fileprivate static func last(_ call: String) -> SocketError {
        SocketError(call: call, code: errno)
    }
}

#if canImport(Glibc)
    private let nofile = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    private let nofile = RLIMIT_NOFILE
#endif
