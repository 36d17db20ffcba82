// Every hostile frame in place of every framed reply of a script.

/// Runs a client once for each hostile frame in place of each framed reply of a script.
///
/// The frames are made of the framing in use and of the reply's own payload: see ``Framing/hostileFrames(around:)``. A frame that
/// a correct client takes as the reply it stands for is followed by the rest of the script. Behind every other the stream ends
/// (FIN), and the client may do what it likes. One more case, the control, plays the script as it is.
///
/// ```swift
/// let sweep = HostileFrameSweep([.expectFrame("GET"), .sendFrame("42")])
/// let result = try await sweep.run { server in try await ask(server.host, server.port) }
/// print(result.map)
/// ```
///
/// Replies are the steps `sendFrame`; and with `framing:` also each `send` that is exactly one frame of it. As in a
/// ``FaultSweep``, those of closures and tables, and those that only some clients get, are played as they are.
///
/// How much memory a client takes because a length says 4 GiB the sweep does not see: only its outcome, and whether it was in time.
public struct HostileFrameSweep: Sweep {
    private let script: Script
    private let framing: Framing?
    private let categories: Set<HostileFrame.Category>?
    private let rules: [SweepRule]
    private let options: SweepOptions
    private let location: SourcePosition

    /// A sweep over the framed replies of `script`.
    ///
    /// - `framing`: how replies are framed that don't say it. Default: the script's, else that of `options.server`.
    /// - `categories`: which frames. Default: all that the framing has.
    /// - `rules`: what must hold for each case.
    public init(
        _ script: Script, framing: Framing? = nil, categories: Set<HostileFrame.Category>? = nil,
        rules: [SweepRule] = [.badFramesMustFail, .goodFramesMustPass, .neverHang, .neverCrash],
        options: SweepOptions = SweepOptions(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) {
        self.script = script
        self.framing = framing
        self.categories = categories
        self.rules = rules
        self.options = options
        location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
    }

    /// The control case, then the frames of each reply in turn, in the order of ``Framing/hostileFrames(around:)``.
    public func planned() throws -> SweepPlan {
        let steps = framing.map { framing in script.steps.map { $0.framed(framing) } } ?? script.steps
        let swept = try SweepReplies(Script(steps), framing: options.server.framing)
        let framed = try swept.replies.compactMap { reply in try reply.frame(framing).map { (reply, $0) } }
        guard !framed.isEmpty else {
            let how = framing.map { "is a frame of \($0)" } ?? "is sent with sendFrame"
            throw MockError(kind: .misuse, "no reply of the script \(how)", at: location)
        }
        var cases = [
            SweepCase(
                id: "control", "nothing is done to it", group: "control", script: Script(steps), isControl: true)
        ]
        for (reply, frame) in framed {
            let isChosen = { (category: HostileFrame.Category) in self.categories?.contains(category) != false }
            let hostile = try frame.framing.hostileFrames(around: frame.payload).filter { isChosen($0.category) }
            cases += hostile.map { HostileReply(frame: $0, payload: frame.payload, reply: reply).sweepCase }
        }
        var plan = SweepPlan(cases: cases, rules: rules, options: options, location: location)
        plan.notes = swept.notes + notes(swept.replies, framed.map(\.0))
        plan.legend = framed.map(\.0.legend)
        return plan
    }

    private func notes(_ all: [SweepReply], _ framed: [SweepReply]) -> [String] {
        let others = all.filter { reply in !framed.contains { $0.number == reply.number } }
        guard let first = others.first else { return [] }
        let more = others.count > 1 ? " and \(others.count - 1) more" : ""
        return ["played as they are, for they are no frames: \(first.step) at \(first.step.location)\(more)"]
    }
}

extension SweepReply {
    /// How it is framed, and what; nil: it is no frame.
    fileprivate func frame(_ framing: Framing?) throws -> (framing: Framing, payload: [UInt8])? {
        switch step.kind {
        case .sendFrame(let payload, let own?) where step.damage == nil: return (own, payload.array)
        case .send:
            if let problem = framing?.problem { throw MockError(kind: .script, problem, at: step.location) }
            guard let framing, let payloads = try? framing.decode(bytes), payloads.count == 1 else { return nil }
            return (framing, payloads[0])
        default: return nil
        }
    }
}
