// A whole sweep, on a thread of its own.
//
//   control case -> all others, several at a time -> leaks -> rules -> the smallest case of each rule that is broken
//   or: the control case fails -> nothing else is played, for it would say nothing
//   or: a replay -> that one case, and its control

struct SweepRun: Sendable {
    let plan: SweepPlan
    let engine: SweepEngine

    init(_ plan: SweepPlan, _ client: SweepClient) throws {
        if let problem = plan.options.problem {
            throw MockError(kind: .misuse, problem, at: plan.location)
        }
        self.plan = plan
        engine = SweepEngine(plan, client)
    }

    func conduct() throws -> SweepResult {
        let progress = SweepProgress(plan, engine)
        defer { progress?.end() }
        switch try Replay(plan) {
        case .none: return try sweep(plan.cases, progress)
        case .one(let subject): return try sweep(plan.cases.filter(\.isControl) + [subject], progress)
        case .another(let token):
            return SweepResult(
                records: [], failures: [], map: "",
                notes: ["not run: \(token) is a case of another sweep than the one at \(plan.location)"],
                seed: plan.options.seed)
        }
    }

    private func sweep(_ cases: [SweepCase], _ progress: SweepProgress?) throws -> SweepResult {
        let control = try cases.first(where: \.isControl).map(engine.play)
        let before = ProcessFacts.now  // the first server of a process makes what all of them share
        if let control, let failure = SweepJudge.failure(ofControl: control, plan) {
            return SweepResult(
                records: [control], failures: [failure], map: "", notes: plan.notes, seed: plan.options.seed,
                chart: SweepChart(plan, [control]))
        }
        let others = try engine.play(cases.filter { !$0.isControl })
        let records = ((control.map { [$0] } ?? []) + others).map { $0.compared(with: control) }
        let leaks = try leaks(since: before, records)
        var judge = SweepJudge(plan, records, leaks)
        try judge.judge { try engine.play($0).compared(with: control) }
        return judge.result
    }

    private func leaks(since before: ProcessFacts, _ records: [SweepRecord]) throws -> SweepLeaks {
        guard plan.options.watchesLeaks, engine.client.isInside else { return SweepLeaks() }
        let ran = records.count { $0.isStillRunning }
        if ran > 0 {
            return SweepLeaks(notes: ["\(counted(ran, "client")) still running: leaks were not looked for"])
        }
        return try SweepLeaks(since: before, records, play: engine.play)
    }
}

/// Whether one case alone is to be run.
private enum Replay {
    case none
    case one(SweepCase)
    case another(SweepToken)

    init(_ plan: SweepPlan) throws {
        guard let token = plan.options.replay.map({ SweepToken($0) }) ?? SweepToken.ofEnvironment else {
            self = .none
            return
        }
        // Asked for in the code, it is meant for this sweep, wherever that stands now.
        if plan.options.replay == nil, let sweep = token.sweep, sweep != plan.location.description {
            self = .another(token)
        } else if let subject = plan.cases.first(where: { $0.id == token.id }) ?? plan.maker?.makeCase(id: token.id) {
            self = .one(subject)
        } else {
            throw MockError(
                kind: .misuse, "the sweep has no case \(token.id), which \(token) asks for", at: plan.location)
        }
    }
}

extension SweepRecord {
    func compared(with control: SweepRecord?) -> SweepRecord {
        guard !sweepCase.isControl, let control else { return self }
        var record = self
        record.control = Control(outcome: control.outcome, followedScript: control.scriptFailures.isEmpty)
        return record
    }
}
