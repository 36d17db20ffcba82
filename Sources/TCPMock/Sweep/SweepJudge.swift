// Which rules were broken, and what is said of it.

struct SweepJudge {
    private let plan: SweepPlan
    private let records: [SweepRecord]
    private let leaks: SweepLeaks
    private let map: SweepMap
    private var failures: [SweepFailure] = []

    init(_ plan: SweepPlan, _ records: [SweepRecord], _ leaks: SweepLeaks = SweepLeaks()) {
        self.plan = plan
        self.records = records
        self.leaks = leaks
        map = SweepMap(plan, records)
    }

    var result: SweepResult {
        SweepResult(
            records: records, failures: failures, map: "\(map)", notes: plan.notes + leaks.notes,
            seed: plan.options.seed, chart: SweepChart(plan, records), leftBehind: leaks.left)
    }

    /// - `play`: runs a case again, or one that was not planned.
    mutating func judge(_ play: (SweepCase) throws -> SweepRecord) throws {
        var shrinker = SweepShrinker(maker: plan.maker, runs: plan.options.shrinkRuns)
        for rule in plan.rules {
            let broken = records.filter { rule.breach($0) != nil }
            guard !broken.isEmpty else { continue }
            let smallest = try shrinker.smallest(of: broken, among: records) { subject in
                let record = try play(subject)
                return rule.breach(record) == nil ? nil : record
            }
            failures.append(failure(of: rule, broken, smallest))
        }
        if let leaky = leaks.leaky {
            failures.append(failure(ofLeak: leaky))
        }
    }

    private func failure(of rule: SweepRule, _ broken: [SweepRecord], _ smallest: SweepRecord) -> SweepFailure {
        let summary = "\(rule) is broken by \(grouped(broken.count)) of \(counted(records.count, "case"))"
        return SweepFailure(
            rule: rule.name, location: plan.location, summary: summary,
            details: details(smallest, again(broken, smallest)), records: broken, smallest: smallest)
    }

    private func failure(ofLeak leaky: SweepLeaks.Leaky) -> SweepFailure {
        SweepFailure(
            rule: "leaksNothing", location: plan.location,
            summary: "the client leaves \(leaky.what) behind, each time: \(leaky.record.sweepCase.label)",
            details: details(leaky.record, []), records: [leaky.record], smallest: leaky.record)
    }

    private func details(_ smallest: SweepRecord, _ again: [String]) -> String {
        let lines =
            "\(map)".split(separator: "\n").map(String.init) + plan.legend
            + ["smallest  \(smallest.account)"] + SweepJudge.indented(smallest.detail)
            + smallest.scriptFailures.prefix(1).flatMap { SweepJudge.indented($0.description) }
            + ["again     \(smallest.replay)"] + again + ["seed      \(plan.options.seed)"]
        return lines.map { "  \($0)" }.joined(separator: "\n")
    }

    /// Of each row and outcome the first case, and the smallest of all elsewhere.
    private func again(_ broken: [SweepRecord], _ smallest: SweepRecord) -> [String] {
        struct Band: Hashable {
            let group: String
            let name: String
        }
        var seen: Set<Band> = [Band(group: smallest.sweepCase.group, name: smallest.outcome.name)]
        let others = broken.filter {
            seen.insert(Band(group: $0.sweepCase.group, name: $0.outcome.name)).inserted
        }
        let most = 8
        let rest = others.count > most ? ["          and \(others.count - most) more: see the records"] : []
        return others.prefix(most).map { "          \($0.replay)" } + rest
    }

    /// A few lines at most, for a client may have said very much.
    private static func indented(_ text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        return lines.prefix(8).map { "          \($0.prefix(200))" } + (lines.count > 8 ? ["          …"] : [])
    }

    // MARK: the control case

    /// Why the others would say nothing; nil: they do.
    static func failure(ofControl control: SweepRecord, _ plan: SweepPlan) -> SweepFailure? {
        let needing = [SweepRule.truncationMustFail.name, SweepRule.badFramesMustFail.name]
        let mustSucceed = plan.rules.contains { needing.contains($0.name) }
        let problem: String? =
            if control.outcome.kind == .timedOut {
                "the client hangs (it had not ended after \(plan.options.limit.brief))"
            } else if !control.scriptFailures.isEmpty {
                "the client does not follow the script"
            } else if mustSucceed, !control.outcome.isSuccess {
                "the client fails (\(control.outcome))"
            } else {
                nil
            }
        guard let problem else { return nil }
        let lines =
            ["came to   \(control.outcome)"] + indented(control.detail) + control.scriptFailures.map(\.description) + [
                "again     \(control.replay)"
            ]
        return SweepFailure(
            rule: "control", location: plan.location,
            summary: "\(problem) though nothing is done to it; no other case was played",
            details: lines.map { "  \($0)" }.joined(separator: "\n"), records: [control], smallest: control)
    }
}

extension SweepRecord {
    /// The case and what came of it, in one line.
    fileprivate var account: String {
        let again = reconnects > 0 ? ", then made \(counted(reconnects, "connection")) more" : ""
        let line = sweepCase.location.map { " (\($0))" } ?? ""
        return "\(sweepCase.label)\(line): \(outcome)\(again)\(expected)"
    }

    private var expected: String {
        guard let control, control.outcome != outcome, control.outcome.kind == outcome.kind else { return "" }
        return "; without: \(control.outcome)"
    }
}
