// What is enqueued on a live endpoint, on its way to the loop thread.

/// Steps wait here until the loop thread fetches them: those of a burst make one program and cost one wake-up.
///
/// Happy path: appended (the first that waits has the loop fetch) -> fetched, laid out, compiled -> played. What is
/// wrong with steps is found when they are appended, and what nobody has fetched by the finish the caller of that takes.
final class LiveScript: Sendable {
    private struct State {
        var isOpen = true
        var waiting: [Step] = []
        /// What all steps so far have left.
        var lint: ScriptLint.State
    }

    private let state: Locked<State>
    private let plan: Locked<EndpointPlan>
    private let framing: Framing
    private let side: Side

    /// Steps go to the first script of `plan`, which is locked before this is, never after.
    init(_ plan: Locked<EndpointPlan>, framing: Framing, over transport: MockAddress.Family, side: Side) {
        state = Locked(State(lint: ScriptLint.State(transport: transport)))
        self.plan = plan
        self.framing = framing
        self.side = side
    }

    /// All of them, or none when something is wrong. `fetch` asks the loop for one ``fetch()``.
    func append(_ steps: [Step], askingBy fetch: () -> Void) throws {
        let steps = steps.framedByDefault(framing)
        try append(askingBy: fetch) { state in
            try ScriptLint.check(steps, after: &state.lint)
            state.waiting += steps
        }
    }

    /// The most frequent case, without arrays: a step that is wrong only if it stands where it can't.
    func append(plain step: Step, askingBy fetch: () -> Void) throws {
        try append(askingBy: fetch) { state in
            if state.lint.isOpen {
                state.lint.isFirst = false
            } else {
                try ScriptLint.check([step], after: &state.lint)
            }
            state.waiting.append(step)
        }
    }

    private func append(askingBy fetch: () -> Void, _ change: (inout State) throws -> Void) throws {
        try state.withLock { state in
            guard state.isOpen else {
                throw MockError(kind: .misuse, "can't enqueue: the \(side.noun) has been finished")
            }
            let wasEmpty = state.waiting.isEmpty
            try change(&state)
            // In the lock, so that whatever another thread asks of the loop comes behind the steps that it saw enqueued.
            if wasEmpty, !state.waiting.isEmpty { fetch() }
        }
    }

    /// What waits, as the next part of the script; nil: nothing does.
    func fetch() throws -> Program? {
        var steps: [Step] = []
        steps.reserveCapacity(64)  // room for those that wait next: who enqueues them need not make it
        return try plan.withLock { plan in
            state.withLock { swap(&$0.waiting, &steps) }
            return try plan.extendLiveScript { $0.layOut(steps, depth: 0) }
        }
    }

    /// Nothing can be enqueued any more.
    func close() {
        state.withLock { $0.isOpen = false }
    }

    /// The unwritten end, behind all that has been fetched; nil where the script says itself how it ends.
    func end() throws -> Program? {
        if state.withLock({ $0.lint.terminal?.isTerminal == true }) { return nil }
        return try plan.withLock { plan in
            let location = plan.location
            return try plan.extendLiveScript { $0.appendEnd(at: location) }
        }
    }
}

extension EndpointPlan {
    /// Compiles what `change` adds to the one script; nil: nothing.
    fileprivate mutating func extendLiveScript(_ change: (inout ScriptPlan) -> Void) throws -> Program? {
        let base = scripts[0].steps.count
        change(&scripts[0])
        let added = scripts[0].steps[base...]
        return added.isEmpty ? nil : try Program(added, base: base, scale: scale, shaping: options.shaping)
    }
}
