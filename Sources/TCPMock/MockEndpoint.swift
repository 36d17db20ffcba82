// What a server and a client of TCPMock have in common. Waiting is in MockEndpoint+Finish.swift, live use in
// MockEndpoint+Live.swift.

/// One side of TCP connections that plays scripts and checks every byte: a ``MockServer`` or a ``MockClient``.
///
/// What is said here of a server and its clients holds for a ``MockClient`` and its server in the same way.
///
/// It runs off the calling thread, and ends with `finish()`, whose ``Verdict`` says what departed from the script. One
/// that is dropped without being finished closes by itself and says so on standard error.
public class MockEndpoint: @unchecked Sendable {  // all it stores is immutable and Sendable
    let core: CoreEndpoint
    let inbox: Inbox
    let plan: Locked<EndpointPlan>
    let answerer: Answerer
    /// What a join that found a failure throws, once the failure is reported; nil: the failures themselves.
    let onJoinFailure = Locked<(@Sendable ([ScriptFailure]) -> any Error)?>(nil)

    /// What clients' probes had counted when the first verdict was asked for: later ones say the same.
    let probed = ProbedConnections()

    /// Which side it plays, for messages.
    var side: Side { plan.withLock { $0.side } }

    /// Failures that a test framework has been told.
    let reported = Locked<Set<ReportKey>>([])

    /// Where it shows how it gets on; nil: nowhere.
    let progress: ShownProgress?

    /// Opens what is planned.
    init(_ plan: EndpointPlan) throws {
        let log = plan.logger.map(ActivityLog.init)
        let inbox = Inbox(log: log)
        let shared = Locked(plan)
        let answerer = Answerer(shared) { [weak inbox] in inbox?.explain($0, $1) }
        inbox.answerer.withLock { $0 = answerer }
        core = try CoreEndpoint(plan, inbox: inbox)
        let listening = core.address
        shared.withLock { $0.listening = listening }
        answerer.attach(core)
        if plan.scripts.contains(where: \.asks) { answerer.start() }
        self.inbox = inbox
        self.plan = shared
        self.answerer = answerer
        progress = ShownProgress(plan, core, inbox)
        log?.begin(shared)
    }

    deinit {
        progress?.end()
        guard inbox.phase == .open else { return }
        let (location, noun) = plan.withLock { ($0.location, $0.side.noun) }
        let text =
            "TCPMock: the \(noun) made at \(location) was never finished, so its script was not checked. "
            + "Call finish() or verify(), or use withMock\(noun == "server" ? "Server" : "Client")."
        printToStandardError(text)
    }
}
