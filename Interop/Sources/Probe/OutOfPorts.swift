import TCPMock

/// Clients where the system has ten ports to connect from: the test starts this in a network namespace that has no more.
///
/// Each part connects from addresses of its own, so that none meets the TIME_WAIT of another.
func outOfPorts() async throws {
    // More are to stay open at once than there are ports: it is told so, and does not hang.
    print("held:", try await dial(12, atOnce: 12, .stayOpen, [.expectDisconnect(.any)], from: 2))

    // The ports of those that end by reset are free again at once: a window of ten goes on and on.
    print("reset:", try await dial(100, atOnce: 10, .reset, [.expectDisconnect(.reset)], from: 3))

    // A window that is too wide waits for those in it to end.
    print("window:", try await dial(100, atOnce: 20, .reset, [.expectDisconnect(.reset)], from: 4))

    // Each address has ten ports of its own.
    print("sources:", try await dial(30, atOnce: 30, .stayOpen, [.expectDisconnect(.any)], from: 5, 6, 7))
}

private func dial(
    _ count: Int, atOnce: Int, _ afterScript: MockClient.AfterScript, _ end: Script, from sources: Int...
) async throws -> Verdict {
    let server = try MockServer(
        every: [.expect("a"), .send("b")] + end,
        options: .init(address: .ipv4(port: 40_000 + sources[0])))  // none of the ten
    let clients = try MockClient.many(
        count, atOnce: atOnce, connectingTo: server.address, [.send("a"), .expect("b")],
        options: .init(
            connect: .milliseconds(200), sources: sources.map { .ipv4("127.0.0.\($0)") }, afterScript: afterScript))
    try? await clients.join()
    let verdict = await clients.finish()
    _ = await server.stop()
    return verdict
}
