// Plan and facts to verdict: pure, and the only place that decides what is a failure.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

enum Judge {
    static func verdict(_ plan: EndpointPlan, _ report: EndpointReport) -> Verdict {
        let report = report.judgedByProbes(plan)
        let failures =
            report.connections.compactMap { failure(plan, report, $0) } + missing(plan, report)
            + unreached(plan, report)
        return Verdict(
            failures: grouped(failures),
            connections: report.connections.map { ConnectionRecord($0, plan: $0.script.flatMap(plan.script(at:))) },
            inconclusive: InconclusiveStep.all(plan, report),
            notes: notes(plan, report),
            accepted: report.accepted,
            isComplete: failures.isEmpty && pending(plan, report).isEmpty,
            facts: Verdict.Facts(plan: plan, report: report))
    }

    private static func failure(
        _ plan: EndpointPlan, _ report: EndpointReport, _ connection: ConnectionReport
    ) -> ScriptFailure? {
        guard let failure = connection.failure else { return nil }
        let index = connection.script ?? 0
        let account = FailureAccount(
            plan: plan, script: plan.script(at: index) ?? ScriptPlan(), report: report, connection: connection,
            failure: failure)
        return ScriptFailure(account)
    }

    /// A connection that was waited for and did not come.
    private static func missing(_ plan: EndpointPlan, _ report: EndpointReport) -> [ScriptFailure] {
        guard let awaited = report.awaited else { return [] }
        let script = plan.script(at: awaited.script) ?? ScriptPlan()
        return [
            ScriptFailure(
                kind: .notConnected,
                location: placeOfConnect(plan, script),
                summary: AbsenceText.summary(plan, awaited, came: report.scripted),
                details: AbsenceText.details(plan, script, awaited, report).joined(separator: "\n"),
                connection: nil, step: nil, stepCount: script.count, offset: nil, sinceLastBytes: nil)
        ]
    }

    /// A connection that a client could not make.
    private static func unreached(_ plan: EndpointPlan, _ report: EndpointReport) -> [ScriptFailure] {
        guard let unreached = report.unreached else { return [] }
        let script = plan.script(at: unreached.script) ?? ScriptPlan()
        return [
            ScriptFailure(
                kind: .connect,
                location: placeOfConnect(plan, script),
                summary: UnreachedText.summary(plan, unreached),
                details: UnreachedText.details(plan, script, unreached).joined(separator: "\n"),
                connection: nil, step: nil, stepCount: script.count, offset: nil, sinceLastBytes: nil)
        ]
    }

    /// The line of a written expectConnect, else of the endpoint's creation.
    private static func placeOfConnect(_ plan: EndpointPlan, _ script: ScriptPlan) -> SourcePosition {
        guard let first = script.steps.first(where: { $0.number != nil }), case .expectConnect = first.step.kind else {
            return plan.location
        }
        return first.step.location
    }

    /// Identical failures, same step, kind and offset, are one with a count.
    private static func grouped(_ failures: [ScriptFailure]) -> [ScriptFailure] {
        struct Key: Hashable {
            let kind: ScriptFailure.Kind
            let location: SourcePosition
            let step: Int?
            let offset: Int?
        }
        var places: [Key: Int] = [:]
        var groups: [ScriptFailure] = []
        for failure in failures {
            let key = Key(kind: failure.kind, location: failure.location, step: failure.step, offset: failure.offset)
            if let place = places[key] {
                groups[place].count += 1
            } else {
                places[key] = groups.count
                groups.append(failure)
            }
        }
        return groups
    }

    /// What was not reached.
    private static func pending(_ plan: EndpointPlan, _ report: EndpointReport) -> [String] {
        var notes: [String] = []
        for connection in report.connections where connection.failure == nil && !connection.scriptDone {
            guard let index = connection.script, let script = plan.script(at: index) else { continue }
            let why = connection.dropped == .byFault ? "for a connect fault was set" : "for the server was taken down"
            let was = connection.dropped == nil ? "was stopped" : "was reset, \(why),"
            if let next = script.steps.dropFirst(connection.step).first(where: { $0.number != nil }) {
                notes.append(
                    "connection \(connection.number) \(was) before step \(next.number ?? 0) of \(script.count), \(next.written)"
                )
            } else if connection.dropped == nil {
                notes.append(
                    "connection \(connection.number) was stopped before its \(plan.side.peer) had disconnected")
            }
        }
        return notes + (notBegun(plan, report).map { [$0] } ?? [])
    }

