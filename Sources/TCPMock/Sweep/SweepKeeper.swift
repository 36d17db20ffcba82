// Which cases' conversations are kept to be looked at: those of a few cases, for a sweep may have thousands.

/// Keeps what was said in the control case, in cases that break a rule, and in one case of each other outcome.
struct SweepKeeper: Sendable {
    /// Of how many cases that break a rule.
    static let mostBroken = 100
    /// Of how many outcomes.
    private static let mostOutcomes = 50

    private struct State {
        var control: SweepRecord?
        var broken = 0
        var outcomes: Set<String> = []
    }

    private let rules: [SweepRule]
    private let state = Locked(State())

    init(_ rules: [SweepRule]) {
        self.rules = rules
    }

    /// Whether a case that has just ended is one of them.
    func keeps(_ record: SweepRecord) -> Bool {
        let control = state.withLock { state -> SweepRecord? in
            if record.sweepCase.isControl { state.control = record }
            return state.control
        }
        if record.sweepCase.isControl { return true }
        let compared = record.compared(with: control)  // rules are the user's own code: not under the lock
        let isBroken = rules.contains { $0.breach(compared) != nil }
        return state.withLock { state in
            if isBroken {
                state.broken += 1
                return state.broken <= SweepKeeper.mostBroken
            }
            return state.outcomes.count < SweepKeeper.mostOutcomes
                && state.outcomes.insert(record.outcome.name).inserted
        }
    }
}
