// What the connections' tasks have counted.

import Dispatch
import PeerKit
import Synchronization

/// Counts of all connections. Each connection adds its own when it ends, so that no message takes a lock.
final class Ledger: Sendable {
    private let counts = Mutex((tally: Tally(), open: 0))
    private let connections = DispatchGroup()

    var tally: Tally { counts.withLock { $0.tally } }
    var open: Int { counts.withLock { $0.open } }

    func begin() {
        connections.enter()
        counts.withLock {
            $0.tally.connections += 1
            $0.open += 1
        }
    }

    func end(bytes: Int, isRight: Bool) {
        counts.withLock {
            $0.tally.bytes += bytes
            $0.tally.failures += isRight ? 0 : 1
            $0.open -= 1
        }
        connections.leave()
    }

    /// Waits until all connections have ended; one that does not is missing in the counts.
    func waitForEnds() {
        _ = connections.wait(timeout: .now() + .seconds(10))
    }
}
