// A report's counts, put at the steps that the scripts write.

extension Statistics {
    init(_ plan: EndpointPlan, _ report: EndpointReport) {
        let report = report.judgedByProbes(plan)
        // These look well to the core.
        let unread = report.connections.filter { $0.failure?.kind == .leftUnread }
        connections = report.accepted
        completed = report.completed - unread.count
        open = report.active
        received = report.received
        sent = report.sent
        failures = report.failed + unread.count
        steps = StepCounts(plan, report, unread).steps
        frames = steps.reduce(0) { $0 + ($1.planned.isFramed ? $1.count : 0) }
    }
}

/// Gathers what the core counts of a plan's entries, several of which may be one written step.
private struct StepCounts {
    private struct Key: Hashable {
        let script: Int
        let number: Int
    }

    private struct Count {
        var done = 0
        var failed = 0
        var longest: UInt64 = 0
        var latencies = LatencyHistogram()
    }

    private let plan: EndpointPlan
    private var counts: [Key: Count] = [:]
    private let isCounted: Bool

    init(_ plan: EndpointPlan, _ report: EndpointReport, _ unread: [ConnectionReport]) {
        self.plan = plan
        isCounted = plan.countsSteps
        for step in report.steps { add(step) }
        for connection in unread {
            guard let failure = connection.failure, let script = connection.script else { continue }
            change(script: isShared ? 0 : script, step: failure.step) { $0.failed += 1 }
        }
    }

    /// Whether all connections play the one script.
    private var isShared: Bool {
        if case .every = plan.mode { true } else { false }
    }

    private mutating func add(_ step: StepReport) {
        change(script: step.script, step: step.step) { count in
            count.done += step.done
            count.failed += step.failed
            count.longest = max(count.longest, step.longest)
            count.latencies.merge(step.latencies)
        }
    }

    private mutating func change(script: Int, step: Int, _ body: (inout Count) -> Void) {
        guard plan.scripts.indices.contains(script), plan.scripts[script].steps.indices.contains(step),
            let number = plan.scripts[script].steps[step].number
        else { return }
        body(&counts[Key(script: script, number: number), default: Count()])
    }

    var steps: [StepStatistics] {
        guard isCounted else { return [] }
        return plan.scripts.enumerated().flatMap { index, script in
            script.steps.filter(\.isListed).compactMap { planned in
                planned.number.map { statistics(index, planned.written, $0) }
            }
        }
    }

    private func statistics(_ script: Int, _ step: Step, _ number: Int) -> StepStatistics {
        let count = counts[Key(script: script, number: number)] ?? Count()
        return StepStatistics(
            script: script + 1, number: number, count: count.done, failures: count.failed, planned: step,
            latencies: count.latencies, longest: count.longest)
    }
}

extension EndpointPlan {
    /// Whether the core counts steps and takes their times.
    var countsSteps: Bool {
        switch (options.statistics, mode) {
        case (.on, _), (.automatic, .every): true
        case (.off, _): false
        case (.automatic, .list), (.automatic, .live): scripts.contains(where: \.isTimed)
        }
    }

    /// Whether nothing is kept of connections that go well.
    var keepsOnlyCounters: Bool {
        if case .every = mode { options.recording == .countersOnly } else { false }
    }
}

extension Step {
    /// Whether it takes or sends a frame or another piece with an end of its own.
    fileprivate var isFramed: Bool {
        switch kind {
        case .expectFrame, .sendFrame, .respond: true
        case .respondTo(_, let framing, _): framing != nil
        case .expectPiece(let piece):
            switch piece.form {
            case .frame, .line, .upTo: true
            case .exactly, .atLeast, .until: false
            }
        default: false
        }
    }
}
