// How a case breaks off a reply, or cuts it up: the one place that knows which steps do that.
//
// A break is released when the client has taken what came before it, and each slice when the client has taken the one before: else
// what the client sees would depend on who is faster.

/// The steps of a case.
enum CaseScript {
    /// The first bytes of a reply, and then the fault. What the client does afterwards is its own business.
    static func broken(_ reply: SweepReply, after count: Int, by fault: Fault) -> [Step] {
        let part = Bytes(reply.bytes.prefix(count))
        return (count == 0 ? [] : [sent(part, in: .whole, instead: reply.step)]) + fault.steps(at: reply.step)
    }

    /// A reply in several slices: `cuts` are offsets between its first byte and its last.
    static func sliced(_ step: Step, _ bytes: [UInt8], at cuts: [Int]) -> Step {
        guard !cuts.isEmpty else { return step }
        return sent(Bytes(bytes), in: .at(cuts), instead: step)
    }

    /// Bytes in lock-step, at the line of the step that would have sent them.
    private static func sent(_ bytes: Bytes, in slices: Slices, instead step: Step) -> Step {
        var sent = Step(.send(bytes), within: step.limit, pacing: Pacing(slices, .lockstep), step.location)
        sent.label = step.label
        return sent
    }
}

extension Fault {
    /// What breaks a case off. However the client leaves then is the client's own business.
    fileprivate func steps(at place: Step) -> [Step] {
        // No limit of these ends a case: the client does, or the sweep's own limit.
        let long = Duration.seconds(86_400)
        let make = { (kind: Step.Kind, limit: Duration?) in Step(kind, within: limit, place.location) }
        return switch kind {
        case .reset, .close, .stall: [make(.fault(self, .here), nil)]
        case .fin: [make(.fault(self, .here), long)]
        case .halfClose: [make(.fault(self, .here), nil), make(.fault(.fin, .here), long)]
        }
    }
}
