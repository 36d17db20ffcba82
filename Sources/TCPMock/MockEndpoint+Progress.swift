// The endpoint's part of the line that shows how long runs get on.

/// An endpoint's place on a board, as long as it has one.
struct ShownProgress: Sendable {
    private let board: ProgressBoard
    private let entry: ProgressBoard.Entry

    /// Begins to show it; nil unless its options ask for it and there is somewhere to.
    init?(_ plan: EndpointPlan, _ core: CoreEndpoint, _ inbox: Inbox) {
        guard plan.options.progress != .off else { return nil }
        let descriptor = plan.options.progressDescriptor
        board = descriptor == standardError ? ProgressBoard.standardError : ProgressBoard(descriptor)
        guard board.isTerminal || plan.options.progress == .on else { return nil }
        // Weak: being shown must not keep an endpoint from ending.
        entry = ProgressBoard.Entry(plan.side.noun, of: plan.connectionsToCome) { [weak core, weak inbox] waiter in
            guard let core, let inbox else { return }
            try? inbox.inquiries.ask(for: .counts, waiter, by: core.glance(token:))
        }
        board.begin(entry)
    }

    /// Takes it off the line, before anything else is told of it. More than once is harmless.
    func end() {
        board.end(entry)
    }
}

extension EndpointPlan {
    /// Nil: any number.
    fileprivate var connectionsToCome: Int? {
        switch mode {
        case .list: scripts.count
        case .every(let count, _): count
        case .live: 1
        }
    }
}
