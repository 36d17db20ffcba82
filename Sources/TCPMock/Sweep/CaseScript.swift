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
    /// No limit of these ends a case: the client does, or the sweep's own limit.
    fileprivate func steps(at place: Step) -> [Step] {
        let long = Duration.seconds(86_400)
        let fault = Step(.fault(self, .here), within: self == .stall ? nil : long, place.location)
        // Its other half is still open: what the client says there is its own business.
        let drain = Step(.disconnect(discardingInput: true), within: long, place.location)
        return self == .halfClose ? [fault, drain] : [fault]
    }
}
