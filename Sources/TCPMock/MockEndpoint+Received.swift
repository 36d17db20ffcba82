// Waiting until something has been received.

import Dispatch

extension MockEndpoint {
    /// Waits until the client has sent `pattern` somewhere in the stream of a connection.
    ///
    /// The streams are searched from their first bytes, whether a step expects them or not, and nothing is taken from
    /// the script.
    ///
    /// - Parameters:
    ///   - pattern: The bytes to look for; at least one.
    ///   - connection: The number of the connection that must send them, counted from 1. Nil: any.
    ///   - limit: How long to wait, multiplied by `TCPMOCK_TIMEOUT_SCALE`. Nil: until the server ends.
    /// - Returns: The number of the connection that sent them.
    /// - Throws: ``MockError`` that says what has come instead, when the limit passes, the server is finished, its script
    ///   fails, or the stream of that one connection ends; also when more had come than was recorded. `CancellationError`
    ///   when the task is cancelled.
    @discardableResult
    public func received(_ pattern: Bytes, on connection: Int? = nil, within limit: Duration? = nil) async throws -> Int
    {
        try Task.checkCancellation()
        try check(pattern, connection)
        let place = Locked<(wait: PatternWait, observation: Observation?)?>(nil)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let wait = PatternWait(for: pattern, on: connection, of: side) { continuation.resume() }
                place.withLock { $0 = (wait, nil) }
                if Task.isCancelled { return wait.conclude(.cancelled) }
                begin(wait, on: connection, within: limit) { observation in
                    place.withLock { $0?.observation = observation }
                }
            }
        } onCancel: {
            place.withLock { $0?.wait }?.conclude(.cancelled)
        }
        guard let ended = place.withLock({ $0 }) else { throw CancellationError() }
        ended.observation?.cancel()
        return try ended.wait.result()
    }

    /// Waits until the client has sent `pattern`, blocking the calling thread.
    ///
    /// - `pattern`: The bytes to look for; at least one.
    /// - `connection`: The number of the connection that must send them, counted from 1. Nil: any.
    /// - `limit`: How long to wait, multiplied by `TCPMOCK_TIMEOUT_SCALE`. Nil: until the server ends.
    ///
    /// - Returns: The number of the connection that sent them.
    /// - Throws: ``MockError`` that says what has come instead.
    @available(*, noasync, message: "use 'try await received(…)'")
    @discardableResult
    public func received(
        _ pattern: Bytes, on connection: Int? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> Int {
        try check(pattern, connection)
        let done = DispatchSemaphore(value: 0)
        let wait = PatternWait(for: pattern, on: connection, of: side) { done.signal() }
        let place = Locked<Observation?>(nil)
        let here = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        block("received(\(pattern))", at: here, until: done) {
            begin(wait, on: connection, within: limit) { observation in place.withLock { $0 = observation } }
        }
        place.withLock { $0 }?.cancel()
        return try wait.result()
    }

    // MARK: parts

    private func check(_ pattern: Bytes, _ connection: Int?) throws {
        try checkConnection(connection)
        if let problem = pattern.problem { throw MockError(kind: .script, problem) }
        if pattern.array.isEmpty { throw MockError(kind: .script, "can't wait for no bytes: the pattern is empty") }
    }

    private func begin(
        _ wait: PatternWait, on connection: Int?, within limit: Duration?, keep: (Observation) -> Void
    ) {
        do {
            keep(try Observation(wait, to: connection, on: self))
        } catch {
            return wait.conclude(.failed(error as? MockError ?? MockError(kind: .system, "\(error)")))
        }
        guard let limit, let nanoseconds = plan.withLock({ $0.scale }).nanoseconds(of: limit) else { return }
        let time = DispatchTime.now() + .nanoseconds(Int(clamping: nanoseconds))
        limitQueue.asyncAfter(deadline: time) { [weak self, weak wait] in
            guard let wait else { return }
            self?.pass(.nanoseconds(nanoseconds), for: wait)
        }
    }

    /// First all that has arrived in time is looked at: a busy machine must not fail a client that was not late.
    private func pass(_ limit: Duration, for wait: PatternWait) {
        do {
            try inbox.inquiries.ask(for: .counts, { _ in wait.conclude(.passed(limit)) }, by: core.snapshot(token:))
        } catch {
            wait.conclude(.passed(limit))  // out of memory
        }
    }
}

/// Rings limits; nothing on it waits.
private let limitQueue = DispatchQueue(label: "TCPMock.limits")
