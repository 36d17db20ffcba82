// A client that answers at once, and one that waits, measured on a machine that is kept busy at low priority.
// Arguments: how many busy processes (nice 19) there are, and how often each client is measured.

import Children
import Foundation
import PlainClient
import TCPMock

private let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
private let hogs = arguments.first ?? 4
private let runs = arguments.dropFirst().first ?? 50

/// A client in this process, on a thread of its own.
private func inside(after milliseconds: UInt32) -> @Sendable (MockServer) async throws -> Void {
    { server in
        let port = server.port
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let client = try PlainClient("127.0.0.1", port)
                        try client.send("HELLO\n")
                        _ = try client.receive(5)
                        if milliseconds > 0 { usleep(milliseconds * 1000) }
                        try client.send("PONG\n")
                        client.close()
                    })
            }
        }
    }
}

/// A client in a process of its own.
private func outside(after milliseconds: Int) -> @Sendable (MockServer) async throws -> Void {
    { server in
        let text =
            "exec 3<>/dev/tcp/127.0.0.1/\(server.port); echo HELLO >&3; read -r line <&3; "
            + (milliseconds > 0 ? "sleep 0.\(milliseconds < 100 ? "0" : "")\(milliseconds); " : "") + "echo PONG >&3"
        _ = try await Child.run("bash", ["-c", text])
    }
}

private func measure(
    _ name: String, latency: Duration, _ client: @Sendable (MockServer) async throws -> Void
) async throws -> Int {
    var (passed, inconclusive, failed) = (0, 0, 0)
    var example = ""
    for _ in 0..<runs {
        let server = try MockServer([
            .expect("HELLO\n", within: .seconds(60)), .send("PING\n"),
            .expect("PONG\n", within: .seconds(60), latency: latency),
        ])
        // Of a connection that has failed the client gets a reset; else it must come through.
        var thrown: (any Error)?
        do { try await client(server) } catch { thrown = error }
        let verdict = await server.finish()
        if let thrown, verdict.isClean { throw thrown }
        if !verdict.isClean {
            failed += 1
            example = "\(verdict)"
        } else if verdict.inconclusive.isEmpty {
            passed += 1
        } else {
            inconclusive += 1
            if example.isEmpty { example = "\(verdict)" }
        }
    }
    print("\(name), latency \(latency): passed \(passed), inconclusive \(inconclusive), failed \(failed) of \(runs)")
    if !example.isEmpty { print(example) }
    return failed
}

/// What can't fail proves nothing: before the machine is kept busy, the client that waits is caught, unless others keep
/// it busy.
private func catchSlowClient() async throws -> Bool {
    for attempt in 1...100 {
        let server = try MockServer([
            .expect("HELLO\n", within: .seconds(60)), .send("PING\n"),
            .expect("PONG\n", within: .seconds(60), latency: .milliseconds(20)),
        ])
        try? await inside(after: 50)(server)
        if await !server.finish().isClean {
            print("after 50 ms, before the machine is kept busy: failed at attempt \(attempt)")
            return true
        }
    }
    return false
}

if try await !catchSlowClient() { print("after 50 ms: never caught, for the machine was busy already") }
private let children = try (0..<hogs).map { _ in
    try BackgroundChild("nice", ["-n", "19", "sh", "-c", "while :; do :; done"], deadline: .seconds(120))
}
private var red = 0
for bound in [Duration.milliseconds(20), .milliseconds(2)] {
    red += try await measure("at once, in this process", latency: bound, inside(after: 0))
}
red += try await measure("at once, in another process", latency: .milliseconds(20), outside(after: 0))
let slow = try await measure("after 50 ms, in this process", latency: .milliseconds(20), inside(after: 50))
let slowOutside = try await measure("after 50 ms, in another process", latency: .milliseconds(20), outside(after: 50))
for child in children { child.end() }
print("correct clients failed: \(red); slow ones: \(slow + slowOutside) of \(2 * runs)")
exit(red == 0 ? 0 : 1)
