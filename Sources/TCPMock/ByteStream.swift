// One connection's bytes between the loop thread, which brings them, and a task, which takes them.

/// Holds what has arrived and was not taken yet: at most 64 MiB, then it fails.
final class ByteStream: Listener {
    static let capacity = 64 << 20

    private enum End {
        case open
        case finished
        case failed(MockError)
    }

    private struct State {
        var waiting: [UInt8] = []
        var end = End.open
        var hasCome = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private enum Next {
        case nothing
        case bytes([UInt8])
        case end
        case failed(MockError)
    }

    private let connection: Int
    private let capacity: Int
    private let state = Locked(State())

    init(of connection: Int, capacity: Int = ByteStream.capacity) {
        self.connection = connection
        self.capacity = capacity
    }

    // MARK: What is told

    func arrived(_ bytes: [UInt8], on _: Int) {
        change { state in
            state.hasCome = true
            guard state.waiting.count + bytes.count <= capacity else {
                state.end = .failed(tooMuch)
                return
            }
            state.waiting += bytes
        }
    }

    func lost(_ count: Int, on _: Int) {
        end(.failed(ObservationText.lost(count, of: connection)))
    }

    func inputEnded(on _: Int) {
        end(.finished)
    }

    func replayed(forgotten: Int) {
        if forgotten > 0 { end(.failed(ObservationText.forgotten(connection))) }
    }

    func givenUp() {
        change { state in
            if !state.hasCome { state.end = .finished }
        }
    }

    func ended() {
        end(.finished)
    }

    private var tooMuch: MockError {
        MockError(
            kind: .misuse,
            "\(counted(capacity, "byte")) of connection \(connection) wait to be taken: take them faster, or stop listening"
        )
    }

    private func end(_ end: End) {
        change { $0.end = end }
    }

    /// Nothing changes any more after the end.
    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .open = state.end else { return [] }
            body(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: What is taken

    /// All that has arrived since the last call, once there is some; nil at the end.
    ///
    /// - Throws: `CancellationError`, and ``MockError`` once, when bytes are missing or too many wait.
    func next() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            switch take() {
            case .bytes(let bytes): return bytes
            case .end: return nil
            case .failed(let error): throw error
            case .nothing: await wait()
            }
        }
    }

    private func take() -> Next {
        state.withLock { state in
            if !state.waiting.isEmpty {
                defer { state.waiting = [] }
                return .bytes(state.waiting)
            }
            switch state.end {
            case .open: return .nothing
            case .finished: return .end
            case .failed(let error):
                state.end = .finished
                return .failed(error)
            }
        }
    }

    /// Until something may have changed.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    // A task that is cancelled before it stands in the list would not be woken.
                    guard case .open = state.end, state.waiting.isEmpty, !Task.isCancelled else { return false }
                    state.waiters.append(continuation)
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            wakeAll()
        }
    }

    private func wakeAll() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// What is said where observing can't tell the whole.
enum ObservationText {
    static func lost(_ count: Int, of connection: Int) -> MockError {
        MockError(
            kind: .misuse,
            "\(counted(count, "byte")) of connection \(connection) had come before, and were not recorded: "
                + "ask before the client sends them, or raise MockServer.Options.recording")
    }

    static func forgotten(_ connection: Int) -> MockError {
        MockError(
            kind: .misuse, "connection \(connection) is gone, and nothing of it was kept: ask before it comes")
    }
}
