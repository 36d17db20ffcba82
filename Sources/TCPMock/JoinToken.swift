// One join under way: it may be cancelled before, while or after it is registered.

final class JoinToken: Sendable {
    private struct State {
        var token: UInt64?
        var isCancelled = false
        var problem: MockError?
    }

    private let state = Locked(State())

    /// Registers with the server; `waiter` is called exactly once, also when that fails.
    func begin(on endpoint: MockEndpoint, waiter: @escaping Inbox.Waiter) {
        guard let token = endpoint.inbox.registerJoin(waiter) else {
            state.withLock {
                $0.problem = MockError(kind: .misuse, "can't join: the \(endpoint.side.noun) has been finished")
            }
            return waiter()
        }
        let isCancelled = state.withLock { state in
            state.token = token
            return state.isCancelled
        }
        if isCancelled { return endpoint.inbox.cancelJoin(token) }
        do {
            try endpoint.core.join(token: token)
        } catch {
            state.withLock { $0.problem = error as? MockError }
            endpoint.inbox.cancelJoin(token)
        }
    }

    func cancel(on inbox: Inbox) {
        let token = state.withLock { state in
            state.isCancelled = true
            return state.token
        }
        if let token { inbox.cancelJoin(token) }
    }

    /// Throws why the join could not be asked for.
    func outcome() throws {
        if let problem = state.withLock({ $0.problem }) { throw problem }
    }
}
