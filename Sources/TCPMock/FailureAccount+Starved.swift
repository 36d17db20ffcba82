// Steps that did not get what they wanted: how much of it came, and what ended the wait.

extension FailureAccount {
    /// The client ended or reset the connection in the middle of a step.
    func starved(by ending: String) -> String {
        guard let planned else { return ending }
        if failure.asked { return "\(stepText) is not done: \(ending) \(whileAsked)" }
        if failure.replying != nil {
            return "\(stepText) is not done: \(ending) before all of the reply was played"
        }
        switch planned.step.kind {
        case .expect, .expectTemplate, .expectPiece, .expectFrame, .receiveExactly, .receiveAtLeast, .receiveUntil,
            .respond, .respondTo, .anyOrder, .optional, .choose:
            return "expected \(wanted), \(soFar), then \(ending)\(starvedBy)"
        case .delay:
            return "\(stepText) was cut short: \(ending)"
        case .send where failure.offset > 0, .sendFrame where failure.offset > 0:
            return "\(stepText) is not done: \(ending) after \(counted(failure.offset, "byte")) of it"
        case .send, .sendFrame, .sendComputed, .open, .wait:
            return "\(stepText) can't be played: \(ending) before it"
        default:
            return "expected \(wanted), but \(ending)"
        }
    }

    /// What was under way when a question was cut short, in words that follow how it was.
    private var whileAsked: String {
        switch planned?.step.kind {
        case .wait?: "before it was opened"
        case .respond?: "while its closure was at work on the request"
        default: "while its closure was at work"
        }
    }

    var limitPassed: String {
        let limit = Duration.nanoseconds(connection.limit).brief
        guard let planned else { return "the limit of \(limit) passed" }
        if isUntaken { return notTaken(within: limit) }
        if failure.asked { return unanswered(after: limit) }
        if isResting { return "expected the \(peer) to disconnect or to ask again, but \(stillThere(after: limit))" }
        if failure.replying == .disconnect { return "expected \(wanted), but \(stillThere(after: limit))" }
        if failure.replying == .receive {
            return "\(stepText) is not done: what its reply waits for had not come after \(limit)"
        }
        switch planned.step.kind {
        case .send, .sendFrame:
            return notTaken(within: limit)
        case .expectDisconnect, .disconnect, .stall:
            return "expected \(wanted), but \(stillThere(after: limit))"
        case .expectBackpressure:
            return "expected \(wanted), but after \(limit) it was not: \(pressure)"
        case .reset, .close, .halfClose:
            return "\(stepText) is not done: the \(peer) did not acknowledge all that was sent within \(limit)"
        case .expect, .expectTemplate, .expectPiece, .receiveExactly, .receiveAtLeast, .receiveUntil, .expectFrame,
            .respond, .respondTo, .anyOrder, .optional, .choose:
            return "expected \(wanted), \(soFar)\(noMore(for: limit))\(starvedBy)"
        default:
            return "expected \(wanted), but it had not after \(limit)"
        }
    }

    /// Whether the limit was that of bytes which the other side did not take.
    var isUntaken: Bool {
        failure.kind == .limit && connection.unwritten > 0
    }

    private func notTaken(within limit: String) -> String {
        if isInLockstep { return notTakenSlice(within: limit) }
        let isReply = if case .respond? = planned?.step.kind { true } else { false }
        let taken =
            isExplicit
            ? "did not take \(isReply ? "all of its reply" : "it all") within \(limit)"
            : "took nothing of \(isReply ? "its reply" : "it") for \(limit)"
        return "\(stepText) is not done: the \(peer) \(taken)"
    }

    /// Between two requests, where the client may leave.
    var isResting: Bool {
        planned?.leave != nil && !failure.asked && failure.replying == nil && connection.unjudged == 0
    }

    private var isExplicit: Bool {
        planned?.step.limit != nil
    }

    /// An explicit limit counts the whole step, the default one the time without progress.
    private func noMore(for limit: String) -> String {
        if isExplicit { return " within \(limit)" }
        return gotNothing ? " in \(limit)" : ", then nothing for \(limit)"
    }

    private func stillThere(after limit: String) -> String {
        guard connection.gotFin else { return "it was still connected after \(limit)" }
        guard let sample, sample.unread > 0 else { return "it had only ended its stream (FIN) after \(limit)" }
        return "after \(limit) it had only ended its stream (FIN), leaving \(unread(sample)) unread"
    }

    /// What each side held when a client was not held up.
    private var pressure: String {
        guard let fault = connection.faults.last(where: { $0.kind == .backpressure }) else { return "nothing is known" }
        let here = "\(countedWere(fault.held ?? 0, of: "its bytes")) left unread here"
        if fault.withheld == 0 { return "\(here), and its kernel had sent all that it wrote" }
        let there = "\(here) and \(counted(fault.withheld, "byte")) still in its kernel"
        return fault.hasRoom ? "\(there), which had room for more" : "\(there), and one of the two was still moving"
    }

    // MARK: How much came

    private var gotNothing: Bool {
        failure.offset == 0 && failure.header.isEmpty && (pieceFraming == nil || connection.unjudged == 0)
    }

    private var soFar: String {
        if isTemplate { return "got \(templateGot.isEmpty ? "nothing" : brief(templateGot)) of it" }
        if isPiece { return "got \(pieceSoFar)" }
        switch planned?.step.kind {
        case .expectFrame?:
            return soFarOfFrame
        case .receiveUntil?:
            return gotNothing ? "got nothing" : "got \(counted(failure.offset, "byte")) without it\(shown(taken))"
        case .receiveExactly?, .receiveAtLeast?:
            return failure.offset > 0 ? "got \(grouped(failure.offset))\(shown(taken))" : "got none"
        default:
            return soFar(of: expected.count)
        }
    }

    private func soFar(of total: Int) -> String {
        "got \(grouped(failure.offset)) of \(counted(total, "byte"))\(shown(taken))"
    }

    /// Of a frame that is compared as it comes.
    private var prefixBytes: Int {
        if case .length(let field) = framing.kind { field.width } else { 0 }
    }

    private var soFarOfFrame: String {
        let header = failure.header
        if header.isEmpty { return "got no frame" }
        if header.count < prefixBytes {
            return
                "got \(header.count) of the \(prefixBytes) bytes of its length prefix (\(ByteText.hex(header)))"
        }
        return
            "got its length prefix and \(grouped(failure.offset)) of \(counted(expected.count, "byte")) of payload\(shown(taken))"
    }

    /// The bytes the step has taken so far, where they are still known.
    var taken: [UInt8] {
        if !expected.isEmpty { return Array(expected.prefix(failure.offset)) }
        let end = connection.consumedTotal
        let start = end - failure.offset
        guard failure.offset > 0, start >= 0 else { return [] }
        return connection.received.known(start..<end) ?? []
    }

    // MARK: A greedy step before

    /// A receive(atLeast:) before it may have taken what this step waits for.
    private var starvedBy: String {
        guard let greedyStep else { return "" }
        return "; \(greedyStep.name), took \(counted(greedyStep.took, "byte")), all that had come by then"
    }
}
