// What can be seen to be wrong with a script before anybody connects.

/// Checks written steps; the first problem is thrown at its own line. What can't come after what is in
/// ScriptLint+Order.swift, what alternatives must keep in ScriptLint+Alternatives.swift, what single values must keep in
/// ScriptLint+Values.swift, what can be sent to a peer that does not read in ScriptLint+Sending.swift, what follows steps that are
/// optional in ScriptLint+Optional.swift.
enum ScriptLint {
    static let deepest = 8

    /// `state` is what earlier steps of the same script have left; unchanged when something is thrown.
    static func check(_ steps: [Step], after state: inout State) throws {
        var after = state
        try walk(steps, depth: 0, &after)
        // Before more is enqueued it may have been asked for.
        after.undecided = []
        state = after
    }

    /// Whether the script says itself how the connection ends.
    static func ends(_ steps: [Step]) -> Bool {
        guard let last = steps.last(where: { !$0.isLabel }) else { return false }
        switch last.kind {
        case .repeat(_, let body), .sequence(let body): return ends(body)
        default: return last.isTerminal
        }
    }

    /// What a script has done by some step.
    struct State: Sendable {
        /// What it is played over: not every transport can do everything.
        var transport = MockAddress.Family.ipv4
        var isFirst = true
        var terminal: Step?
        /// Where this side's stream ended.
        var halfClosed: Step?
        var clientEnded: Step?
        /// A step that serves until the client leaves.
        var served: Step?
        /// Where reading was stopped.
        var deaf: Step?
        /// What has been sent since nothing is read.
        var unanswered: Unanswered?
        /// What may be asked for next, and need not be.
        var undecided: [Undecided] = []

        /// Whether a step may follow.
        var goesOn: Bool { terminal == nil && served == nil }

        /// Whether bytes may come and go, whatever they are.
        var isOpen: Bool {
            goesOn && clientEnded == nil && halfClosed == nil && deaf == nil && unanswered == nil && undecided.isEmpty
        }
    }

    static func walk(_ steps: [Step], depth: Int, _ state: inout State) throws {
        for step in steps where !step.isLabel {
            if step.isPlain, state.isOpen {
                state.isFirst = false  // nothing can be wrong with it
                continue
            }
            if step.isStructure, depth >= deepest {
                throw problem(step, "\(step) stands more than \(deepest) deep inside repeats and choices")
            }
            try walk(step, depth: depth, &state)
        }
        leaveList(&state)
    }

    private static func walk(_ step: Step, depth: Int, _ state: inout State) throws {
        switch step.kind {
        case .repeat(let count, let body):
            try checkRepeat(step, count, body)
            try walkRounds(count, of: body, depth: depth + 1, &state)
        case .sequence(let body):
            try checkNotEmpty(step, body)
            try walk(body, depth: depth, &state)
        case .anyOrder(let options):
            try walkAnyOrder(step, options, depth: depth + 1, &state)
        case .optional(let body):
            try walkOptional(step, body, depth: depth + 1, &state)
        case .choose(let routes):
            try checkRoutes(step, routes)
            try decide(by: step, &state)
            state.unanswered = nil
            let ways = try routes.map { route in
                var inside = state
                try walk(route.script.steps, depth: depth + 1, &inside)
                return inside
            }
            state.isFirst = false
            join(ways, of: step, into: &state)
        default:
            try decide(by: step, &state)
            try check(step, &state)
        }
    }

    /// Twice, so that what the second round would meet is met; what further rounds meet differs in what has been sent.
    private static func walkRounds(_ count: Int, of body: [Step], depth: Int, _ state: inout State) throws {
        try walk(body, depth: depth, &state)
        guard count > 1 else { return }
        let first = state.unanswered?.bytes ?? 0
        try walk(body, depth: depth, &state)
        let second = state.unanswered?.bytes ?? 0
        try walkFurtherRounds(count - 2, of: body, sending: second - first, depth: depth, &state)
    }

    private static func checkRepeat(_ step: Step, _ count: Int, _ body: [Step]) throws {
        if count < 1 {
            throw problem(step, "repeat(\(count)): a repeat goes round at least once")
        }
        if count > Int(UInt32.max) {
            throw problem(step, "repeat(\(count)): a repeat goes round \(UInt32.max) times at most")
        }
        if !body.contains(where: { !$0.isLabel }) {
            throw problem(step, "repeat(\(count)) has no steps to repeat")
        }
    }

