import Foundation
import Synchronization

/// Ends the process, with a word of what hung, when a round has been under way for two minutes.
///
/// One for all rounds: a sleep of each round's own, cancelled when the round ends, would leave its timer behind until it
/// is due, and the soak would measure that.
final class Watchdog: Sendable {
    private static let patience = Duration.seconds(120)
    private let underWay = Mutex<[Int: (name: String, since: ContinuousClock.Instant)]>([:])

    init() {
        Task { [weak self] in
            while let self {
                self.look()
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    func began(_ number: Int, _ name: String) {
        underWay.withLock { $0[number] = (name, .now) }
    }

    func ended(_ number: Int) {
        underWay.withLock { $0[number] = nil }
    }

    private func look() {
        let hung = underWay.withLock { rounds in
            rounds.values.filter { ContinuousClock.now - $0.since > Watchdog.patience }.map(\.name)
        }
        guard !hung.isEmpty else { return }
        print("FAILED: under way for \(Watchdog.patience): \(hung.sorted().joined(separator: ", "))")
        fflush(nil)
        exit(1)
    }
}
