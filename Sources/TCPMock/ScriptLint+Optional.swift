// Steps that are played only if asked for: their bytes must tell them from what follows, wherever the script goes on.

extension ScriptLint {
    /// Steps that may be asked for next, if what follows them is not.
    struct Undecided: Sendable {
        let step: Step
        /// With which bytes they are asked for.
        let literals: [[UInt8]]
        /// What is done then, in words.
        let body: [String]
        /// Whether what comes next is written right behind it, and not further out or in the next round.
        var isNear = true

        /// Whether it is the same, in another round or written again: which of them is played makes no difference.
        fileprivate func isSame(as other: Undecided) -> Bool {
            body == other.body && literals == other.literals
        }
    }

    static func walkOptional(_ step: Step, _ body: [Step], depth: Int, _ state: inout State) throws {
        let asked = try undecided(step, body)
        for before in state.undecided where before.isNear || !before.isSame(as: asked) {
            try tell(before, from: step, asked.literals)
        }
        state.unanswered = nil  // which way to go is read
        var inside = state
        inside.undecided = []
        try walk(body, depth: depth, &inside)
        state.isFirst = false
        leave([asked] + (inside.goesOn ? inside.undecided : []), in: &state)
    }

    private static func undecided(_ step: Step, _ body: [Step]) throws -> Undecided {
        try checkNotEmpty(step, body)
        guard let first = body.first(where: { !$0.isLabel })?.first, let literals = first.literals else {
            throw problem(step, "\(step) must begin with literal bytes: only they say whether the client asks for it")
        }
        return Undecided(step: step, literals: literals, body: body.map { "\($0)" })
    }

    /// Adds to what may be asked for, each but once.
    static func leave(_ undecided: [Undecided], in state: inout State) {
        for one in undecided where !state.undecided.contains(where: { $0.isSame(as: one) }) {
            state.undecided.append(one)
        }
    }

    /// At the end of a list of steps.
    static func leaveList(_ state: inout State) {
        for index in state.undecided.indices { state.undecided[index].isNear = false }
    }

    // MARK: What follows

    /// A step that is no longer optional: it decides all before it.
    static func decide(by step: Step, _ state: inout State) throws {
        if state.undecided.isEmpty { return }
        try tell(state.undecided, from: step)
        state.undecided = []
    }

    static func tell(_ undecided: [Undecided], from next: Step) throws {
        let theirs = beginnings(of: next)
        for one in undecided { try tell(one, from: next, theirs) }
    }

    private static func tell(_ undecided: Undecided, from next: Step, _ theirs: [[UInt8]]?) throws {
        let step = undecided.step
        guard let theirs else {
            // Further out it may well be told apart, by what the client sends.
            if !undecided.isNear { return }
            throw problem(step, "\(step) is followed by \(next), from which its bytes can't tell it apart")
        }
        for one in undecided.literals {
            for other in theirs where one.starts(with: other) || other.starts(with: one) {
                throw problem(
                    step, "\(step) begins as \(next) does, which follows it: they can't be told apart by their bytes")
            }
        }
    }

    /// With which bytes a step may begin; nil where that can't be said.
    private static func beginnings(of step: Step) -> [[UInt8]]? {
        switch step.kind {
        case .expectDisconnect, .expectEOF, .disconnect: return []
        case .expectTemplate(let template):
            if case .bytes(let bytes)? = template.moves.first { return [bytes] }
            return nil
        case .expectPiece(let piece) where piece.literals == nil:
            guard case .line = piece.form, case .prefix(let bytes) = piece.check.kind else { return nil }
            return [bytes.array]
        case .anyOrder(let options): return all(options.filter { !$0.isLabel }.map(\.first.literals))
        case .choose(let routes): return all(routes.map { $0.beginning.beginning.map { [$0] } })
        default: return step.first.literals
        }
    }

    private static func all(_ beginnings: [[[UInt8]]?]) -> [[UInt8]]? {
        beginnings.contains { $0 == nil } ? nil : beginnings.compactMap { $0 }.flatMap { $0 }
    }
}