    private static func check(_ step: Step, _ state: inout State) throws {
        if let message = badValue(step, over: state.transport) ?? step.impossible(over: state.transport) {
            throw problem(step, message)
        }
        if let message = misplacement(step, state) { throw problem(step, message) }
        try countUnanswered(step, &state)
        note(step, &state)
    }

    private static func note(_ step: Step, _ state: inout State) {
        state.isFirst = false
        if step.isTerminal || step.endsByReply, state.terminal == nil { state.terminal = step }
        if step.serves { state.served = step }
        switch step.kind {
        case .halfClose, .fault(.halfClose, _): state.halfClosed = step
        case .expectEOF: state.clientEnded = step
        case .stopReading: state.deaf = step
        case .resumeReading, .expectBackpressure: state.deaf = nil
        default: break
        }
    }

    static func problem(_ step: Step, _ message: String) -> MockError {
        MockError(kind: .script, message, at: step.location)
    }
}

extension Step {
    var isLabel: Bool {
        if case .label = kind { true } else { false }
    }

    var isExpectDisconnect: Bool {
        if case .expectDisconnect = kind { true } else { false }
    }

    /// After it the connection is over; only a harmless expectDisconnect may follow.
    var isTerminal: Bool {
        switch kind {
        case .expectDisconnect, .disconnect, .close, .reset, .stall(nil): true
        case .fault(let fault, _): fault != .halfClose
        default: false
        }
    }

    /// Whether the connection is over with the reply, whichever it is.
    var endsByReply: Bool {
        if case .respondTo(let table, _, serves: false) = kind { table.endsAlways } else { false }
    }

    /// Holds other steps, one level deeper.
    var isStructure: Bool {
        switch kind {
        case .repeat, .anyOrder, .optional, .choose: true
        case .respond(_, _, let serves): serves
        case .respondTo: true
        default: false
        }
    }

    var serves: Bool {
        switch kind {
        case .respond(_, _, let serves), .respondTo(_, _, let serves): serves
        default: false
        }
    }

    var isSend: Bool {
        switch kind {
        case .send, .sendFrame, .sendComputed: true
        case .fault(_, let placement):
            if case .send? = placement.approach { true } else { false }
        default: false
        }
    }

    /// Whether a reply may have it: it sends, waits, or ends or breaks the connection.
    var isReply: Bool {
        switch kind {
        case .send, .sendFrame, .delay, .halfClose, .disconnect, .close, .reset, .fault, .stall, .stopReading,
            .resumeReading:
            true
        default: false
        }
    }

    var takesBytes: Bool {
        switch kind {
        case .expect, .expectTemplate, .expectPiece, .expectFrame, .receiveExactly, .receiveAtLeast, .receiveUntil,
            .respond, .respondTo:
            true
        case .fault(_, let placement): placement.approach?.takesBytes ?? false
        default: false
        }
    }

    /// Whether it can't be done while nothing is read.
    var needsReading: Bool {
        switch kind {
        case .expectSilence, .expectEOF: true
        case .fault(_, let placement): placement.approach?.isOnTheWay == true && !isSend
        default: takesBytes
        }
    }

    /// Why it can't be done over a transport, or on this system; nil: it can.
    func impossible(over transport: MockAddress.Family) -> String? {
        switch kind {
        case .reset where transport == .unix, .fault(.reset, _) where transport == .unix:
            return
                "\(self) can't be played over a Unix-domain socket, which knows no RST: close() ends the connection there"
        case .expectBackpressure where transport == .unix:
            return
                "\(self) can't be proven over a Unix-domain socket: the kernel does not tell what its client has yet to send"
        case .expectBackpressure:
            #if os(Linux)
                return nil
            #else
                return
                    "\(self) can't be proven on this system: its kernel does not tell what the client has yet to send"
            #endif
        default: return nil
        }
    }
}

extension Step.Kind {
    /// Whether it takes bytes of the other side's.
    fileprivate var takesBytes: Bool {
        switch self {
        case .receiveExactly, .receiveAtLeast, .receiveUntil: true
        default: false
        }
    }

    /// Whether it is what a fault's place is reached by.
    var isOnTheWay: Bool {
        if case .send = self { return true }
        if case .expectSilence = self { return true }
        return takesBytes
    }
}
