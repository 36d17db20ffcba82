// Questions to the loop thread that it answers once each, within microseconds.

import Dispatch

final class Inquiries: Sendable {
    /// What became of a request to take the listener down or up.
    enum Turn: Sendable {
        case done
        case refused(Int32)
        case finished
    }

    /// How much of a report is wanted.
    enum Extent: Sendable {
        /// Connections' numbers alone.
        case counts
        /// Bytes and steps too.
        case statistics
        /// Each connection's record too.
        case whole
    }

    private enum Inquiry {
        case report(Extent, @Sendable (EndpointReport) -> Void)
        case turn(@Sendable (Turn) -> Void)
    }

    private struct State {
        var waiting: [UInt64: Inquiry] = [:]
        var nextToken: UInt64 = 1
    }

    private let state = Locked(State())

    // MARK: What the loop thread tells

    func answer(_ token: UInt64, _ make: (Extent) -> EndpointReport) {
        switch take(token) {
        case .report(let extent, let waiter): waiter(make(extent))
        case .turn, nil: break
        }
    }

    func answer(_ token: UInt64, _ turn: Turn) {
        if case .turn(let waiter) = take(token) { waiter(turn) }
    }

    // MARK: What callers ask

    /// Asks by `post`; when that throws nobody will answer, and `waiter` is not called.
    func ask(
        for extent: Extent, _ waiter: @escaping @Sendable (EndpointReport) -> Void, by post: (UInt64) throws -> Void
    ) rethrows {
        try ask(.report(extent, waiter), by: post)
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
