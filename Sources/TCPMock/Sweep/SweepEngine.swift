// Plays cases: one, or many at the same time. All of it on threads of the sweep's own.

final class SweepEngine: Sendable {
    private struct State {
        var active: [ObjectIdentifier: SweepJob] = [:]
        var isCancelled = false
        /// What ended the sweep.
        var error: (any Error)?
        var played = 0
        var hung = 0
    }

    let plan: SweepPlan
    let client: SweepClient
    private let servers: SweepServers
    private let keeper: SweepKeeper
    /// What is to be started by the caller's task.
    let jobs: AsyncStream<SweepJob>
    private let start: AsyncStream<SweepJob>.Continuation
    private let state = Locked(State())

    init(_ plan: SweepPlan, _ client: SweepClient) {
        self.plan = plan
        self.client = client
        servers = SweepServers(plan)
        keeper = SweepKeeper(plan.rules)
        (jobs, start) = AsyncStream.makeStream(of: SweepJob.self)
    }

    /// Nothing is played any more.
    func end() {
        start.finish()
    }

    /// Ends what is being played, and begins no more.
    func cancel() {
        stop(CancellationError())
    }

    /// How many cases were played, how many are being, and how many of them hung.
    var counts: (played: Int, active: Int, hung: Int) {
        state.withLock { ($0.played, $0.active.count, $0.hung) }
    }

    private func stop(_ error: any Error) {
        let active = state.withLock { state in
            state.isCancelled = true
            if state.error == nil { state.error = error }
            return Array(state.active.values)
        }
        for job in active {
            job.cancel()
            _ = job.server?.stop()  // one that blocks has no other way to hear of it
        }
    }

    /// Plays all, and answers in their order.
    func play(_ cases: [SweepCase]) throws -> [SweepRecord] {
        let next = Locked(0)
        let records = Locked([SweepRecord?](repeating: nil, count: cases.count))
        SweepThread.run(on: min(plan.options.atOnce, cases.count)) { [self] in
            while let index = next.withLock({ next -> Int? in
                defer { next += 1 }
                return next < cases.count ? next : nil
            }) {
                do {
                    let record = try play(cases[index])
                    records.withLock { $0[index] = record }
                } catch {
                    return stop(error)
                }
            }
        }
        if let error = state.withLock({ $0.error }) { throw error }
        return records.withLock { $0.compactMap(\.self) }
    }

    /// Plays one.
    func play(_ subject: SweepCase) throws -> SweepRecord {
        let job = SweepJob(subject, client, servers, plan.options)
        try begin(job)
        defer { end(job) }
        let began = ContinuousClock.now
        let isInTime = job.wait(job.limit)
        let duration = ContinuousClock.now - began
        let isStillRunning = !isInTime && !ends(job)
        if case .failure(let error)? = job.ending {
            _ = job.server?.stop()
            throw error
        }
        return record(job, isInTime: isInTime, isStillRunning, duration)
    }

    private func begin(_ job: SweepJob) throws {
        let error = state.withLock { state in
            if !state.isCancelled { state.active[ObjectIdentifier(job)] = job }
            return state.isCancelled ? state.error : nil
        }
        if let error { throw error }
        start.yield(job)
    }

    private func end(_ job: SweepJob) {
        state.withLock { state in
            state.active[ObjectIdentifier(job)] = nil
            state.played += 1
        }
    }

    /// How long a client has, once its task is cancelled and its connection reset.
    private static let grace = Duration.seconds(2)

    /// Ends a client whose time is over; false when it does not end.
    private func ends(_ job: SweepJob) -> Bool {
        state.withLock { $0.hung += 1 }
        job.cancel()
        _ = job.server?.stop()
        return job.wait(SweepEngine.grace)
    }

    private func record(
        _ job: SweepJob, isInTime: Bool, _ isStillRunning: Bool, _ duration: Duration
    ) -> SweepRecord {
        let subject = job.subject
        let verdict = isInTime && subject.freeFrom == nil ? job.server?.finish() : job.server?.stop()
        let failures = subject.scriptFailures(verdict, framing: plan.options.server.framing)
        var ending = (try? job.ending?.get()) ?? SweepEnding(outcome: .timedOut)
        if !isInTime || verdict?.facts.report.hasStarved(before: job.ended) == true {
            ending = SweepEnding(outcome: .timedOut)
        }
        var record = SweepRecord(
            sweepCase: subject, outcome: ending.outcome, scriptFailures: failures,
            reconnects: verdict?.facts.report.beyondTheScript ?? 0, detail: ending.detail, duration: duration,
            replay: "\(SweepToken(plan.location, subject.id))", peers: verdict?.connections.map(\.peer) ?? [],
            isStillRunning: isStillRunning)
        if keeper.keeps(record) { record.verdict = verdict }
        return record
    }
}

extension EndpointReport {
    /// Connections that no script was for.
    fileprivate var beyondTheScript: Int { unscripted + resetAfterFailure }

    /// Whether the client was there and said nothing for longer than a step may take: it hung, until it was reset for that.
    fileprivate func hasStarved(before end: UInt64) -> Bool {
        connections.contains { $0.failure?.kind == .limit && $0.failedAt < end }
    }
}

extension SweepCase {
    /// What the client did wrong before it was free to.
    fileprivate func scriptFailures(_ verdict: Verdict?, framing: Framing) -> [ScriptFailure] {
        guard let failures = verdict?.failures, !failures.isEmpty else { return [] }
        guard let freeFrom else { return failures }
        var strict = ScriptPlan()
        strict.layOut(Array(script.steps.prefix(freeFrom)).framedByDefault(framing), depth: 0)
        return failures.filter { $0.step.map { $0 <= strict.count } ?? false }
    }
}
