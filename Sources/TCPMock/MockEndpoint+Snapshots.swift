// What has happened so far, at any time. The loop thread is asked, and the calling thread blocked for the microseconds
// until it answers: it is woken by that thread and never by a task, so that no pool of threads can be starved.

extension MockEndpoint {
    /// What went over each connection so far, in the order in which they were accepted.
    ///
    /// All that the kernel had for the server at the call is in it: who had connected is accepted, and what had arrived
    /// is read and judged. (On a busy machine the kernel itself may be a moment behind the client: wait for bytes with
    /// `received(_:)`, and for steps with `join()`.) ``ConnectionRecord/isOpen`` and ``ConnectionRecord/currentStep`` say
    /// where each stands. Once the server has been finished, these are the connections of its verdict.
    public var connections: [ConnectionRecord] {
        let report = snapshot(.whole)
        let plan = plan.withLock { $0 }
        return report.connections.map { ConnectionRecord($0, plan: $0.script.flatMap(plan.script(at:))) }
    }

    /// How many connections have been accepted so far, those included that no script was for.
    public var accepted: Int { snapshot(.counts).accepted }

    /// How many connections are open now; 0 once the server has been finished.
    public var active: Int { snapshot(.counts).active }

    /// What has been counted so far: connections, bytes, failures, and how long each step took.
    ///
    /// As in ``connections``, what the kernel had for the server at the call is in it. Once the server has been finished
    /// these are the statistics of its verdict.
    public var statistics: Statistics {
        let report = snapshot(.statistics)
        return Statistics(plan.withLock { $0 }, report)
    }

    /// What is known now; after the end, what was known then.
    func snapshot(_ extent: Inquiries.Extent) -> EndpointReport {
        let last = { self.inbox.report ?? EndpointReport() }
        guard inbox.phase != .finished else { return last() }
        let answer = Answer<EndpointReport>()
        do {
            try inbox.inquiries.ask(for: extent, { answer.give($0) }, by: core.snapshot(token:))
        } catch {
            return last()  // out of memory
        }
        return answer.wait() ?? last()
    }
}
