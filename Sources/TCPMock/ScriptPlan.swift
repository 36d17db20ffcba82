// A script laid out flat: what the loop thread plays, and how an index there is told as "step k of n".

/// One entry of the flat program.
struct PlannedStep: Sendable {
    /// The rare ones keep what they have to say elsewhere, so that the others are small.
    enum Role: Sendable {
        /// A step as the script wrote it.
        case written
        /// One move of a written template.
        indirect case part(Template.Move)
        /// One move of a written fault: on the way to its place, or the fault itself.
        indirect case faultPart(of: Step)
        /// What a written table of stubs expects and answers.
        case stub
        /// The end of a repeat: back to `target` for so many rounds; nil: without end.
        indirect case repeatEnd(target: Int, rounds: Int?, depth: Int)
        /// On to `target`.
        case jump(target: Int)
        /// On to one of several places.
        indirect case choice(PlannedChoice)
        /// The unwritten end of each script.
        case end(mayStay: Bool)
    }

    let step: Step
    var role: Role
    /// Counted from 1 as the script is written; nil for what it does not write.
    let number: Int?
    /// Whether it stands for its number where steps are listed; a written step may have several entries.
    var isListed: Bool
    /// Where it goes when the client leaves instead, for steps that serve until then.
    var leave: PlannedLeave?
}

/// The way out of serving.
struct PlannedLeave: Sendable {
    let target: Int
    let mayStay: Bool
}

/// Which way to go on, told by what comes.
struct PlannedChoice: Sendable {
    struct Option: Sendable {
        /// What must come for it, as written.
        let pattern: Check
        /// Without framing: the bytes that choose it; none: all others.
        let literal: [UInt8]
        let target: Int
        /// With framing: the entry that its piece is taken for; nil: the choice itself.
        var entry: Int?
        /// Whether its piece is kept under a name.
        var keeps = false
    }

    var options: [Option] = []
    /// How the piece is cut out that the options are checks of; nil: they are told by bytes.
    var framing: Framing?
    /// Whether each is taken once, in any order; then it goes to `target`.
    var eachOnce = false
    var target = 0
    let depth: Int
}

/// A script's flat form. A live server's grows by what is enqueued.
struct ScriptPlan: Sendable {
    var steps: [PlannedStep] = []
    /// How many steps the script writes: the n of "step k of n".
    var count = 0
    /// Whether some step asks Swift: for a closure's answer, or for a gate.
    private(set) var asks = false
    /// Whether some step has a latency to keep.
    var isTimed = false
    var currentLabel: String?
    let ending: Ending

    /// How a connection ends whose script does not say it.
    enum Ending: Sendable {
        /// The other side must leave, or may stay until the endpoint is finished.
        case expectsLeave, allowsStay
        /// This side closes (FIN), and the other must then close too.
        case closes
        /// This side stays until it is finished, and closes then.
        case staysThenCloses
        /// This side resets, once all it sent is acknowledged.
        case resets

        var mayStay: Bool {
            switch self {
            case .allowsStay, .staysThenCloses: true
            case .expectsLeave, .closes, .resets: false
            }
        }

        fileprivate var steps: [(kind: Step.Kind, mayStay: Bool)] {
            switch self {
            case .expectsLeave: [(.expectDisconnect(.cleanly), false)]
            case .allowsStay: [(.expectDisconnect(.any), true)]
            case .closes: [(.disconnect(discardingInput: false), false)]
            case .staysThenCloses: Ending.allowsStay.steps + Ending.closes.steps
            case .resets: [(.reset(discardingUnsent: false), false)]
            }
        }
    }

    init(ending: Ending = .expectsLeave) {
        self.ending = ending
    }

    /// Lays out a fixed script, with its unwritten end.
    init(
        _ script: Script, framing: Framing, ending: Ending = .expectsLeave,
        over transport: MockAddress.Family = .ipv4, at location: SourcePosition
    ) throws {
        self.init(ending: ending)
        steps.reserveCapacity(script.steps.count + 1)
        let state = try append(script.steps, framing: framing, over: transport)
        if ScriptLint.ends(script.steps) { return }
        if let (kind, _) = ending.steps.first { try ScriptLint.checkEnd(Step(kind, location), after: state) }
        appendEnd(at: location)
    }

    /// Checks and lays out a whole script's written steps; answers what they leave.
    @discardableResult
    mutating func append(
        _ steps: [Step], framing: Framing, over transport: MockAddress.Family = .ipv4
    ) throws -> ScriptLint.State {
        let framed = steps.framedByDefault(framing)
        var lint = ScriptLint.State(transport: transport)
        try ScriptLint.check(framed, after: &lint)
        layOut(framed, depth: 0)
        asks = framed.contains(where: \.asks)
        return lint
    }

    /// Appends the unwritten end.
    mutating func appendEnd(at location: SourcePosition) {
        for (kind, mayStay) in ending.steps {
            let step = Step(kind, location)
            steps.append(PlannedStep(step: step, role: .end(mayStay: mayStay), number: nil, isListed: false))
        }
    }
}

extension Step {
    /// Whether playing it, or a step inside it, asks Swift.
    var asks: Bool {
        if isPlain { return false }
        return switch kind {
        case .sendComputed, .wait, .open, .respond: true
        case .expectPiece(let piece): !piece.check.isData
        case .respondTo(let table, _, _): !table.isData
        case .repeat(_, let steps), .sequence(let steps), .anyOrder(let steps), .optional(let steps):
            steps.contains(where: \.asks)
        case .choose(let routes): routes.contains { $0.script.steps.contains(where: \.asks) }
        default: false
        }
    }
}

extension PlannedStep {
    /// The step as the script wrote it.
    var written: Step {
        if case .faultPart(let step) = role { step } else { step }
    }

    /// The fault it leads to, if it is on the way to one.
    var faultAhead: Fault? {
        guard case .faultPart(let written) = role, case .fault(let fault, _) = written.kind else { return nil }
        return step.kind.isOnTheWay ? fault : nil
    }

    /// Whether it leads to the place of a fault.
    var isOnTheWay: Bool { faultAhead != nil }

    /// Whether it is part of a table of stubs.
    var isStub: Bool {
        if case .stub = role { true } else { false }
    }

    /// Whether it is played by asking Swift.
    var asks: Bool {
        switch (role, step.kind) {
        case (.written, .sendComputed), (.written, .wait), (.written, .open), (.written, .respond): true
        case (.written, .expectPiece(let piece)): !piece.check.isData
        case (.choice, .respondTo(let table, _, _)): !table.isData
        case (.choice(let choice), .anyOrder): !choice.options.allSatisfy { $0.pattern.isData }
        default: false
        }
    }
}
