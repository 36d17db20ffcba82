// run() and report.

public import TCPMock

extension Sweep {
    /// Runs the client once for each case, and records each rule that is broken, at the line that made the sweep.
    ///
    /// ```swift
    /// try await FaultSweep(session, faults: [.fin, .reset]).verify { server in
    ///     try await Client(host: server.host, port: server.port).fetch()
    /// }
    /// ```
    ///
    /// In a Swift Testing or XCTest test a broken rule becomes one issue of that test, with the map of outcomes, on the calling
    /// task.
    ///
    /// - `classify`: what an outcome is called. Default: `returned` with the value, or `threw` with the error's type.
    /// - `client`: connects to the server that it is given, does what is tested, and returns.
    ///
    /// - Returns: The outcomes, as `run`.
    /// - Throws: What `run` throws; `SweepFailed` when rules were broken and no test framework is running.
    @discardableResult
    public func verify<R>(
        classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome = { SweepOutcome($0) },
        _ client: @escaping @Sendable (MockServer) async throws -> R
    ) async throws -> SweepResult {
        let reporter = Reporter.current
        return try reporter.conclude(await reporter.running { try await run(classify: classify, client) })
    }

    /// Runs a client that blocks its thread once for each case, on threads for it, and records each rule that is broken.
    ///
    /// - Returns: The outcomes, as `run`.
    /// - Throws: What `run` throws; `SweepFailed` when rules were broken and no test framework is running.
    @discardableResult
    public func verify<R>(
        classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome = { SweepOutcome($0) },
        blocking client: @escaping @Sendable (MockServer) throws -> R
    ) async throws -> SweepResult {
        let reporter = Reporter.current
        return try reporter.conclude(await reporter.running { try await run(classify: classify, blocking: client) })
    }

    /// Runs a command once for each case, and records each rule that is broken.
    ///
    /// - Returns: The outcomes, as `run`.
    /// - Throws: What `run` throws; `SweepFailed` when rules were broken and no test framework is running.
    @discardableResult
    public func verify(
        command: SweepCommand, classify: @escaping @Sendable (SweepCommand.Ending) -> SweepOutcome = { $0.outcome }
    ) async throws -> SweepResult {
        let reporter = Reporter.current
        return try reporter.conclude(await reporter.running { try await run(command: command, classify: classify) })
    }

    /// Runs a client that blocks its thread once for each case, blocks until all are done, and records each rule that is broken.
    ///
    /// - Returns: The outcomes, as `run`.
    /// - Throws: What `run` throws; `SweepFailed` when rules were broken and no test framework is running.
    @available(*, noasync, message: "use 'try await verify(blocking:)'")
    @discardableResult
    public func verify<R>(
        classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome = { SweepOutcome($0) },
        blocking client: @escaping @Sendable (MockServer) throws -> R
    ) throws -> SweepResult {
        let reporter = Reporter.current
        return try reporter.conclude(try reporter.running { try run(classify: classify, blocking: client) })
    }

    /// Runs a command once for each case, blocks until all are done, and records each rule that is broken.
    ///
    /// - Returns: The outcomes, as `run`.
    /// - Throws: What `run` throws; `SweepFailed` when rules were broken and no test framework is running.
    @available(*, noasync, message: "use 'try await verify(command:)'")
    @discardableResult
    public func verify(
        command: SweepCommand, classify: @escaping @Sendable (SweepCommand.Ending) -> SweepOutcome = { $0.outcome }
    ) throws -> SweepResult {
        let reporter = Reporter.current
        return try reporter.conclude(try reporter.running { try run(command: command, classify: classify) })
    }
}

extension Reporter {
    fileprivate func conclude(_ result: SweepResult) throws -> SweepResult {
        for note in result.notes { printToStandardError("note: \(note)") }
        let failures = SweepEvidence(self).kept(result)
        if self == .none, !failures.isEmpty { throw SweepFailed(failures: failures) }
        for failure in failures { record(failure.message, at: failure.location) }
        return result
    }

    /// A sweep that can't be made of its script is recorded at the script's line.
    fileprivate func running(_ run: () async throws -> SweepResult) async throws -> SweepResult {
        do { return try await run() } catch { throw recorded(error) }
    }

    fileprivate func running(_ run: () throws -> SweepResult) throws -> SweepResult {
        do { return try run() } catch { throw recorded(error) }
    }

    private func recorded(_ error: any Error) -> any Error {
        guard self != .none, let error = error as? MockError, let location = error.location else { return error }
        return recordedError(error.message, at: location)
    }
}
