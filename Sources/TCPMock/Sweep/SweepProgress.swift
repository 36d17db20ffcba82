// A sweep's part of the line that shows how long runs get on.

/// A sweep's place on a board, as long as it has one.
struct SweepProgress: Sendable {
    private let board: ProgressBoard
    private let entry: ProgressBoard.Entry

    /// Begins to show it; nil unless its options ask for it and there is somewhere to.
    init?(_ plan: SweepPlan, _ engine: SweepEngine) {
        guard plan.options.progress != .off else { return nil }
        let descriptor = plan.options.progressDescriptor
        board = descriptor == standardError ? ProgressBoard.standardError : ProgressBoard(descriptor)
        guard board.isTerminal || plan.options.progress == .on else { return nil }
        let opened = SocketCalls.now
        entry = ProgressBoard.Entry("sweep", of: plan.cases.count) { [weak engine] show in
            guard let counts = engine?.counts else { return }
            var report = EndpointReport()
            report.opened = opened
            report.now = SocketCalls.now
            report.active = counts.active
            report.completed = counts.played - counts.hung
            report.failed = counts.hung
            show(report)
        }
        board.begin(entry)
    }

    /// Takes it off the line. More than once is harmless.
    func end() {
        board.end(entry)
    }
}
