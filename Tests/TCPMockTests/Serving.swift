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

/// Serves `script` to one client that does `body` and then closes, unless it stays until the verdict is there.
func serve(
    _ script: Script, options: MockServer.Options = .init(), staying: Bool = false, line: UInt = #line,
    _ body: (TestClient) throws -> Void
) async throws -> Verdict {
    let server = try MockServer(script, options: options, line: line)
    let client = try server.connect()
    try body(client)
    if !staying { client.close() }
    let verdict = await server.finish()
    client.close()
    return verdict
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

func pause(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
}

let connectionReset = ClientError(call: "recv", code: ECONNRESET)

/// Stands on the loop thread until it is let go: nothing is served meanwhile.
final class LoopBlock: Sendable {
    private let begun = DispatchSemaphore(value: 0)
    private let letGo = DispatchSemaphore(value: 0)

    /// Returns when the loop stands still.
    static func begin() -> LoopBlock {
        let block = LoopBlock()
        let context = Unmanaged.passRetained(block)  // released when it has run
        evl_loop_post(
            { raw in
                guard let raw else { return }
                let block = Unmanaged<LoopBlock>.fromOpaque(raw).takeRetainedValue()
                block.begun.signal()
                block.letGo.wait()
            }, context.toOpaque())
        block.begun.wait()
        return block
    }

    func release() { letGo.signal() }
}
