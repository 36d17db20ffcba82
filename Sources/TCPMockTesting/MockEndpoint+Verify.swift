// finish() and report.

public import TCPMock

extension MockEndpoint {
    /// Finishes the server (or client) and records each failure at the line of the step that was not met.
    ///
    /// In a Swift Testing or XCTest test the failures become issues of that test, on the calling task. A failure that
    /// has been recorded before is not recorded again.
    ///
    /// - Returns: The verdict, as `finish()`.
    /// - Throws: `ScriptFailed` when there are failures and no test framework is running.
    @discardableResult
    public func verify() async throws -> Verdict {
        let reporter = Reporter.current
        let verdict = await finish()
        try reporter.conclude(self, verdict)
        return verdict
    }

    /// Finishes the server (or client) and records each failure, blocking the calling thread.
    ///
    /// - Returns: The verdict, as `finish()`.
    /// - Throws: `ScriptFailed` when there are failures and no test framework is running.
    @available(*, noasync, message: "use 'try await verify()'")
    @discardableResult
    public func verify(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> Verdict {
        let reporter = Reporter.current
        let place = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        let verdict = finish(as: "verify()", at: place)
        try reporter.conclude(self, verdict)
        return verdict
    }
}

extension Reporter {
    /// Reports what nobody has reported yet.
    func conclude(_ endpoint: MockEndpoint, _ verdict: Verdict) throws {
        noteInconclusive(verdict, of: endpoint)
        let failures = unreported(of: endpoint, verdict)
        guard !failures.isEmpty else { return }
        if self == .none { throw ScriptFailed(failures: failures) }
        record(failures)
    }

    /// What nobody has reported yet, with the files in which the evidence now is.
    func unreported(of endpoint: MockEndpoint, _ verdict: Verdict) -> [ScriptFailure] {
        let keeper = EvidenceKeeper(self, endpoint)
        keeper.keep(verdict)
        return keeper.named(in: endpoint.claimUnreported(verdict.failures))
    }

    /// Reports what was found before something else was thrown: nothing is thrown on top of it.
    func concludeEarly(_ endpoint: MockEndpoint, _ verdict: Verdict) {
        noteInconclusive(verdict, of: endpoint)
        record(unreported(of: endpoint, verdict))
        notePending(verdict, of: endpoint)
    }

    /// Says which assertions nobody can be blamed for: a warning each, at the step's line.
    func noteInconclusive(_ verdict: Verdict, of endpoint: MockEndpoint) {
        let doubts = endpoint.claimUnreported(verdict.inconclusive)
        for doubt in doubts.prefix(Reporter.mostIssues) {
            let times = doubt.count > 1 ? "\n  \(doubt.count) times in all; the first is shown" : ""
            note(doubt.message + times, at: doubt.location)
        }
        if doubts.count > Reporter.mostIssues {
            note(
                "\(doubts.count - Reporter.mostIssues) inconclusive steps more are in the verdict",
                at: endpoint.location)
        }
    }

    /// Says which steps were not reached because nothing more was waited for.
    func notePending(_ verdict: Verdict, of endpoint: MockEndpoint) {
        guard !verdict.notes.isEmpty else { return }
        note(verdict.notes.joined(separator: "\n"), at: endpoint.location)
    }

    /// A join in the test reports at the step's line, and throws what the framework does not report again.
    func adopt(_ endpoint: MockEndpoint) {
        endpoint.setJoinFailureHandler { [weak endpoint] failures in
            guard let endpoint else { return recordAndMakeError(failures) }
            let unreported = endpoint.claimUnreported(failures)
            if unreported.isEmpty { return ScriptFailed(failures: failures) }
            return recordAndMakeError(EvidenceKeeper(self, endpoint).named(in: unreported))
        }
    }

    /// Makes a server; a script that can't be played is recorded at its own line.
    func make<E: MockEndpoint>(_ makeEndpoint: () throws -> E) throws -> E {
        do {
            let endpoint = try makeEndpoint()
            adopt(endpoint)
            return endpoint
        } catch let error as MockError {
            guard self != .none, let location = error.location else { throw error }
            throw recordedError(error.message, at: location)
        }
    }
}
