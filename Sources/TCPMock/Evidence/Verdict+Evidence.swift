// What a verdict has to show, put together for those who render it.

extension Verdict {
    /// All conversations that were kept, with their failures.
    func evidence(title: String? = nil) -> Evidence {
        let (plan, report) = (facts.plan, facts.report)
        return Evidence(
            title: title ?? "\(plan.side.noun) of \(plan.location)",
            conversations: connections.map { record in
                Conversation(record.report, record.plan ?? ScriptPlan(), in: report, plan)
            },
            failures: failures, notes: notes, wallClock: report.wallClock)
    }
}

extension Conversation {
    /// A connection of an endpoint, with how it departed from its script.
    fileprivate init(
        _ connection: ConnectionReport, _ script: ScriptPlan, in report: EndpointReport, _ plan: EndpointPlan
    ) {
        self = ConversationBuilder(connection, script).conversation
        listening = plan.listening
        guard let failure = connection.failure else { return }
        let account = FailureAccount(
            plan: plan, script: script, report: report, connection: connection, failure: failure)
        self.failure = ScriptFailure(account)
        comparison = account.compared.map {
            HexComparison(expected: $0.expected, got: $0.got, offset: account.offset)
        }
        notRun = account.stepsNotRun
    }
}
