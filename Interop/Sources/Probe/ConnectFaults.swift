import Foundation
import PlainClient
import TCPMock

private let never = Duration.seconds(600)

/// What 100 rounds of all faults leave behind, and how much of a second the process works while clients wait.
func connectFaults() async throws {
    try await warmUp()
    try await round()
    try await untilAllSocketsAreClosed()
    let before = try Facts.now()
    for _ in 1...100 { try await round() }
    try await untilAllSocketsAreClosed()
    let after = try Facts.now()
    print("descriptors:", before.descriptors, after.descriptors)
    print("threads:", before.threads, after.threads)
    let faults: [ConnectFault] = [
        .slowAccept(never), .neverAcceptedThenReset(after: never), .blackHole, .refused,
    ]
    for fault in faults {
        print("processor ms:", try await work(under: fault), fault)
    }
}

private func round() async throws {
    let server = try MockServer(
        every: [.send("x")], options: .init(afterScript: .mayStayOpen, connectFault: .blackHole))
    let faults: [ConnectFault] = [
        .refused, .blackHole, .slowAccept(never), .blackHole, .neverAcceptedThenReset, .acceptThenReset,
    ]
    for fault in faults {
        let client = try PlainClient()
        client.setPatience(milliseconds: 1)
        try? client.connect(server.host, server.port)
        try await server.setConnectFault(fault)
        client.close()
    }
    try await server.bringUp()
    _ = await server.stop()
}

/// Three clients knock, and a second goes by.
private func work(under fault: ConnectFault) async throws -> Int {
    let server = try MockServer(every: [.send("x")], options: .init(connectFault: fault))
    var clients: [PlainClient] = []
    for _ in 1...3 {
        let client = try PlainClient()
        client.setPatience(milliseconds: 10)
        try? client.connect(server.host, server.port)
        clients.append(client)
    }
    let before = processorTime()
    try await Task.sleep(for: .seconds(1))
    let used = processorTime() - before
    for client in clients { client.close() }
    _ = await server.stop()
    return used
}

/// Of all threads, in milliseconds.
private func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
}
