// What a server and a client of TCPMock have in common. Waiting is in MockEndpoint+Finish.swift, live use in
// MockEndpoint+Live.swift.

/// One side of TCP connections that plays scripts and checks every byte: a ``MockServer`` or a ``MockClient``.
///
/// What is said here of a server and its clients holds for a ``MockClient`` and its server in the same way.
///
/// It runs off the calling thread, and ends with `finish()`, whose ``Verdict`` says what departed from the script. One
/// that is dropped without being finished closes by itself and says so on standard error.
///
/// Any thread may use it: all it stores is immutable and Sendable.
public class MockEndpoint: @unchecked Sendable {
    let core: CoreEndpoint
    let inbox: Inbox
    let plan: Locked<EndpointPlan>
    /// What has been told so far, and how.
    let telling = Locked(Telling())

    /// Which side it plays, for messages.
    var side: Side { plan.withLock { $0.side } }

    /// Where it shows how it gets on; nil: nowhere.
    let progress: ShownProgress?

    /// Opens what is planned.
    init(_ plan: EndpointPlan) throws {
        let log = plan.logger.map(ActivityLog.init)
        let shared = Locked(plan)
        inbox = Inbox(log: log, live: plan.liveScript(shared))
        self.plan = shared
        let answerer = plan.scripts.contains(where: \.asks) ? MockEndpoint.answerer(inbox, shared) : nil
        core = try CoreEndpoint(plan, inbox: inbox)
        let listening = core.address
        shared.withLock { $0.listening = listening }
        answerer?.start(core)
        progress = ShownProgress(plan, core, inbox)
        log?.begin(shared)
    }

    /// Makes sure that somebody answers what steps ask, as a task of the caller's.
    func startAnswering() {
        MockEndpoint.answerer(inbox, plan).start(core)
    }

    private static func answerer(_ inbox: Inbox, _ plan: Locked<EndpointPlan>) -> Answerer {
        inbox.answerer {
            Answerer(plan) { [weak inbox] in
                inbox?.explain($0, $1)
            } note: { [weak inbox] in
                inbox?.note($0, $1)
            }
        }
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

extension EndpointPlan {
    fileprivate func liveScript(_ shared: Locked<EndpointPlan>) -> LiveScript? {
        guard case .live = mode else { return nil }
        return LiveScript(shared, framing: options.framing, over: options.address.family, side: side)
    }
}
