// Waiting for a server: join as often as you like, finish once. Each has an async and a blocking face.
// Blocking calls are woken by the loop thread alone, never by another task: they can't starve the task pool's threads.

import Dispatch

extension MockEndpoint {
    // MARK: finish

    /// Ends the server (or client) and says what departed from its script.
    ///
    /// Waits until all scripts are done, or a limit has passed; a client that is still connected after its script
    /// has ``Limits/step`` to leave. A client that connects afterwards is refused or reset. Calling it again gives the
    /// same verdict. When the task is cancelled it waits for nothing more: steps not reached are then a note in the
    /// verdict.
    public func finish() async -> Verdict {
        askToFinish()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                inbox.whenFinished { continuation.resume() }
            }
        } onCancel: {
            try? core.stop()
        }
        return verdict()
    }

    /// Ends the server (or client) and says what departed from its script, blocking the calling thread.
    ///
    /// For code that is not async, such as plain XCTest methods.
    @available(*, noasync, message: "use 'await finish()'")
    public func finish(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Verdict {
        finish(
            as: "\(side.noun).finish()",
            at: SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// The same, for calls that end so.
    package func finish(as name: @autoclosure () -> String, at location: SourcePosition) -> Verdict {
        askToFinish()
        waitUntilFinished(name(), location)
        return verdict()
    }

    /// Ends the server at once: nothing more is waited for. Steps not reached are a note in the verdict.
    public func stop() async -> Verdict {
        askToStop()
        await withCheckedContinuation { continuation in
            inbox.whenFinished { continuation.resume() }
        }
        return verdict()
    }

    /// Ends the server at once, blocking the calling thread for the moment that takes.
    @available(*, noasync, message: "use 'await stop()'")
    public func stop() -> Verdict {
        askToStop()
        waitUntilFinished("\(side.noun).stop()", location)
        return verdict()
    }

    // MARK: join

    /// Waits until all steps so far are done; may be called again and again.
    ///
    /// Waiting for the client to leave is not part of it: that is what `finish()` does.
    ///
    /// - Throws: ``ScriptFailed`` with the failures so far, when there are any; `CancellationError` when the task is
    ///   cancelled; ``MockError`` on a server that has been finished.
    public func join() async throws {
        try Task.checkCancellation()
        let token = JoinToken()
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                token.begin(on: self) { continuation.resume() }
            }
        } onCancel: {
            token.cancel(on: inbox)
        }
        try token.outcome()
        try Task.checkCancellation()
        try throwFailures()
    }

    /// Waits until all steps so far are done, blocking the calling thread.
    ///
    /// - Throws: ``ScriptFailed`` with the failures so far, when there are any; ``MockError`` on a server that has
    ///   been finished.
    @available(*, noasync, message: "use 'try await join()'")
    public func join(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let token = JoinToken()
        let done = DispatchSemaphore(value: 0)
        let place = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        // First, for a join that finds a failure is not waited for any more.
        block("join()", at: place, until: done) { token.begin(on: self) { done.signal() } }
        try token.outcome()
        try throwFailures()
    }

    // MARK: parts

    private func beginFinishing() -> Bool {
        guard inbox.beginFinishing() else { return false }
        inbox.live?.close()
        return true
    }

    private func askToFinish() {
        guard beginFinishing() else { return }
        do {
            if core.isSettled {
                inbox.finishAsSettled()  // a script that is done needs no crossing to the loop thread
                return try core.stop()  // nobody waits for this: it lets the listener go
            }
            try core.finish(last: lastProgram())
        } catch {
            inbox.finishAsSettled()  // out of memory: nothing can be asked any more
        }
    }

    private func askToStop() {
        guard beginFinishing() else { return }
        do {
            try core.stop()
        } catch {
            inbox.finishAsSettled()
        }
    }

    /// The unwritten end of a live script; fixed scripts have theirs, and one that says itself how it ends needs none.
    private func lastProgram() throws -> Program? {
        guard let live = inbox.live else { return nil }
        if let rest = try live.fetch() { try core.enqueue(rest) }
        return try live.end()
    }

    private func waitUntilFinished(_ name: @autoclosure () -> String, _ place: SourcePosition) {
        guard inbox.phase != .finished else { return }
        let done = DispatchSemaphore(value: 0)
        inbox.whenFinished { done.signal() }
        BlockedCalls.during(name(), at: place, on: ObjectIdentifier(inbox)) { done.wait() }
    }

    /// Blocks the calling thread until what `begin` has asked for has signalled.
    func block(_ call: String, at place: SourcePosition, until done: DispatchSemaphore, _ begin: () -> Void) {
        BlockedCalls.during("\(side.noun).\(call)", at: place, on: ObjectIdentifier(inbox)) {
            begin()
            done.wait()
        }
    }

    func verdict() -> Verdict {
        progress?.end()
        inbox.log?.flush()
        let plan = plan.withLock { $0 }
        let report = telling.withLock { telling in
            if let judged = telling.judged { return judged }
            let report = (inbox.report ?? EndpointReport()).probed(server: plan.side == .server ? plan.listening : nil)
            telling.judged = report
            return report
        }
        return Judge.verdict(plan, report)
    }

    private func throwFailures() throws {
        guard let report = inbox.failedReport else { return }
        let failures = Judge.verdict(plan.withLock { $0 }, report).failures
        guard !failures.isEmpty else { return }
        progress?.end()
        if let report = telling.withLock({ $0.onJoinFailure }) { throw report(failures) }
        throw ScriptFailed(failures: failures)
    }
}
