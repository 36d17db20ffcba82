// Running a sweep: with a closure, a closure that blocks, or a command; each awaited or blocking.

import Dispatch

extension Sweep {
    /// Runs the client once for each case, several at the same time, each against a server of its own.
    ///
    /// - `classify`: what an outcome is called. Default: ``SweepOutcome/init(_:)``.
    /// - `client`: connects to the server that it is given, does what is tested, and returns. Its task is cancelled at the
    ///   case's limit, and its connection reset.
    ///
    /// - Returns: The outcomes, and which rules were broken.
    /// - Throws: ``MockError`` when the script can't be played, or the system has no more descriptors; `CancellationError`.
    public func run<R>(
        classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome = { SweepOutcome($0) },
        _ client: @escaping @Sendable (MockServer) async throws -> R
    ) async throws -> SweepResult {
        try await SweepRun(planned(), .closure(classify, client)).result()
    }

    /// Runs a client that blocks its thread once for each case; it has threads of its own, and not those of tasks.
    ///
    /// All else as for clients that don't. One that does not come back at its limit is left behind, and reported.
    public func run<R>(
        classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome = { SweepOutcome($0) },
        blocking client: @escaping @Sendable (MockServer) throws -> R
    ) async throws -> SweepResult {
        try await SweepRun(planned(), .blocking(classify, client)).result()
    }

    /// Runs a command once for each case: a client in any language.
    ///
    /// - `classify`: what an outcome is called. Default: `exited` with the status and the standard output, or `signalled`.
    ///
    /// - Throws: ``MockError`` also when the command can't be run.
    public func run(
        command: SweepCommand, classify: @escaping @Sendable (SweepCommand.Ending) -> SweepOutcome = { $0.outcome }
    ) async throws -> SweepResult {
        try await SweepRun(planned(), .command(command, classify)).result()
    }

    /// Runs a client that blocks its thread once for each case, and blocks until all are done.
    @available(*, noasync, message: "use 'try await run(blocking:)'")
    public func run<R>(
        classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome = { SweepOutcome($0) },
        blocking client: @escaping @Sendable (MockServer) throws -> R
    ) throws -> SweepResult {
        try SweepRun(planned(), .blocking(classify, client)).blockingResult()
    }

    /// Runs a command once for each case, and blocks until all are done.
    @available(*, noasync, message: "use 'try await run(command:)'")
    public func run(
        command: SweepCommand, classify: @escaping @Sendable (SweepCommand.Ending) -> SweepOutcome = { $0.outcome }
    ) throws -> SweepResult {
        try SweepRun(planned(), .command(command, classify)).blockingResult()
    }
}

extension SweepRun {
    /// The sweep runs on a thread of its own; nothing of the task pool's waits for it.
    func result() async throws -> SweepResult {
        let driver = drive()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                begin { continuation.resume(returning: $0) }
            }
        } onCancel: {
            engine.cancel()
        }
        await driver.value
        return try result.get()
    }

    func blockingResult() throws -> SweepResult {
        _ = drive()
        let done = DispatchSemaphore(value: 0)
        let result = Locked<Result<SweepResult, any Error>?>(nil)
        begin { came in
            result.withLock { $0 = came }
            done.signal()
        }
        done.wait()
        return try result.withLock { $0 }!.get()
    }

    /// Starts clients as tasks of the caller's, so that `#expect` inside them counts for its test.
    private func drive() -> Task<Void, Never> {
        Task(executorPreference: ClosureExecutor.shared) { [jobs = engine.jobs] in
            for await job in jobs { job.start() }
        }
    }

    private func begin(_ done: @escaping @Sendable (Result<SweepResult, any Error>) -> Void) {
        SweepThread.detach { [self] in
            let result = Result { try conduct() }
            engine.end()
            done(result)
        }
    }
}
