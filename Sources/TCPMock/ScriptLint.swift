// What can be seen to be wrong with a script before anybody connects.

/// Checks written steps; the first problem is thrown at its own line.
enum ScriptLint {
    static let deepestRepeat = 8

    /// `state` is what earlier steps of the same script have left; unchanged when something is thrown.
    static func check(_ steps: [Step], framing: Framing, after state: inout State) throws {
        var after = state
        try walk(steps.map { $0.framed(framing) }, depth: 0, &after)
        state = after
    }

    /// Whether the script says itself how the connection ends.
    static func ends(_ steps: [Step]) -> Bool {
        guard let last = steps.last(where: { !$0.isLabel }) else { return false }
        if case .repeat(_, let body) = last.kind { return ends(body) }
        return last.isTerminal
    }

    /// What a script has done by some step.
    struct State: Sendable {
        var isFirst = true
        var terminal: Step?
        var halfClosed = false
        var clientEnded: Step?
    }

    private static func walk(_ steps: [Step], depth: Int, _ state: inout State) throws {
        for step in steps where !step.isLabel {
            if case .repeat(let count, let body) = step.kind {
                try checkRepeat(step, count, body, depth: depth)
                // Twice, so that what the second round would meet is met.
                for _ in 0..<min(count, 2) {
                    try walk(body, depth: depth + 1, &state)
                }
            } else {
                try check(step, &state)
            }
        }
    }

    private static func checkRepeat(_ step: Step, _ count: Int, _ body: [Step], depth: Int) throws {
        if count < 1 {
            throw problem(step, "repeat(\(count)): a repeat goes round at least once")
        }
        if count > Int(UInt32.max) {
            throw problem(step, "repeat(\(count)): a repeat goes round \(UInt32.max) times at most")
        }
        if !body.contains(where: { !$0.isLabel }) {
            throw problem(step, "repeat(\(count)) has no steps to repeat")
        }
        if depth >= deepestRepeat {
            throw problem(step, "repeats stand more than \(deepestRepeat) deep inside each other")
        }
    }

    private static func check(_ step: Step, _ state: inout State) throws {
        if let message = badValue(step) {
            throw problem(step, message)
        }
        if let terminal = state.terminal, !step.isExpectDisconnect {
            throw problem(
                step,
                "\(step) can't come after \(terminal) (line \(terminal.location.line)): the connection has ended there")
        }
        if case .expectConnect = step.kind, !state.isFirst {
            throw problem(step, "expectConnect is legal only as the first step")
        }
        if step.isSend, state.halfClosed {
            throw problem(step, "\(step) can't come after halfClose: this side of the stream has ended there")
        }
        if step.takesBytes, let ended = state.clientEnded {
            throw problem(
                step,
                "\(step) can't come after expectEOF (line \(ended.location.line)): the other side has nothing more to say there"
            )
        }
        state.isFirst = false
        if step.isTerminal { state.terminal = step }
        if case .halfClose = step.kind { state.halfClosed = true }
        if case .expectEOF = step.kind { state.clientEnded = step }
    }

    private static func badValue(_ step: Step) -> String? {
        if let problem = step.bytes?.problem {
            return problem
        }
        switch step.kind {
        case .expect(let bytes) where bytes.array.isEmpty:
            return "expect(\"\") expects nothing: an expectation needs at least one byte"
        case .send(let bytes) where bytes.array.isEmpty:
            return "send(\"\") sends nothing: a send needs at least one byte"
        case .receiveExactly(let count) where count < 1, .receiveAtLeast(let count) where count < 1:
            return "\(step) receives nothing: it needs at least one byte"
        case .receiveUntil(let delimiter, _) where delimiter.array.isEmpty:
            return "receive(until:) needs a delimiter of at least one byte"
        case .receiveUntil(let delimiter, let max) where max < delimiter.array.count:
            return
                "receive(until: \(delimiter), max: \(max)) can never be met: the delimiter alone has \(delimiter.array.count) bytes"
        case .expectFrame(let payload, let framing?), .sendFrame(let payload, let framing?):
            return framing.problem(withPayloadOf: payload.array.count).map { "\(step): \($0)" }
        case .delay(let duration) where duration < .zero, .expectSilence(let duration) where duration < .zero:
            return "\(step): a duration can't be negative"
        default:
            return step.limit.flatMap { $0 < .zero ? "\(step): a limit can't be negative" : nil }
        }
    }

    private static func problem(_ step: Step, _ message: String) -> MockError {
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
        case .expectDisconnect, .disconnect, .close, .reset: true
        default: false
        }
    }

    var isSend: Bool {
        switch kind {
        case .send, .sendFrame: true
        default: false
        }
    }

    var takesBytes: Bool {
        switch kind {
        case .expect, .expectFrame, .receiveExactly, .receiveAtLeast, .receiveUntil: true
        default: false
        }
    }

    /// The bytes it was written with.
    var bytes: Bytes? {
        switch kind {
        case .expect(let bytes), .send(let bytes): bytes
        case .expectFrame(let payload, _), .sendFrame(let payload, _): payload
        case .receiveUntil(let delimiter, _): delimiter
        default: nil
        }
    }
}