    private static func notes(_ plan: EndpointPlan, _ report: EndpointReport) -> [String] {
        var notes = pending(plan, report) + report.lockstepNotes + report.evidenceNotes
        if report.resetAfterFailure > 0 {
            let were = report.resetAfterFailure == 1 ? "which was" : "which were"
            notes.append("followed by \(counted(report.resetAfterFailure, "reconnect")), \(were) reset")
        }
        if report.unscripted > 0 {
            notes.append("\(counted(report.unscripted, "connection")) came that no script was for")
        }
        notes += AbsenceText.turnedAway(report).map { "\($0) by the fault in force" }
        if report.failuresDropped > 0 {
            notes.append(
                "\(counted(report.failuresDropped, "failed connection")) more came than are kept and shown here")
        }
        if report.probesUnheard {
            notes.append(
                "what probes say of the \(counted(report.recordsDropped, "connection")) that went well was not compared: "
                    + "their records were not kept")
        }
        if report.acceptPauses > 0 {
            let what = plan.side == .server ? "accepting" : "connecting"
            let isOutOfPorts = report.acceptError == EADDRNOTAVAIL
            let advice = isOutOfPorts ? LocalPorts.advice : "raise `ulimit -n` or open fewer connections"
            notes.append(
                "\(what) paused \(counted(report.acceptPauses, "time")): \(systemText(report.acceptError)); \(advice)")
            if isOutOfPorts { return notes }
        }
        let seconds = Double(report.now &- report.opened) / 1e9
        return notes + (LocalPorts.note(plan, made: report.scripted, in: seconds).map { [$0] } ?? [])
    }

    /// Scripts for which nobody had come when a failure, or the test, ended the server.
    private static func notBegun(_ plan: EndpointPlan, _ report: EndpointReport) -> String? {
        guard report.awaited == nil, report.unreached == nil else { return nil }  // that is a failure of its own
        let count = plan.scripts.count
        switch plan.mode {
        case .list where count > 1 && report.scripted < count:
            return scriptsNotRun(report.scripted + 1, count)
        case .list, .live:
            guard report.scripted == 0, let first = plan.scripts[0].steps.first(where: { $0.number != nil }) else {
                return nil
            }
            return "\(nobodyCame(plan, report)), before step 1 of \(plan.scripts[0].count), \(first.written)"
        case .every(let required, _):
            guard report.scripted < required ?? 1 else { return nil }
            guard report.scripted > 0 else { return nobodyCame(plan, report) }
            let came = "only \(report.scripted) of \(required ?? 1)"
            return switch plan.side {
            case .server: "\(came) had connected when the server was stopped"
            case .client: "\(came) connections had been made when the client was stopped"
            }
        }
    }

    private static func nobodyCame(_ plan: EndpointPlan, _ report: EndpointReport) -> String {
        let fault = report.connectFault.map { " with \(AbsenceText.name($0)) in force" } ?? ""
        return switch plan.side {
        case .server: "nobody had connected when the server was stopped\(fault)"
        case .client: "the client had not connected when it was stopped"
        }
    }

    private static func scriptsNotRun(_ first: Int, _ count: Int) -> String {
        first == count
            ? "script \(first) of \(count) was not run" : "scripts \(first) to \(count) of \(count) were not run"
    }
}

extension ScriptFailure {
    /// One connection's departure from its script, in words.
    init(_ account: FailureAccount) {
        let connection = account.connection
        self.init(
            kind: Kind(account.failure.kind, account.plan.side),
            location: account.location,
            summary: account.summary,
            details: account.details.joined(separator: "\n"),
            connection: connection.number,
            step: account.planned?.number,
            stepCount: account.script.count,
            offset: account.offset,
            likelyCause: account.advice,
            sinceLastBytes: connection.lastBytes > 0 && connection.failedAt >= connection.lastBytes
                ? .nanoseconds(connection.failedAt - connection.lastBytes) : nil)
    }
}

extension ScriptFailure.Kind {
    fileprivate init(_ kind: ConnectionReport.Failure.Kind, _ side: Side) {
        self =
            switch kind {
            case .mismatch, .frameLength: .mismatch
            case .check: .check
            case .frameBadLength, .frameBadEnd: .badFrame
            case .noOption: .unmatched
            case .frameTooLong: .frameTooLong
            case .delimiterMissing: .delimiterMissing
            case .unexpectedBytes: .unexpectedBytes
            case .clientClosed: side == .server ? .clientClosed : .serverClosed
            case .clientReset: side == .server ? .clientReset : .serverReset
            case .limit: .limit
            case .leftByReset, .leftCleanly, .leftUnread: .departure
            case .noConnection: .noConnection
            case .write: .send
            case .answer: .closure
            case .noMemory: .mock
            case .unscripted: .unscripted
            case .unprovable: .unprovable
            case .latency: .latency
            case .segments: .segments
            case .noDelay: .noDelay
            }
    }
}
