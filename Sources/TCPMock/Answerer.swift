// Answers what connections ask: closures on a task of the test's, gates at once.

/// What a connection asks where its script needs Swift.
struct Question: Sendable {
    let connection: Int
    /// Which of the connection's questions it is.
    let id: UInt32
    let script: Int
    let step: Int
    /// Of a choice that takes each option once: those that have been, as bits.
    let taken: UInt64
    /// The piece it is about, if it is about one.
    let payload: [UInt8]
    /// What the connection's steps have kept so far, the latest last.
    let kept: [ConnectionReport.Kept]
}

/// What a question is answered with.
enum ScriptAnswer: Sendable {
    /// Steps that come next.
    case steps([Step])
    /// The option of a choice.
    case option(Int)
    case failed(ConnectionReport.Failure.Kind, Explanation)
}

/// Stands between an endpoint's connections and the closures of its scripts.
///
/// Happy path: the loop thread asks -> a gate answers at once, a closure on a child of the endpoint's task, one at a
/// time for each connection, since a connection waits for its answer -> the answer goes to the core as a job.
final class Answerer: Sendable {
    private struct State {
        /// What answers go to; it owns the handle, and must not be kept alive by who answers.
        weak var core: CoreEndpoint?
        var isAttached = false
        /// Answers that were there before the core was.
        var early: [(Question, ScriptAnswer)] = []
        var task: Task<Void, Never>?
        /// What responders keep for each connection that has asked and is there, by their step; and how many requests
        /// they have had.
        var states: [Int: [Int: (state: any Sendable, requests: Int)]] = [:]
    }

    private let plan: Locked<EndpointPlan>
    private let explain: @Sendable (Explanation.Key, Explanation) -> Void
    private let state = Locked(State())
    private let questions: AsyncStream<Question>
    private let asking: AsyncStream<Question>.Continuation

    init(_ plan: Locked<EndpointPlan>, explain: @escaping @Sendable (Explanation.Key, Explanation) -> Void) {
        self.plan = plan
        self.explain = explain
        (questions, asking) = AsyncStream.makeStream(of: Question.self)
    }

    /// Answers go to `core` from now on.
    private func attach(_ core: CoreEndpoint) {
        let early = state.withLock { state in
            state.core = core
            state.isAttached = true
            defer { state.early = [] }
            return state.early
        }
        for (question, answer) in early { self.answer(question, answer) }
    }

    /// Starts the task that runs closures, as a task of the caller's: what it reports belongs to the caller's test.
    func start(_ core: CoreEndpoint) {
        attach(core)
        state.withLock { state in
            guard state.task == nil else { return }
            state.task = Task(executorPreference: ClosureExecutor.shared) { [questions] in
                await withDiscardingTaskGroup { group in
                    for await question in questions {
                        group.addTask { await self.run(question) }
                    }
                }
            }
        }
    }

    /// A connection that asked has ended: what responders kept for it goes too.
    func forget(_ connection: Int) {
        state.withLock { $0.states[connection] = nil }
    }

    /// No more questions come.
    func stop() {
        asking.finish()
        state.withLock { $0.task }?.cancel()
    }

    // MARK: Asked by the loop thread

    func ask(_ question: Question) {
        switch step(of: question)?.step.kind {
        case .open(let gate)?:
            gate.open()
            answer(question, .steps([]))
        case .wait(let gate)?:
            gate.whenOpen { [weak self] in self?.answer(question, .steps([])) }
        default:
            state.withLock { if $0.states[question.connection] == nil { $0.states[question.connection] = [:] } }
            asking.yield(question)
        }
    }

    private func step(of question: Question) -> PlannedStep? {
        plan.withLock { plan in
            guard let steps = plan.script(at: question.script)?.steps, steps.indices.contains(question.step) else {
                return nil
            }
            return steps[question.step]
        }
    }

    // MARK: On a task

