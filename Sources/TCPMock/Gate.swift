// A point that several scripts and the test's own code wait for.

/// Opens once and stays open; connections and the test's own code wait for it.
///
/// ```swift
/// let ready = Gate("ready")
/// try await withMockServer(connections: [
///     [.expect("HELLO\r\n"), .open(ready), .expectDisconnect(.any)],
///     [.wait(ready), .send("GO\r\n")],
/// ]) { server in … }
/// ```
///
/// A step that waits has the step's limit, and its failure names who should have opened the gate.
public final class Gate: Sendable, CustomStringConvertible {
    private struct State {
        var isOpen = false
        var nextToken: UInt64 = 0
        var waiters: [UInt64: @Sendable () -> Void] = [:]
    }

    /// Its name in messages.
    public let name: String
    let location: SourcePosition
    private let state = Locked(State())

    /// A closed gate.
    public init(
        _ name: String,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) {
        self.name = name
        location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
    }

    /// Whether it has been opened.
    public var isOpen: Bool {
        state.withLock { $0.isOpen }
    }

    /// Lets all pass that wait now or later. Legal on any thread; again does nothing.
    public func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter() }
    }

    /// Returns when it is open.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first. Give the test a time limit: this wait has none.
    public func opened() async throws {
        let token = Locked<UInt64?>(nil)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mine = whenOpen { continuation.resume() }
                token.withLock { $0 = mine }
                if Task.isCancelled, let mine { release(mine) }
            }
        } onCancel: {
            if let mine = token.withLock({ $0 }) { release(mine) }
        }
        if !isOpen { throw CancellationError() }
    }

    /// `gate "ready"`.
    public var description: String {
        "gate \"\(name)\""
    }

    /// Calls `waiter` once, when it is open; at once when it is, and then there is no token.
    @discardableResult
    func whenOpen(_ waiter: @escaping @Sendable () -> Void) -> UInt64? {
        let token = state.withLock { state -> UInt64? in
            if state.isOpen { return nil }
            state.nextToken += 1
            state.waiters[state.nextToken] = waiter
            return state.nextToken
        }
        if token == nil { waiter() }
        return token
    }

    /// Lets one waiter pass without opening.
    private func release(_ token: UInt64) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: token) }
        waiter?()
    }
}
