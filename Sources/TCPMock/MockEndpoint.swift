// What a server and a client of TCPMock have in common. Waiting is in MockEndpoint+Finish.swift, live use in
// MockEndpoint+Live.swift.

/// One side of TCP connections that plays scripts and checks every byte: a ``MockServer`` or a ``MockClient``.
///
/// It runs off the calling thread, and ends with `finish()`, whose ``Verdict`` says what departed from the script. One
/// that is dropped without being finished closes by itself and says so on standard error.
public class MockEndpoint: @unchecked Sendable {  // all it stores is immutable and Sendable
    let core: CoreEndpoint
    let inbox: Inbox
    let plan: Locked<EndpointPlan>
    /// What a join that found a failure throws, once the failure is reported; nil: the failures themselves.
    let onJoinFailure = Locked<(@Sendable ([ScriptFailure]) -> any Error)?>(nil)

    /// What clients' probes had counted when the first verdict was asked for: later ones say the same.
    let probed = ProbedConnections()

    /// Failures that a test framework has been told.
    let reported = Locked<Set<ReportKey>>([])

    /// Opens what is planned.
    init(_ plan: EndpointPlan) throws {
        inbox = Inbox()
        core = try CoreEndpoint(plan, inbox: inbox)
        var plan = plan
        plan.listening = core.address
        self.plan = Locked(plan)
    }

    deinit {
        guard inbox.phase == .open else { return }
        let (location, noun) = plan.withLock { ($0.location, $0.noun) }
        let text =
            "TCPMock: the \(noun) made at \(location) was never finished, so its script was not checked. "
            + "Call finish() or verify(), or use withMock\(noun == "server" ? "Server" : "Client")."
        printToStandardError(text)
    }
}
