// A receive(atLeast:) before the step that waits: it takes all there is.

extension FailureAccount {
    struct GreedyStep {
        let step: PlannedStep
        let took: Int
        /// Where the bytes stand in the stream that it could have left.
        let surplus: Range<Int>

        /// "step 1, receive(atLeast: 5)".
        var name: String { "step \(step.number ?? 0), \(step.written)" }
    }

    /// The receive(atLeast:) that took more than it needed, right before this step.
    var greedyStep: GreedyStep? {
        guard planned?.step.takesBytes == true,
            let index = script.steps[..<failure.step].lastIndex(where: { $0.step.takesBytes && $0.number != nil }),
            case .receiveAtLeast(let least) = script.steps[index].step.kind,
            let place = connection.events.lastIndex(where: { $0.kind == .stepDone && $0.step == index }), place > 0
        else { return nil }
        let end = connection.events[place].consumed
        let took = end - connection.events[place - 1].consumed
        guard took > least else { return nil }
        return GreedyStep(step: script.steps[index], took: took, surplus: (end - took + least)..<end)
    }

    /// What that step took of what this one waits for.
    var robbery: Robbery? {
        guard let greedy = greedyStep else { return nil }
        let total = connection.received.total
        return Robbery(
            of: want, by: greedy.name, surplus: greedy.surplus.count, had: total - greedy.surplus.upperBound,
            stream: connection.received.known(greedy.surplus.lowerBound..<total))
    }

    private var want: Robbery.Want {
        if let count = wantedCount, literals.isEmpty { return .count(count) }
        if !literals.isEmpty { return .bytes(literals) }
        if case .receiveUntil(let delimiter, _)? = planned?.step.kind { return .ending(delimiter.array) }
        switch pieceFraming?.kind {
        case .delimiter(let delimiter)?: return .ending(delimiter.array)
        case .line?: return .ending([0x0a])
        default: return .anything
        }
    }

    /// The bytes it waits for, where there are but few ways to write them.
    private var literals: [[UInt8]] {
        guard let planned else { return [] }
        if case .choice(let choice) = planned.role {
            return choice.framing == nil ? untakenOptions(of: choice).map(\.literal).filter { !$0.isEmpty } : []
        }
        switch (planned.role, planned.step.kind) {
        case (.part, _): return []
        case (_, .expect(let bytes)): return [bytes.array]
        case (_, .expectFrame(let payload, let framing)): return [framing.unchecked(payload.array)]
        case (_, .expectPiece(let piece)): return piece.literals ?? []
        default: return []
        }
    }
}
