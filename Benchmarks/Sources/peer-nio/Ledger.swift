// What the handlers of one event loop have counted.

import NIOConcurrencyHelpers
import PeerKit

/// Counts of all connections. Each connection adds its own when it ends, so that no message takes a lock.
final class Ledger: Sendable {
    private let counts = NIOLockedValueBox(Counts())

    private struct Counts {
        var opened = 0
        var closed = 0
        var bytes = 0
        var failures = 0
    }

    var tally: Tally {
        counts.withLockedValue { Tally(connections: $0.opened, bytes: $0.bytes, failures: $0.failures) }
    }

    var open: Int { counts.withLockedValue { $0.opened - $0.closed } }

    func begin() {
        counts.withLockedValue { $0.opened += 1 }
    }

    func end(bytes: Int, failures: Int) {
        counts.withLockedValue {
            $0.closed += 1
            $0.bytes += bytes
            $0.failures += failures
        }
    }
}
