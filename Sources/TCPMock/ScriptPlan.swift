// A script laid out flat: what the loop thread plays, and how an index there is told as "step k of n".

/// One entry of the flat program.
struct PlannedStep: Sendable {
    enum Role: Sendable {
        /// A step as the script wrote it.
        case written
        /// The end of a repeat: back to `target` for so many rounds.
        case repeatEnd(target: Int, rounds: Int, depth: Int)
        /// The unwritten end of each script: the client leaves, or may stay.
        case end(mayStay: Bool)
    }

    let step: Step
    let role: Role
    /// Counted from 1 as the script is written; nil for what it does not write.
    let number: Int?
}

/// A script's flat form. A live server's grows by what is enqueued.
struct ScriptPlan: Sendable {
    private(set) var steps: [PlannedStep] = []
    /// How many steps the script writes: the n of "step k of n".
    private(set) var count = 0
    private var currentLabel: String?
    private var lint = ScriptLint.State()

    /// Whether its last step ends the connection.
    var hasEnded: Bool { lint.terminal != nil }

    init() {}

    /// Lays out a fixed script, with its unwritten end.
    init(
        _ script: Script, framing: Framing, mayStay: Bool, side: Side = .server, at location: SourcePosition
    ) throws {
        try append(script.steps, framing: framing)
        if !ScriptLint.ends(script.steps) {
            appendEnd(mayStay: mayStay, side: side, at: location)
        }
    }

    /// Checks and appends written steps.
    mutating func append(_ steps: [Step], framing: Framing) throws {
        try ScriptLint.check(steps, framing: framing, after: &lint)
        for step in steps {
            append(step.framed(framing), depth: 0)
        }
    }

    /// Appends the unwritten end: a server expects its client to leave; a client leaves, at once or when it is finished.
    mutating func appendEnd(mayStay: Bool, side: Side, at location: SourcePosition) {
        if side == .server || mayStay {
            let step = Step(.expectDisconnect(mayStay ? .any : .cleanly), location)
            steps.append(PlannedStep(step: step, role: .end(mayStay: mayStay), number: nil))
        }
        if side == .client {
            let step = Step(.disconnect(discardingInput: false), location)
            steps.append(PlannedStep(step: step, role: .end(mayStay: false), number: nil))
        }
    }

    private mutating func append(_ step: Step, depth: Int) {
        switch step.kind {
        case .label(let name):
            currentLabel = name
        case .repeat(let rounds, let body):
            let target = steps.count
            for inner in body {
                var inner = inner
                inner.label = inner.label ?? step.label
                append(inner, depth: depth + 1)
            }
            let role = PlannedStep.Role.repeatEnd(target: target, rounds: rounds, depth: depth)
            steps.append(PlannedStep(step: step, role: role, number: nil))
        default:
            var step = step
            step.label = step.label ?? currentLabel
            count += 1
            steps.append(PlannedStep(step: step, role: .written, number: count))
        }
    }
}
