// What a server costs that nobody talks to.

import Foundation
import PeerKit
import TCPMock

func idleServers(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? 2_000
    _ = try MockServer([.expect("x")]).stop()  // what is made lazily is made now
    let before = Memory.now
    var servers: [MockServer] = []
    servers.reserveCapacity(count)
    let timings = try time(count) {
        servers.append(
            try MockServer([.expect("Hello, server!"), .send("Hello, client!"), .expectDisconnect()]))
        return true
    }
    let after = Memory.now
    let failures = servers.map { $0.stop() }.count { !$0.isClean }
    say([
        "count": count, "failures": failures, "user_bytes": (after.heap - before.heap) / count,
        "rss_bytes": (after.resident - before.resident) / count, "measure": "mallinfo2",
        "ns_per_op": timings.perOperation,
    ])
    exit(failures == 0 ? 0 : 1)
}
