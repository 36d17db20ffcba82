// Options that are each played once, in the order in which they are asked for: none may stand in another's way in all of
// these orders, nor take what another waits for.

extension ScriptLint {
    /// Walks each option from where all of them begin, for any may be the first.
    static func walkAnyOrder(_ step: Step, _ options: [Step], depth: Int, _ state: inout State) throws {
        try checkAnyOrder(step, options)
        try decide(by: step, &state)
        let options = options.filter { !$0.isLabel }
        let ways = try options.map { try walk($0, after: state, depth: depth) }
        for (index, way) in ways.enumerated() where way.goesOn && !way.undecided.isEmpty {
            for (other, option) in options.enumerated() where other != index {
                try tell(way.undecided, from: option.first)
            }
        }
        try checkLasts(options, ways, after: state, depth: depth)
        meet(ways, &state)
    }

    private static func walk(_ option: Step, after state: State, depth: Int) throws -> State {
        var inside = state
        try walk([option], depth: depth, &inside)
        return inside
    }

    /// What ends a stream, or stops reading, must be asked for last; of two such options neither can be met behind the other.
    private static func checkLasts(_ options: [Step], _ ways: [State], after state: State, depth: Int) throws {
        // One that lets no option follow, and one that lets none send: more need not be held against others.
        var closing: (option: Step, way: State)?
        var halfClosing: (option: Step, way: State)?
        let isHalfClosed = state.halfClosed != nil
        for (option, way) in zip(options, ways) where !way.takesMore || (way.halfClosed != nil && !isHalfClosed) {
            for last in [closing, halfClosing].compactMap({ $0 }) {
                do {
                    _ = try walk(option, after: last.way, depth: depth)
                } catch {
                    if (try? walk(last.option, after: way, depth: depth)) == nil { throw error }
                }
            }
            if way.takesMore {
                halfClosing = halfClosing ?? (option, way)
            } else {
                closing = closing ?? (option, way)
            }
        }
    }

    /// Behind all of them what each leaves holds, for one that lets no other follow was the last.
    private static func meet(_ ways: [State], _ state: inout State) {
        let last = ways.first { !$0.takesMore } ?? (ways.count == 1 ? ways.first : nil)
        state.isFirst = false
        state.terminal = last?.terminal
        state.served = last?.served
        state.clientEnded = last?.clientEnded
        state.deaf = last?.deaf
        state.unanswered = last?.unanswered
        state.halfClosed = ways.lazy.compactMap(\.halfClosed).first
        for way in last.map({ [$0] }) ?? ways where way.goesOn { leave(way.undecided, in: &state) }
    }

    // MARK: Which of them takes what comes

    private static func checkAnyOrder(_ step: Step, _ options: [Step]) throws {
        let options = options.filter { !$0.isLabel }
        try checkNotEmpty(step, options)
        if options.count > 64 { throw problem(step, "\(step) has more than 64 steps") }
        for option in options where !option.mayBeAlternative {
            throw problem(
                option, "\(option) can't stand in anyOrder: what comes must choose it, so it begins with an expectation"
            )
        }
        if let framing = step.commonFraming { return try checkNarrowerFirst(options.map(\.first), framing) }
        for option in options where option.literals?.count != 1 {
            throw problem(
                option,
                "\(option.first) can't be told apart from the others by its bytes: begin with literal bytes, "
                    + "or begin all with pieces of one framing")
        }
        if let message = ambiguity(options.map { ("\($0.first)", $0.literals?.first ?? []) }) {
            throw problem(step, "anyOrder: \(message)")
        }
    }

    /// Checks are tried in order. One that passes all that a later one passes, and more, takes the later one's piece when
    /// that comes first; then nothing is left that takes its own. The other way round all orders pass.
    private static func checkNarrowerFirst(_ firsts: [Step], _ framing: Framing) throws {
        for (index, option) in firsts.enumerated() {
            guard let check = option.checkAtStart else { continue }
            for before in firsts[..<index] {
                guard let wider = before.checkAtStart, wider.covers(check),
                    let piece = wider.piece(failing: check, in: framing)
                else { continue }
                throw problem(
                    option,
                    "\(option) can't be met in every order: \(before) stands before it and takes its piece too, when that comes "
                        + "first, and then nothing takes \(ByteText.quoted(piece)). Put the narrower one first")
            }
        }
    }
}

extension ScriptLint.State {
    /// Whether an expectation can be met.
    fileprivate var takesMore: Bool { goesOn && clientEnded == nil && deaf == nil }
}

extension Step {
    /// Whether what comes can choose it.
    fileprivate var mayBeAlternative: Bool {
        switch kind {
        case .expect, .expectPiece: true
        case .sequence(let steps): steps.first { !$0.isLabel }?.mayBeAlternative ?? false
        default: false
        }
    }
}
