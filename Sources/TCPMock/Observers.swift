// Who listens to what arrives on an endpoint's connections, while it runs.

/// Is told of one connection, or of all, from the first byte; on the loop thread: it is brief and calls nobody back.
protocol Listener: AnyObject, Sendable {
    /// The next bytes of the connection's stream.
    func arrived(_ bytes: [UInt8], on connection: Int)
    /// So many of its bytes came before somebody listened, and were not recorded.
    func lost(_ count: Int, on connection: Int)
    /// No more bytes will come on it. May be said again.
    func inputEnded(on connection: Int)
    /// All that was recorded has been told; of `forgotten` connections, or of the only one asked for, nothing was kept.
    func replayed(forgotten: Int)
    /// The script has failed: connections that have not come need not be waited for.
    func givenUp()
    /// The endpoint has ended: nothing more comes.
    func ended()
}

/// The listeners of one endpoint: first each is told what was recorded, then what arrives.
///
/// Who began to listen before the endpoint ended is still told what was recorded: the core answers that before it goes.
final class Observers: Sendable {
    private struct Entry {
        let listener: any Listener
        /// Nil: all.
        let connection: Int?
        var isReplayed = false
        /// Whether the one connection that it is about has been shown.
        var isShown = false
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var nextToken: UInt64 = 1
        var isFinished = false
    }

    private let state: Locked<State>

    init(isFinished: Bool = false) {
        state = Locked(State(isFinished: isFinished))
    }

    // MARK: What listeners do

    func add(_ listener: any Listener, to connection: Int?) -> UInt64 {
        state.withLock { state in
            let token = state.nextToken
            state.nextToken += 1
            state.entries[token] = Entry(listener: listener, connection: connection)
            return token
        }
    }

    /// False when it was not there.
    func remove(_ token: UInt64) -> Bool {
        state.withLock { $0.entries.removeValue(forKey: token) != nil }
    }

    // MARK: What the loop thread tells

    /// Whom it concerns: the one that is being replayed to, or (`token` 0) all that have been.
    func listeners(to connection: Int, for token: UInt64) -> [any Listener] {
        state.withLock { state in
            guard token == 0 else {
                state.entries[token]?.isShown = true
                return state.entries[token].map { [$0.listener] } ?? []
            }
            return state.entries.values
                .filter { $0.isReplayed && ($0.connection == nil || $0.connection == connection) }
                .map(\.listener)
        }
    }

    func inputEnded(on connection: Int, for token: UInt64) {
        for listener in listeners(to: connection, for: token) { listener.inputEnded(on: connection) }
    }

    func replayed(_ token: UInt64, accepted: Int, forgotten: Int) {
        let (entry, isFinished) = state.withLock { state in
            state.entries[token]?.isReplayed = true
            return (state.entries[token], state.isFinished)
        }
        guard let entry else { return }
        if let connection = entry.connection {
            entry.listener.replayed(forgotten: connection <= accepted && !entry.isShown ? 1 : 0)
        } else {
            entry.listener.replayed(forgotten: forgotten)
        }
        if isFinished { entry.listener.ended() }
    }

    func givenUp(for token: UInt64) {
        let listeners = state.withLock { state in
            state.entries.filter { $0.value.isReplayed && (token == 0 || token == $0.key) }.values.map(\.listener)
        }
        for listener in listeners { listener.givenUp() }
    }

    /// No more will arrive; who has not been told what was recorded is told that first.
    func finished() {
        let listeners = state.withLock { state in
            state.isFinished = true
            return state.entries.values.filter(\.isReplayed).map(\.listener)
        }
        for listener in listeners { listener.ended() }
    }

    /// The core is gone: nobody is told anything any more.
    func closed() {
        let listeners = state.withLock { $0.entries.values.map(\.listener) }
        for listener in listeners { listener.ended() }
    }
}

/// A listener's place among the observers, given up when this goes, or before.
final class Observation: Sendable {
    private let cancelling: @Sendable () -> Void

    /// Has `listener` told of a connection (nil: all) of `endpoint`, which it does not keep alive.
    init(_ listener: any Listener, to connection: Int?, on endpoint: MockEndpoint) throws {
        let observers = endpoint.inbox.observers
        let token = observers.add(listener, to: connection)
        do {
            try endpoint.core.observe(connection: connection, token: token)
        } catch {
            _ = observers.remove(token)
            throw error
        }
        cancelling = { [weak endpoint] in
            guard observers.remove(token), let endpoint else { return }
            try? endpoint.core.unobserve()  // without memory it goes on telling nobody
        }
    }

    /// Harmless when done already.
    func cancel() {
        cancelling()
    }

    deinit {
        cancelling()
    }
}
