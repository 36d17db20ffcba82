// Verbs that the tests of servers share.

import CEvLoop
import Dispatch
import TCPMock
import TestClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension MockServer {
    func connect() throws -> TestClient {
        try TestClient.connect(host, port)
    }
}

extension MockServer.Options {
    /// For what is not about limits: however busy the machine is.
    static let unhurried = MockServer.Options(limits: Limits(step: .seconds(60)))
}

/// Serves `script` to one client that does `body` and then closes, unless it stays until the verdict is there.
func serve(
    _ script: Script, options: MockServer.Options = .init(), staying: Bool = false, line: UInt = #line,
    _ body: @escaping @Sendable (TestClient) throws -> Void
) async throws -> Verdict {
    let server = try MockServer(script, options: options, line: line)
    let client = try server.connect()
    // It closes there too: a task may get its turn only after a limit has passed.
    try await onThread {
        try body(client)
        if !staying { client.close() }
    }
    let verdict = await server.finish()
    client.close()
    return verdict
}

/// Tries again what a machine that is busy with other tests may have kept from being so; ever more rarely, for a minute, for
/// attempts one upon the other are what keeps it busy.
func again<T>(_ attempt: () async throws -> T, until isSo: (T) throws -> Bool) async throws -> T {
    let end = ContinuousClock.now + .seconds(60)
    var pause = Duration.milliseconds(20)
    var result = try await attempt()
    while try !isSo(result), ContinuousClock.now < end {
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(4))
        result = try await attempt()
    }
    return result
}

/// What is not decided is tried again.
func conclusive(_ attempt: () async throws -> Verdict) async throws -> Verdict {
    try await again(attempt) { $0.inconclusive.isEmpty }
}

/// Asks again and again until it is so; false when it is not within half a minute.
func becomes(_ isSo: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if try isSo() { return true }
        usleep(1000)
    }
    return false
}

/// A limit that TCPMOCK_TIMEOUT_SCALE does not change: for tests that stall for longer than it.
func unscaled(_ limit: Duration) -> Duration {
    limit / (getenv("TCPMOCK_TIMEOUT_SCALE").flatMap { Double(String(cString: $0)) } ?? 1)
}

/// Whether this machine has an IPv6 loopback address.
let hasIPv6: Bool = {
    guard let server = try? MockServer(options: .init(address: .loopbackIPv6)) else { return false }
    return stopped(server)
}()

private func stopped(_ server: MockServer) -> Bool { server.stop().isClean }

let connectionReset = ClientError(call: "recv", code: ECONNRESET)
