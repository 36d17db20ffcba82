// What TCPMockTesting needs to report each failure once, wherever it is found first.

extension MockEndpoint {
    /// What makes two failures the same: ages and counts in the details may have grown in between.
    struct ReportKey: Hashable {
        let location: SourcePosition
        let kind: ScriptFailure.Kind
        let connection: Int?
    }

    struct Telling: Sendable {
        /// What the first verdict was made of, with what clients' probes had counted by then: later ones say the same.
        var judged: EndpointReport?
        /// Failures that a test framework has been told.
        var reported: Set<ReportKey> = []
        /// The same of what was inconclusive.
        var doubted: Set<ReportKey> = []
        /// How many failures have been attached to the test.
        var attached = 0
        /// What a join that found a failure throws, once the failure is reported; nil: the failures themselves.
        var onJoinFailure: (@Sendable ([ScriptFailure]) -> any Error)?
        /// Where its evidence goes, once that was asked for.
        var artifacts: Result<ArtifactFiles, MockError>?
        /// The test it was made for, where the framework can't be asked.
        var testName: String?
    }

    /// Where the server was made.
    package var location: SourcePosition {
        plan.withLock { $0.location }
    }

    /// Those of the failures that nobody has claimed before; they are claimed now.
    package func claimUnreported(_ failures: [ScriptFailure]) -> [ScriptFailure] {
        telling.withLock { telling in
            failures.filter {
                let key = ReportKey(location: $0.location, kind: $0.kind, connection: $0.connection)
                return telling.reported.insert(key).inserted
            }
        }
    }

    /// Those of the inconclusive steps that nobody has claimed before; they are claimed now.
    package func claimUnreported(_ doubts: [InconclusiveStep]) -> [InconclusiveStep] {
        telling.withLock { telling in
            doubts.filter {
                let key = ReportKey(location: $0.location, kind: $0.kind, connection: $0.connection)
                return telling.doubted.insert(key).inserted
            }
        }
    }

    /// Whether these are more failures than have been attached to the test before; they count as attached now.
    package func claimAttachments(of failures: [ScriptFailure]) -> Bool {
        telling.withLock { telling in
            guard failures.count > telling.attached else { return false }
            telling.attached = failures.count
            return true
        }
    }

    /// The test it was made for, where the framework can't be asked when it has failed.
    package var testName: String? {
        get { telling.withLock { $0.testName } }
        set { telling.withLock { $0.testName = newValue } }
    }

    /// The files for its evidence, the same ones each time; nil when they can't be had, of which `complain` is told once.
    package func artifactFiles(
        _ make: () throws(MockError) -> ArtifactFiles, complain: (MockError) -> Void
    ) -> ArtifactFiles? {
        // Made in the lock: two threads that ask at once must get the same.
        let (result, isNew) = telling.withLock { telling in
            if let known = telling.artifacts { return (known, false) }
            let made = Result { () throws(MockError) in try make() }
            telling.artifacts = made
            return (made, true)
        }
        if case .failure(let error) = result, isNew { complain(error) }
        return try? result.get()
    }

    /// What `join()` throws instead of the failures themselves.
    package func setJoinFailureHandler(_ handler: @escaping @Sendable ([ScriptFailure]) -> any Error) {
        telling.withLock { $0.onJoinFailure = handler }
    }
}
