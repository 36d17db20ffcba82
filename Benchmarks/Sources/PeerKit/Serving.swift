// The life of a peer that serves the load generator: PORT, then lines of standard input until its end, then a report.

import CClient
import Foundation

/// What a peer counted while it served.
package struct Tally: Sendable {
    package var connections: Int
    package var bytes: Int
    package var failures: Int

    package init(connections: Int = 0, bytes: Int = 0, failures: Int = 0) {
        self.connections = connections
        self.bytes = bytes
        self.failures = failures
    }
}

/// Says where to connect, answers `idle` lines with what the open connections cost, and at the end of standard input ends
/// the process with what the peer counted.
///
/// `connected` says how many connections are open now; `finish` ends the peer.
package func serve(port: Int, connected: () -> Int, finish: () -> Tally) -> Never {
    let before = Memory.now
    say("PORT \(port)")
    while let line = readLine() {
        if line == "idle" { reportIdle(since: before, connected) }
    }
    let tally = finish()
    say(["connections": tally.connections, "bytes": tally.bytes, "failures": tally.failures])
    exit(tally.failures == 0 ? 0 : 1)
}

private func reportIdle(since before: Memory, _ connected: () -> Int) {
    let now = Memory.now  // before anything is asked that may allocate
    let count = max(connected(), 1)
    say([
        "rss": now.resident, "user_bytes": (now.heap - before.heap) / count,
        "rss_bytes": (now.resident - before.resident) / count, "measure": "mallinfo2", "connections": count,
    ])
}

/// How much memory this process has.
package struct Memory: Sendable {
    /// In bytes, with all that is shared.
    package let resident: Int
    /// What malloc has given out.
    package let heap: Int

    package static var now: Memory {
        Memory(resident: Int(cclient_resident()), heap: Int(cclient_heap_in_use()))
    }
}
