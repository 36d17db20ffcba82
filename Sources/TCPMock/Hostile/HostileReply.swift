// A hostile frame in place of a reply: what the server plays, and what the client must make of it.

/// A case of a ``HostileFrameSweep``.
struct HostileReply: Sendable {
    /// How the client's outcome compares with that of the control case.
    enum Comparison: Sendable {
        /// It can't be compared.
        case none
        /// It is the same, or the client fails.
        case sameOrFails
        /// It is the same.
        case same
    }

    let frame: HostileFrame
    let comparison: Comparison
    private let reply: SweepReply

    /// - `payload`: the reply's own.
    init(frame: HostileFrame, payload: [UInt8], reply: SweepReply) {
        self.frame = frame
        self.reply = reply
        let isReply = frame.answer != .refuse && frame.payloads == [payload]
        // What comes behind the reply that is meant is another's only when nothing else was to come.
        let beginsAsReply = frame.answer != .refuse && frame.payloads.first == payload && reply.isLast
        comparison =
            isReply && frame.answer == .accept ? .same : isReply || beginsAsReply ? .sameOrFails : .none
    }

    /// Whether the conversation can go on: a reader takes all of the bytes as the reply.
    private var goesOn: Bool { comparison != .none && frame.payloads.count == 1 && frame.category != .trailingByte }

    var sweepCase: SweepCase {
        var subject = SweepCase(
            id: "\(reply.number)/\(SweepToken.word(frame.name))", "\(frame.name), in place of \(reply.name)",
            group: "\(frame.category), \(reply.name)", script: Script(reply.before + [sent] + rest),
            freeFrom: reply.before.count, location: reply.step.location)
        subject.hostile = self
        return subject
    }

    /// Each segment goes when the client has taken the one before: else two might come as one.
    private var sent: Step {
        let ends = frame.segments.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        let pacing = Pacing(.at(ends.dropFirst().dropLast()), .lockstep)
        return Step(.send(Bytes(frame.bytes)), within: HostileReply.long, pacing: pacing, reply.step.location)
    }

    private var rest: [Step] {
        if goesOn { return reply.after }
        return [Step(.disconnect(discardingInput: true), within: HostileReply.long, reply.step.location)]
    }

    /// No limit of these steps ends a case: the client does, or the sweep's own limit.
    private static let long = Duration.seconds(86_400)
}

extension SweepReply {
    /// Whether nothing more is said behind it.
    fileprivate var isLast: Bool {
        after.allSatisfy { $0.isLabel || $0.isTerminal }
    }
}

extension SweepCase {
    /// The frame that the client meets, if it is a case of a ``HostileFrameSweep``.
    public var hostileFrame: HostileFrame? { hostile?.frame }
}

// MARK: - Rules

extension SweepRule {
    /// A client must not say that all went well where a frame is none: for a ``HostileFrameSweep``.
    public static let badFramesMustFail = SweepRule(name: "badFramesMustFail") { record in
        guard record.sweepCase.hostileFrame?.answer == .refuse, record.outcome.isSuccess else { return nil }
        return Breach(label: "SILENT SUCCESS")
    }

    /// A client must come out as from the control case where the frame it meets says the same: for a ``HostileFrameSweep``.
    ///
    /// Where a correct client may also refuse the frame, or what stands behind it, it may fail instead.
    public static let goodFramesMustPass = SweepRule(name: "goodFramesMustPass") { record in
        guard let hostile = record.sweepCase.hostile, let control = record.control else { return nil }
        let isSame = record.outcome == control.outcome
        switch hostile.comparison {
        case .none: return nil
        case .sameOrFails where isSame || !record.outcome.isSuccess: return nil
        case .same where isSame: return nil
        case .same, .sameOrFails:
            return Breach(label: record.outcome.isSuccess ? "ANOTHER VALUE" : "REFUSED, \(record.outcome.name)")
        }
    }
}
