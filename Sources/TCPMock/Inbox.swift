// Where the loop thread leaves what a server has to say, and whoever waits for it picks it up.

/// The Swift end of a server: filled by the loop thread, read by any thread.
///
/// Happy path: settled -> (finish asked -> finished)? -> closed. Waiters are called outside the lock, once.
final class Inbox: Sendable {
    /// Called once, on the loop thread or the caller's.
    typealias Waiter = @Sendable () -> Void

    private struct State {
        var phase = Phase.open
        var report: EndpointReport?
        var joins: [UInt64: Waiter] = [:]
        var nextToken: UInt64 = 1
        var finishWaiters: [Waiter] = []
        var failed = false
        var explanations: [Explanation.Key: Explanation] = [:]

        var explainedReport: EndpointReport? {
            var report = report
            report?.explanations = explanations
            return report
        }
    }

    enum Phase: Sendable {
        case open, finishing, finished
    }

    private let state = Locked(State())
    /// Who listens to what arrives, and who has asked something that is answered at once.
    let observers = Observers()
    let inquiries = Inquiries()
    /// Nil: nothing is logged.
    let log: ActivityLog?

    init(log: ActivityLog? = nil) {
        self.log = log
    }

    /// Who answers questions; set before the endpoint is opened.
    let answerer = Locked<Answerer?>(nil)

    /// Keeps what a closure has to say of a step that fails at its word.
    func explain(_ key: Explanation.Key, _ explanation: Explanation) {
        state.withLock { $0.explanations[key] = explanation }
    }

    // MARK: What the loop thread tells

    func asked(_ question: Question) {
        answerer.withLock { $0 }?.ask(question)
    }

    func askerEnded(_ connection: Int) {
        answerer.withLock { $0 }?.forget(connection)
    }

    func settled(_ report: EndpointReport) {
        state.withLock { $0.report = report }
    }

    func joined(_ token: UInt64, _ failedReport: EndpointReport?) {
        let waiter = state.withLock { state in
            if let failedReport, state.phase != .finished {
                state.report = failedReport
                state.failed = true
            }
            return state.joins.removeValue(forKey: token)
        }
        waiter?()
    }

    func finished(_ report: EndpointReport) {
        complete { $0.report = report }
    }

    /// Nothing more comes: whoever still waits must not wait for ever.
    func closed() {
        complete { _ in }
        answerer.withLock { $0 }?.stop()
        observers.closed()
    }

    // MARK: What callers ask

    /// Begins finishing; false when somebody has already.
    func beginFinishing() -> Bool {
        state.withLock { state in
            guard state.phase == .open else { return false }
            state.phase = .finishing
            return true
        }
    }

    /// The last report is final: finishes without asking the loop.
    func finishAsSettled() {
        complete { _ in }
    }

    /// Calls `waiter` once the server has finished, at once when it has.
    func whenFinished(_ waiter: @escaping Waiter) {
        let now = state.withLock { state in
            if state.phase == .finished { return true }
            state.finishWaiters.append(waiter)
            return false
        }
        if now { waiter() }
    }

    /// A token to join with, under which `waiter` will be called; nil when the server is being finished.
    func registerJoin(_ waiter: @escaping Waiter) -> UInt64? {
        state.withLock { state in
            guard state.phase == .open else { return nil }
            let token = state.nextToken
            state.nextToken += 1
            state.joins[token] = waiter
            return token
        }
    }

    /// Calls the waiter now instead of later; nothing when it has been called.
    func cancelJoin(_ token: UInt64) {
        let waiter = state.withLock { $0.joins.removeValue(forKey: token) }
        waiter?()
    }

    var phase: Phase {
        state.withLock { $0.phase }
    }

    var report: EndpointReport? {
        state.withLock { $0.explainedReport }
    }

    /// The report of a join that found a failure.
    var failedReport: EndpointReport? {
        state.withLock { $0.failed ? $0.explainedReport : nil }
    }

    private func complete(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state -> [Waiter] in
            // A verdict, once given, stays.
            if state.phase != .finished { change(&state) }
            state.phase = .finished
            let waiters = state.finishWaiters + state.joins.values
            state.finishWaiters = []
            state.joins = [:]
            return waiters
        }
        for waiter in waiters { waiter() }
        observers.finished()
    }
}
