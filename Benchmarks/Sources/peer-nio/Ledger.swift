// What the handlers of one event loop have counted.

import Dispatch
import PeerKit
import Synchronization

/// Counts of all connections. Each connection adds its own when it ends, so that no message takes a lock.
final class Ledger: Sendable {
    private let counts = Mutex(Counts())
    private let connections = DispatchGroup()

    private struct Counts {
        var opened = 0
        var closed = 0
        var bytes = 0
        var failures = 0
    }

    var tally: Tally {
        counts.withLock { Tally(connections: $0.opened, bytes: $0.bytes, failures: $0.failures) }
    }

    var open: Int { counts.withLock { $0.opened - $0.closed } }

    func begin() {
        connections.enter()
        counts.withLock { $0.opened += 1 }
    }

    func end(bytes: Int, failures: Int) {
        counts.withLock {
            $0.closed += 1
            $0.bytes += bytes
            $0.failures += failures
        }
        connections.leave()
    }

    /// Waits until all connections have ended; one that does not is missing in the counts.
    func waitForEnds() {
        _ = connections.wait(timeout: .now() + .seconds(10))
    }
}
