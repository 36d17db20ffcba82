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
        var damagedReplies: [Explanation.Key: [DamagedReply]] = [:]
        var answerer: Answerer?
        var observers: Observers?
        var inquiries: Inquiries?

        var explainedReport: EndpointReport? {
            var report = report
            report?.explanations = explanations
            for (key, replies) in damagedReplies { report?.add(replies, at: key) }
            return report
        }
    }

    enum Phase: Sendable {
        case open, finishing, finished
    }

    private let state = Locked(State())
    /// Nil: nothing is logged.
    let log: ActivityLog?
    /// Nil: the endpoint's scripts are fixed.
    let live: LiveScript?
    /// The thread that made the endpoint.
    private let thread = BlockedCalls.ownThread

    init(log: ActivityLog? = nil, live: LiveScript? = nil) {
        self.log = log
        self.live = live
    }

    /// Who answers questions: made by `make` when the first steps come that ask any, and before they can.
    func answerer(_ make: () -> Answerer) -> Answerer {
        state.withLock { state in
            let answerer = state.answerer ?? make()
            state.answerer = answerer
            return answerer
        }
    }

    /// Keeps what a closure has to say of a step that fails at its word.
    func explain(_ key: Explanation.Key, _ explanation: Explanation) {
        state.withLock { $0.explanations[key] = explanation }
    }

    /// Keeps what a closure has damaged of its replies.
    func note(_ key: Explanation.Key, _ replies: [DamagedReply]) {
        state.withLock { state in
            let room = DamagedReply.most - state.damagedReplies[key, default: []].count
            state.damagedReplies[key, default: []] += replies.prefix(max(room, 0))
        }
    }

    /// Who listens to what arrives. Made when it is first wanted, as the next: most endpoints do without.
    var observers: Observers {
        state.withLock { state in
            let observers = state.observers ?? Observers(isFinished: state.phase == .finished)
            state.observers = observers
            return observers
        }
    }

    /// Who has asked something that is answered at once.
    var inquiries: Inquiries {
        state.withLock { state in
            let inquiries = state.inquiries ?? Inquiries()
            state.inquiries = inquiries
            return inquiries
        }
    }

    // MARK: What the loop thread tells

    func asked(_ question: Question) {
        state.withLock { $0.answerer }?.ask(question)
    }

    func askerEnded(_ connection: Int) {
        state.withLock { $0.answerer }?.forget(connection)
    }

    func settled(_ report: EndpointReport) {
        let report = noting(report)
        state.withLock { $0.report = report }
    }

    func joined(_ token: UInt64, _ failedReport: EndpointReport?) {
        let failedReport = failedReport.map(noting)
        let waiter = state.withLock { state in
            if let failedReport, state.phase != .finished {
                state.report = failedReport
                state.failed = true
            }
            return state.joins.removeValue(forKey: token)
        }
        waiter?()
    }

    /// Whoever took a settled report for final has no use for another.
    func finished(_ report: @autoclosure () -> EndpointReport) {
        let report = phase == .finished ? nil : noting(report())
        complete { state in
            if let report { state.report = report }
        }
    }

    /// With whoever is blocked meanwhile, and was when an earlier report came.
    private func noting(_ report: EndpointReport) -> EndpointReport {
        guard report.failed > 0 else { return report }
        var report = report
        report.blockedCalls = state.withLock { $0.report?.blockedCalls ?? [] }
        report.noteBlockedCalls(on: ObjectIdentifier(self), madeOn: thread)
        return report
    }

    /// Nothing more comes: whoever still waits must not wait for ever.
    func closed() {
        complete { _ in }
        let (answerer, observers) = state.withLock { ($0.answerer, $0.observers) }
        answerer?.stop()
        observers?.closed()
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
        let (waiters, observers) = state.withLock { state in
            // A verdict, once given, stays.
            if state.phase != .finished { change(&state) }
            state.phase = .finished
            var waiters = state.finishWaiters
            waiters += state.joins.values
            state.finishWaiters = []
            state.joins = [:]
            return (waiters, state.observers)
        }
        for waiter in waiters { waiter() }
        observers?.finished()
    }
}