    private func run(_ question: Question) async {
        let key = Explanation.Key(connection: question.connection, step: question.step)
        guard let planned = step(of: question) else { return }
        do {
            let answer = try await answer(to: question, planned, key)
            if case .failed(_, let explanation) = answer { explain(key, explanation) }
            self.answer(question, answer)
        } catch {
            let explanation = Explanation(error)
            explain(key, explanation)
            self.answer(question, .failed(.answer, explanation))
        }
    }

    private var transport: MockAddress.Family {
        plan.withLock { $0.options.address.family }
    }

    private func text(of error: any Error) -> String {
        (error as? MockError)?.message ?? String(describing: error)
    }

    private func answer(to question: Question, _ planned: PlannedStep, _ key: Explanation.Key) async throws
        -> ScriptAnswer
    {
        switch planned.step.kind {
        case .expectPiece(let piece):
            guard let finding = try await piece.check.finding(in: question.payload) else { return .steps([]) }
            return .failed(.check, .finding(finding))
        case .sendComputed(let bytes):
            let reply = Reply(.bytes(try await bytes(captures(question))))
            return .steps(try reply.playable(framing: nil, for: planned.step, over: transport))
        case .respond(let responder, let framing, _):
            let reply = try await reply(of: responder, to: question, key)
            return .steps(try reply.playable(framing: framing ?? .lengthPrefix(), for: planned.step, over: transport))
        case .respondTo(let table, _, _):
            for (index, stub) in table.stubs.enumerated()
            where try await stub.pattern.finding(in: question.payload) == nil {
                return .option(index)
            }
            return .failed(.noOption, .thrown("no stub fits"))
        case .anyOrder:
            guard case .choice(let choice) = planned.role else { return .steps([]) }
            for (index, option) in choice.options.enumerated() where question.taken >> UInt64(index) & 1 == 0 {
                if try await option.pattern.finding(in: question.payload) == nil { return .option(index) }
            }
            return .failed(.noOption, .thrown("no step fits"))
        default: return .steps([])
        }
    }

    private func reply(of responder: Responder, to question: Question, _ key: Explanation.Key) async throws -> Reply {
        let before = state.withLock { $0.states[key.connection]?[key.step] }
        var (own, requests) = before ?? (responder.makeState(), 0)
        requests += 1
        let request = Request(
            bytes: question.payload, connection: question.connection, number: requests, captures: captures(question))
        let reply = try await responder.reply(request, &own)
        // Unless the connection has gone meanwhile, and its states with it.
        state.withLock { $0.states[key.connection]?[key.step] = (own, requests) }
        return reply
    }

    private func captures(_ question: Question) -> Captures {
        plan.withLock { plan in
            plan.script(at: question.script)?.captures(question.kept) ?? Captures()
        }
    }

    // MARK: To the core

    private func answer(_ question: Question, _ answer: ScriptAnswer) {
        let core = state.withLock { state -> CoreEndpoint? in
            if !state.isAttached { state.early.append((question, answer)) }
            return state.core
        }
        guard let core else { return }
        let (scale, shaping) = plan.withLock { ($0.scale, $0.options.shaping) }
        do {
            try core.answer(question, answer, scale: scale, shaping: shaping)
        } catch {
            try? core.answer(question, .failed(.answer, .thrown(text(of: error))), scale: scale, shaping: shaping)
        }
    }
}

extension ScriptPlan {
    /// What was kept, by the names of the steps.
    func captures(_ kept: [ConnectionReport.Kept]) -> Captures {
        var all: [String: [UInt8]] = [:]
        for entry in kept where steps.indices.contains(entry.step) {
            if let name = steps[entry.step].keptName { all[name] = entry.bytes }
        }
        return Captures(all)
    }
}

extension PlannedStep {
    /// The name under which the entry keeps what it takes.
    var keptName: String? {
        switch role {
        case .part(.capture(let name, _)), .part(.captureUntil(let name, _, _)): name
        default: step.keptName
        }
    }
}
