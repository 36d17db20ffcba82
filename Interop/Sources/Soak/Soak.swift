import Foundation
import TCPMock

/// Epochs of the same rounds, one after the other, until the time is over.
///
/// An epoch plays every kind of round several times, with several rounds at once. Between two epochs nothing is open, and
/// that is when memory is looked at: what is resident then is what has been kept, or is free and was not given back.
struct Soak {
    let seconds: Double
    let warmUp: Double
    let rounds: [Round]
    let showsSamples: Bool
    private static let atOnce = 10
    private let watchdog = Watchdog()
    private static let reportEvery = Duration.seconds(10)

    /// - `only`: the name of the one kind of round to play, to find what grows; nil: all.
    init(seconds: Double, warmUp: Double, only: String?, showsSamples: Bool) {
        rounds = Round.epoch.filter { only == nil || $0.name == only }
        self.seconds = seconds
        self.warmUp = warmUp
        self.showsSamples = showsSamples
    }

    /// Answers what is wrong.
    func run() async throws -> [String] {
        let began = ContinuousClock.now
        var total = await Round.manyProbed.ledger(number: 0)
        var growth: Growth?
        var reported = began
        var epochs = 0
        while total.problems.isEmpty {
            let now = ContinuousClock.now
            if now - began >= .seconds(seconds) { break }
            total += await epoch()
            epochs += 1
            let facts = try await Facts.whenQuiet(descriptors: growth?.baseline.descriptors)
            if growth == nil, ContinuousClock.now - began >= .seconds(warmUp) {
                growth = Growth(baseline: facts, connections: total.connections)
            }
            growth?.add(facts, connections: total.connections)
            if showsSamples { print("sample", total.connections, facts.text) }
            if ContinuousClock.now - reported >= Soak.reportEvery {
                reported = .now
                print(line(total, facts, growth, ContinuousClock.now - began))
                fflush(nil)  // into a file or pipe, too
            }
        }
        guard total.problems.isEmpty else { return total.problems }
        guard let growth, growth.samples > 2 else { return ["too short: nothing was sampled after the warm-up"] }
        print(summary(total, growth, epochs, ContinuousClock.now - began))
        return growth.problems
    }

    private func epoch() async -> Ledger {
        await withTaskGroup(of: Ledger.self) { group in
            var total = Ledger()
            for (index, round) in rounds.enumerated() {
                if index >= Soak.atOnce, let done = await group.next() { total += done }
                group.addTask {
                    watchdog.began(index, round.name)
                    defer { watchdog.ended(index) }
                    return await round.ledger(number: index)
                }
            }
            for await done in group { total += done }
            return total
        }
    }

    private func line(_ total: Ledger, _ facts: Facts, _ growth: Growth?, _ time: Duration) -> String {
        let rate = Double(total.connections) / time.inSeconds
        let slope = growth?.text ?? "warming up"
        return "\(Int(time.inSeconds)) s  \(total.text), \(Int(rate)) connections/s; \(facts.text); \(slope)"
    }

    private func summary(_ total: Ledger, _ growth: Growth, _ epochs: Int, _ time: Duration) -> String {
        """
        \(epochs) epochs of \(rounds.count) rounds in \(Int(time.inSeconds)) s: \(total.text)
        every byte is accounted for; after the warm-up: \(growth.summary)
        """
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
