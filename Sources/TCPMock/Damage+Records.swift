// Which of a connection's sends were damaged: from its events, its script, and what closures have answered.

/// Damage that a closure asked for, in its answer to the connection's n-th request of that step.
struct DamagedReply: Sendable {
    let request: Int
    let damage: Damage
    let what: String

    /// Of each step, at most so many are told.
    static let most = 100

    /// What is damaged of a reply's steps.
    static func all(_ steps: [Step], request: Int) -> [DamagedReply] {
        steps.compactMap { step in
            guard let damage = step.damage, let what = step.damageDone else { return nil }
            return DamagedReply(request: request, damage: damage, what: what)
        }
    }
}

extension ConnectionReport {
    /// The damaged sends, with the place of the event that tells of each.
    func damagedSends(_ script: ScriptPlan) -> [(event: Int, send: DamagedSend)] {
        var requests: [Int: Int] = [:]
        return events.enumerated().flatMap { index, event -> [(event: Int, send: DamagedSend)] in
            guard event.kind == .stepDone, script.steps.indices.contains(event.step) else { return [] }
            let planned = script.steps[event.step]
            guard let number = planned.number else { return [] }
            if let damage = planned.step.damage, let what = planned.step.damageDone {
                return [(index, DamagedSend(step: number, damage: damage, what: what))]
            }
            requests[event.step, default: 0] += 1
            // Behind a cut nobody knows which request it was.
            if eventsCut > 0, index >= eventsHead { return [] }
            return (damagedReplies[event.step] ?? []).filter { $0.request == requests[event.step] }
                .map { (index, DamagedSend(step: number, damage: $0.damage, what: $0.what)) }
        }
    }
}

extension ConnectionRecord {
    /// Which of its sends were damaged, and how, in the order in which they went.
    public var damagedSends: [DamagedSend] {
        guard let plan else { return [] }
        return report.damagedSends(plan).map(\.send)
    }
}
