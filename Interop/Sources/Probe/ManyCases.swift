import Foundation
import PlainClient
import TCPMock

private let reply = String(repeating: "0123456789", count: 25)
private let sweep = FaultSweep(
    [.expect("GET\n"), .send(.text(reply))], faults: [.fin, .reset, .close, .halfClose],
    options: SweepOptions(limit: .seconds(60), watchesLeaks: false))

private struct CutShort: Error {}

/// What a thousand cases with a client in this process leave behind, and two hundred commands.
func manyCases() async throws {
    try await warmUp()
    _ = try await runCases()
    try await untilThreadsHaveEnded(2)
    let before = try Facts.now()
    print(try await runCases())
    print(try await runCommands())
    try await untilAllSocketsAreClosed()
    try await untilThreadsHaveEnded(before.threads)
    let after = try Facts.now()
    print("descriptors:", before.descriptors, after.descriptors)
    print("threads:", before.threads, after.threads)
    print("children:", waitpid(-1, nil, WNOHANG) < 0 ? "none" : "some")
}

private func runCases() async throws -> SweepResult {
    try await sweep.run(blocking: { server in
        let client = try PlainClient(server.host, server.port)
        defer { client.close() }
        try client.send("GET\n")
        guard try client.receive(reply.utf8.count) == reply else { throw CutShort() }
    })
}

private func runCommands() async throws -> SweepResult {
    let cases = (0..<200).map { (number: Int) in
        SweepCase("case \(number)", group: "true", position: number, script: [.delay(.seconds(600))], freeFrom: 0)
    }
    return try await CaseSweep(cases).run(command: ["true"])
}

/// The threads of closures end when they have had nothing to do for some seconds.
private func untilThreadsHaveEnded(_ count: Int) async throws {
    for _ in 0..<200 where try Facts.now().threads > count { try await Task.sleep(for: .milliseconds(50)) }
}
