// What TCPMockTesting needs to report each failure once, wherever it is found first.

extension MockEndpoint {
    /// What makes two failures the same: ages and counts in the details may have grown in between.
    struct ReportKey: Hashable {
        let location: SourcePosition
        let kind: ScriptFailure.Kind
        let connection: Int?
    }

    /// Where the server was made.
    package var location: SourcePosition {
        plan.withLock { $0.location }
    }

    /// Those of the failures that nobody has claimed before; they are claimed now.
    package func claimUnreported(_ failures: [ScriptFailure]) -> [ScriptFailure] {
        reported.withLock { reported in
            failures.filter {
                reported.insert(ReportKey(location: $0.location, kind: $0.kind, connection: $0.connection)).inserted
            }
        }
    }

    /// What `join()` throws instead of the failures themselves.
    package func setJoinFailureHandler(_ handler: @escaping @Sendable ([ScriptFailure]) -> any Error) {
        onJoinFailure.withLock { $0 = handler }
    }
}
