// The replies of a script that can be swept: pure.

/// One reply: bytes that are known before the script is played.
struct SweepReply: Sendable {
    /// Counted from 1, as the script plays them.
    let number: Int
    /// The step that sends it.
    let step: Step
    let bytes: [UInt8]
    /// What is played before it, to the same effect as in the script.
    let before: [Step]
    /// What is played after it.
    let after: [Step]
    /// `, the last of 5 rounds`; empty outside repeats.
    let round: String

    /// `reply 2` or `reply 2, the last of 5 rounds`.
    var name: String { "reply \(number)\(round)" }

    /// The line of the legend.
    var legend: String { "\(name) is \(step.sized(bytes.count)), \(step.location)" }
}

extension Step {
    /// As written, with the number of its bytes, unless what was shortened has it already.
    func sized(_ count: Int) -> String {
        let (text, size) = ("\(self)", "(\(counted(count, "byte")))")
        return text.hasSuffix(size) ? text : "\(text) \(size)"
    }
}

/// The replies that a script plays for certain and in order, so that one can be cut short and what comes after left out.
///
/// Of repeats the first and the last round count. Replies that only some clients get (`optional`, `anyOrder`, `choose`), or that
/// are made while the script is played (closures, tables of stubs), are played whole, and named in ``notes``.
struct SweepReplies {
    private(set) var replies: [SweepReply] = []
    private(set) var left: [Step] = []
    private let framing: Framing

    init(_ script: Script, framing: Framing) throws {
        self.framing = framing
        try add(script.steps.framedByDefault(framing), before: [], after: [], round: "")
    }

    var notes: [String] {
        guard let first = left.first else { return [] }
        let others = left.count > 1 ? " and \(counted(left.count - 1, "step")) more" : ""
        return [
            "not cut: the replies of \(first) at \(first.location)\(others), for they depend on what the client says"
        ]
    }

    private mutating func add(_ steps: [Step], before: [Step], after rest: [Step], round: String) throws {
        var before = before
        for (index, step) in steps.enumerated() {
            // Made only for steps that need it: scripts may be long.
            let after = { Array(steps[(index + 1)...]) + rest }
            switch step.kind {
            case .sequence(let body): try add(body, before: before, after: after(), round: round)
            case .repeat(let count, let body):
                try addRepeat(step, count, body, before: before, after: after(), round: round)
            case .optional, .anyOrder, .choose, .respond, .respondTo, .sendComputed: left.append(step)
            default: try addReply(step, before: before, after: after, round: round)
            }
            before.append(step)
        }
    }

    private mutating func addRepeat(
        _ step: Step, _ count: Int, _ body: [Step], before: [Step], after: [Step], round: String
    ) throws {
        guard count > 1 else { return try add(body, before: before, after: after, round: round) }
        let others = [step.with(.repeat(count - 1, body))]
        try add(body, before: before, after: others + after, round: "\(round), the first of \(count) rounds")
        let left = left
        try add(
            body, before: before + others, after: after,
            round: "\(round), the last of \(count) rounds")
        self.left = left  // they have been named
    }

    private mutating func addReply(_ step: Step, before: [Step], after: () -> [Step], round: String) throws {
        guard let bytes = try step.replyBytes(framing), !bytes.isEmpty else { return }
        replies.append(
            SweepReply(
                number: replies.count + 1, step: step, bytes: bytes, before: before, after: after(), round: round))
    }
}

extension Step {
    /// What it sends, as far as that is known before it is played; nil: it sends nothing.
    func replyBytes(_ framing: Framing) throws -> [UInt8]? {
        switch kind {
        case .send(let bytes):
            if let problem = bytes.problem { throw MockError(kind: .script, problem, at: location) }
            return damaging(bytes.array)
        case .sendFrame(let payload, let own):
            if let problem = payload.problem ?? (own ?? framing).problem(with: payload.array) {
                throw MockError(kind: .script, problem, at: location)
            }
            return damaging((own ?? framing).unchecked(payload.array))
        default: return nil
        }
    }
}

extension Script {
    /// The script with each step that sends known bytes replaced, wherever it stands; `replace` gets its number, from 1.
    func replacingSends(_ framing: Framing, _ replace: (_ number: Int, _ step: Step, _ bytes: [UInt8]) -> Step) throws
        -> Script
    {
        var number = 0
        return Script(try Script.replaced(steps.framedByDefault(framing), framing, &number, replace))
    }

    private static func replaced(
        _ steps: [Step], _ framing: Framing, _ number: inout Int, _ replace: (Int, Step, [UInt8]) -> Step
    ) throws -> [Step] {
        var result: [Step] = []
        result.reserveCapacity(steps.count)
        for step in steps {
            switch step.kind {
            case .sequence(let body): result.append(step.with(.sequence(try replaced(body, framing, &number, replace))))
            case .repeat(let count, let body):
                result.append(step.with(.repeat(count, try replaced(body, framing, &number, replace))))
            case .optional(let body): result.append(step.with(.optional(try replaced(body, framing, &number, replace))))
            case .anyOrder(let body): result.append(step.with(.anyOrder(try replaced(body, framing, &number, replace))))
            case .choose(let routes):
                let changed = try routes.map { route in
                    Route(
                        beginning: route.beginning,
                        script: Script(try replaced(route.script.steps, framing, &number, replace)),
                        location: route.location)
                }
                result.append(step.with(.choose(changed)))
            default:
                guard let bytes = try step.replyBytes(framing), !bytes.isEmpty else {
                    result.append(step)
                    continue
                }
                number += 1
                result.append(replace(number, step, bytes))
            }
        }
        return result
    }
}
