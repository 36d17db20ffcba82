// From a failure's account to the facts of its wait.

extension FailureAccount {
    /// Nil: no limit has passed, or what passed is the limit of no step.
    var wait: WaitExplanation? {
        failure.kind == .limit ? waitFacts.map(WaitExplanation.init) : nil
    }

    private var waitFacts: WaitFacts? {
        guard let aim = waitAim else { return nil }
        var facts = WaitFacts(aim: aim, side: plan.side)
        facts.unwritten = connection.unwritten
        facts.unread = connection.sentCount > 0 ? sample?.unread : 0
        facts.queues = connection.queues
        facts.hasEnded = connection.gotFin || connection.queues?.sentFin == true
        facts.isReading = !isDeaf || connection.unjudged >= plan.options.limits.maxBuffered
        facts.lastSpeaker = lastSpeaker
        facts.next = nextSend
        facts.blocked = blockedCalls
        facts.thread = plan.thread
        return facts
    }

    // MARK: What the script waited for

    private var waitAim: WaitFacts.Aim? {
        guard let planned else { return nil }
        if isUntaken { return .taking(inLockstep: isInLockstep) }
        if failure.asked {
            if case .wait(let gate) = planned.step.kind { return .gate(openers(of: gate)) }
            return .closure
        }
        if failure.replying == .disconnect { return .leaving(.init(hasClosed: connection.halfClosed)) }
        if isResting { return .leaving(.init()) }
        switch planned.step.kind {
        case .send, .sendFrame, .sendComputed: return .taking(inLockstep: isInLockstep)
        case .expectDisconnect:
            return .leaving(.init(isWritten: planned.number != nil, hasClosed: false))
        case .disconnect: return .leaving(.init(isWritten: planned.number != nil, hasClosed: connection.halfClosed))
        case .stall: return .givingUp
        case .expectBackpressure: return .backpressure
        case .expectEOF: return .endOfStream
        case .reset, .close, .halfClose: return .acknowledging(before: stepText)
        default: return .bytes(arrival)
        }
    }

    // MARK: What came of it

    private var arrival: WaitFacts.Arrival {
        var arrival = WaitFacts.Arrival()
        arrival.robbery = robbery
        guard let planned else { return arrival }
        switch planned.step.kind {
        case .expectFrame:
            arrival.had = failure.header.count + failure.offset
            arrival.isInHeader = !failure.header.isEmpty && isHeaderPartial
            arrival.clue = promise
        case .expect, .receiveExactly, .receiveAtLeast:
            arrival.had = failure.offset
            arrival.missing = wantedCount.map { $0 - failure.offset }
        case .receiveUntil(let delimiter, let max):
            arrival.had = failure.offset
            arrival.clue = FramingClue(taken, total: failure.offset, in: .delimiter(delimiter, max: max))
        default:
            arrival.had = isTemplate ? templateGot.count : connection.unjudged
            arrival.missing = wantedCount.map { $0 - arrival.had } ?? missingOfNearest
            arrival.clue = pieceClue
        }
        return arrival
    }

    /// What the bytes of a piece look like that is not whole, or none.
    var pieceClue: FramingClue? {
        pieceFraming.flatMap { FramingClue(connection.excerpt, total: connection.unjudged, in: $0) }
    }

    /// A length that is compared as it comes is the right one, once it is whole: another fails at once.
    private var promise: FramingClue? {
        guard !failure.header.isEmpty, !isHeaderPartial, failure.offset < expected.count else { return nil }
        return .promise(length: expected.count, came: failure.offset)
    }

    /// What the bytes of a frame look like that was too long to be one.
    var frameClue: FramingClue? {
        let bytes = failure.header + connection.excerpt
        return FramingClue(bytes, total: failure.header.count + failure.offset + connection.unjudged, in: framing)
    }

    private var isHeaderPartial: Bool {
        if case .length(let field) = framing.kind { failure.header.count < field.width } else { false }
    }

    /// How many bytes the step wants in all, where it wants a number of them.
    var wantedCount: Int? {
        switch planned?.step.kind {
        case .expect(let bytes)?: return bytes.array.count
        case .receiveExactly(let count)?, .receiveAtLeast(let count)?: return count
        case .expectPiece(let piece)?:
            switch piece.form {
            case .exactly(let count), .atLeast(let count): return count
            default: return nil
            }
        default: return nil
        }
    }

    /// Of alternatives that are told by their bytes: how much the one lacks that what came is the beginning of.
    private var missingOfNearest: Int? {
        guard case .choice(let choice)? = planned?.role, choice.framing == nil, connection.unjudged > 0 else {
            return nil
        }
        let near = untakenOptions(of: choice).map(\.literal).filter { $0.starts(with: connection.excerpt) }
        return near.map { $0.count - connection.unjudged }.filter { $0 > 0 }.min()
    }

    // MARK: Where the conversation stands

    /// Nil where what was sent was not recorded.
    private var lastSpeaker: WaitFacts.Speaker? {
        if connection.sentTotal == 0 { return connection.receivedTotal > 0 ? .peer : nil }
        if connection.receivedTotal == 0 { return .script }
        let sends = zip(connection.events.dropFirst(), connection.events).filter { $0.sent > $1.sent }.map(\.0)
        guard let last = sends.last else { return nil }
        return last.time >= connection.lastBytes ? .script : .peer
    }

    /// Whether the script has stopped reading before the step, and not begun again.
    private var isDeaf: Bool {
        for planned in script.steps[..<failure.step].reversed() {
            switch planned.step.kind {
            case .stopReading, .expectBackpressure: return true
            case .resumeReading: return false
            case _ where planned.step.needsReading: return false
            default: continue
            }
        }
        return false
    }

    /// Those that held their threads for as long as the other side has said nothing.
    private var blockedCalls: [BlockedCall] {
        let silentSince = max(connection.lastBytes, connection.accepted)
        return report.blockedCalls.filter { call in
            call.holds(at: connection.failedAt)
                && call.began <= max(silentSince, connection.failedAt - connection.limit / 2)
        }
    }

    // MARK: Gates

    private func openers(of gate: Gate) -> [WaitFacts.Opener] {
        plan.scripts.enumerated().flatMap { number, script in
            script.steps.indices.compactMap { index -> WaitFacts.Opener? in
                guard script.steps[index].isListed, case .open(let other) = script.steps[index].step.kind,
                    other === gate
                else { return nil }
                let place = plan.scripts.count > 1 ? " of script \(number + 1)" : ""
                let name = "step \(script.steps[index].number ?? 0)\(place)"
                return WaitFacts.Opener(step: name, state: opener(number, index))
            }
        }
    }

    private func opener(_ number: Int, _ index: Int) -> WaitFacts.Opener.State {
        if number == connection.script, index > failure.step { return .behindThisWait }
        guard let other = report.connections.first(where: { $0.script == number && $0.number != connection.number })
        else { return .nobodyConnected }
        let opened = other.events.first { $0.kind == .stepDone && $0.step == index }
        if let opened, opened.time > connection.failedAt {
            return .late(connection: other.number, by: .nanoseconds(opened.time - connection.failedAt))
        }
        if other.closed > 0, other.closed < connection.failedAt { return .gone(connection: other.number) }
        let steps = plan.scripts[number].steps
        guard steps.indices.contains(other.step), let at = steps[other.step].number else {
            return .gone(connection: other.number)
        }
        return .at(connection: other.number, step: "step \(at), \(steps[other.step].written)")
    }
}
