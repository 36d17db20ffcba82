// Questions to the loop thread that it answers once each, within microseconds.

import Dispatch

final class Inquiries: Sendable {
    /// What became of a request to take the listener down or up.
    enum Turn: Sendable {
        case done
        case refused(Int32)
        case finished
    }

    private enum Inquiry {
        case counts(@Sendable (EndpointReport) -> Void)
        case snapshot(@Sendable (EndpointReport) -> Void)
        case turn(@Sendable (Turn) -> Void)
    }

    private struct State {
        var waiting: [UInt64: Inquiry] = [:]
        var nextToken: UInt64 = 1
    }

    private let state = Locked(State())

    // MARK: What the loop thread tells

    /// `make` is asked for the connections too, or for the counts only.
    func answer(_ token: UInt64, _ make: (_ whole: Bool) -> EndpointReport) {
        switch take(token) {
        case .counts(let waiter): waiter(make(false))
        case .snapshot(let waiter): waiter(make(true))
        case .turn, nil: break
        }
    }

    func answer(_ token: UInt64, _ turn: Turn) {
        if case .turn(let waiter) = take(token) { waiter(turn) }
    }

    // MARK: What callers ask

    /// Asks by `post`; when that throws nobody will answer, and `waiter` is not called.
    func ask(whole: Bool, _ waiter: @escaping @Sendable (EndpointReport) -> Void, by post: (UInt64) throws -> Void)
        rethrows
    {
        try ask(whole ? .snapshot(waiter) : .counts(waiter), by: post)
    }

    /// Asks by `post`; when that throws nobody will answer, and `waiter` is not called.
    func ask(turn waiter: @escaping @Sendable (Turn) -> Void, by post: (UInt64) throws -> Void) rethrows {
        try ask(.turn(waiter), by: post)
    }

    private func ask(_ inquiry: Inquiry, by post: (UInt64) throws -> Void) rethrows {
        let token = state.withLock { state in
            let token = state.nextToken
            state.nextToken += 1
            state.waiting[token] = inquiry
            return token
        }
        do {
            try post(token)
        } catch {
            _ = take(token)
            throw error
        }
    }

    private func take(_ token: UInt64) -> Inquiry? {
        state.withLock { $0.waiting.removeValue(forKey: token) }
    }
}

/// One answer, that a thread blocks for: it is woken by whoever gives it.
final class Answer<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ value: Value) {
        self.value.withLock { $0 = value }
        given.signal()
    }

    /// Once, after which it is gone.
    func wait() -> Value? {
        given.wait()
        return value.withLock { $0 }
    }
}
