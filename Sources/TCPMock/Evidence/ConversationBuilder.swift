// A connection's events, bytes and faults, put in order as a conversation. Pure.

struct ConversationBuilder {
    private let connection: ConnectionReport
    private let script: ScriptPlan

    init(_ connection: ConnectionReport, _ script: ScriptPlan) {
        self.connection = connection
        self.script = script
    }

    /// The conversation, without what only its endpoint knows.
    var conversation: Conversation {
        var conversation = Conversation()
        conversation.number = connection.number
        conversation.side = connection.side
        conversation.peer = connection.peer
        conversation.peerEnd = connection.peerEnd
        conversation.localEnd = connection.localEnd
        conversation.began = connection.accepted
        conversation.entries = entries
        conversation.close = close(after: conversation.entries)
        if conversation.close == .reset, connection.leave == .none {
            conversation.resetReason = connection.resetReason
        }
        conversation.end = ConnectionRecord.End(connection)
        conversation.stepCount = script.count
        conversation.isFailed = connection.failure != nil
        conversation.receivedCount = connection.receivedTotal
        conversation.sentCount = connection.sentCount
        conversation.kept = [
            message(.received, 0..<connection.receivedTotal), message(.sent, 0..<max(0, connection.sentCount)),
        ]
        conversation.traffic = connection.traffic.enumerated().map { index, mark in
            Conversation.Traffic(
                time: mark.time, received: mark.received, sent: mark.sent,
                isBehindCut: index == connection.trafficHead && connection.trafficCut > 0)
        }
        return conversation
    }

    private var entries: [Conversation.Entry] {
        var entries: [Conversation.Entry] = []
        var consumed = 0
        var sent = 0
        var faults = connection.faults[...]
        let damage = damage
        for (index, event) in connection.events.enumerated() {
            if index == connection.eventsHead, connection.eventsCut > 0 {
                entries.append(Conversation.Entry(time: event.time, content: .cut(connection.eventsCut)))
                (consumed, sent) = (event.consumed, event.sent)
            }
            if index == placeOfPart { entries.append(partEntry) }
            if event.kind == .failed || event.kind == .closed { entries += kernelEntries(&faults) }
            if event.kind == .closed { entries += leftOver(behind: consumed) }
            if goesOn(index) || isOfFailedStep(event) { continue }
            let bytes = (consumed..<max(consumed, event.consumed), sent..<max(sent, event.sent))
            entries += self.entries(event, isTried: index >= firstTried, bytes.0, bytes.1, damage: damage[index])
            if event.kind == .stepDone { entries += kernelEntries(&faults, until: event) }
            (consumed, sent) = (event.consumed, event.sent)
        }
        return entries
    }

    /// What an event is told as; the ranges are those of its bytes in their streams.
    func entries(
        _ event: ConnectionReport.Event, isTried: Bool = false, _ consumed: Range<Int>, _ sent: Range<Int>,
        damage: String? = nil
    ) -> [Conversation.Entry] {
        let content: Conversation.Content
        switch event.kind {
        case .connected: content = .connected
        case .stepDone: return stepEntries(event, isTried: isTried, consumed, sent, damage)
        case .fin: content = .ended(.received)
        case .rst: content = .reset(.received)
        case .halfClosed: content = .ended(.sent)
        case .failed: return failedEntry(event).map { [$0] } ?? []
        case .closed: content = .closed
        }
        return [Conversation.Entry(time: event.time, content: content)]
    }

    // MARK: Steps

    private func stepEntries(
        _ event: ConnectionReport.Event, isTried: Bool, _ consumed: Range<Int>, _ sent: Range<Int>, _ damage: String?
    ) -> [Conversation.Entry] {
        guard script.steps.indices.contains(event.step) else { return [] }
        let planned = script.steps[event.step]
        var contents: [Conversation.Content] = []
        if !consumed.isEmpty { contents.append(.message(message(.received, consumed, damage))) }
        if !sent.isEmpty { contents.append(.message(message(.sent, sent, damage))) }
        if contents.isEmpty {
            let ending = ending(event, planned)
            if planned.number == nil, ending == .done { return [] }
            contents = [ending]
        }
        let outcome: Conversation.Outcome = planned.isOnTheWay ? .onTheWay : isTried ? .tried : .ok
        let mark = mark(planned, outcome)
        return contents.map { Conversation.Entry(time: event.time, content: $0, mark: mark) }
    }

    private func mark(_ planned: PlannedStep, _ outcome: Conversation.Outcome) -> Conversation.Mark {
        Conversation.Mark(
            number: planned.number, text: planned.isOnTheWay ? "\(planned.step)" : "\(planned.written)",
            label: planned.step.label, location: planned.number == nil ? nil : planned.written.location,
            framing: planned.step.framing, outcome: outcome)
    }

    /// Whether a step that moved no bytes has ended this side's stream.
    private func ending(_ event: ConnectionReport.Event, _ planned: PlannedStep) -> Conversation.Content {
        switch planned.step.kind {
        // Its FIN has an entry of its own, where it was sent.
        case .halfClose, .disconnect: return .done
        case .reset: return .reset(.sent)
        case .close:
            let sentReset = connection.faults.contains { $0.step == event.step && $0.sentReset }
            return sentReset ? .reset(.sent) : .ended(.sent)
        default: return .done
        }
    }

    private func message(
        _ flow: Conversation.Flow, _ range: Range<Int>, _ damage: String? = nil
    ) -> Conversation.Message {
        let kept = flow == .received ? connection.received : connection.sent
        let piece = kept.piece(range)
        let unsent = flow == .sent ? max(0, range.upperBound - max(range.lowerBound, connection.sentCount)) : 0
        return Conversation.Message(
            flow: flow, position: range.lowerBound, count: range.count, head: piece.head,
            tail: piece.tail.dropLast(unsent), damage: damage, unsent: unsent)
    }

    /// What came behind all that steps have taken, when nothing failed: nobody has judged it.
    private func leftOver(behind consumed: Int) -> [Conversation.Entry] {
        guard connection.failure == nil, connection.receivedTotal > consumed else { return [] }
        let rest = message(.received, consumed..<connection.receivedTotal)
        return [Conversation.Entry(time: connection.lastBytes, content: .message(rest))]
    }

    /// What was done to the bytes that events tell of.
    private var damage: [Int: String] {
        let all = connection.damagedSends(script).map { ($0.event, $0.send.what) }
        return Dictionary(all, uniquingKeysWith: { "\($0), \($1)" })
    }

    /// Moves of one template are one entry, that of the last.
    private func goesOn(_ index: Int) -> Bool {
        guard connection.events.indices.contains(index + 1) else { return false }
        let (event, next) = (connection.events[index], connection.events[index + 1])
        guard event.kind == .stepDone, next.kind == .stepDone, next.step == event.step + 1,
            script.steps.indices.contains(next.step), case .part = script.steps[next.step].role
        else { return false }
        return !script.steps[next.step].isListed
    }

    // MARK: Faults, and what the kernel said of them

    private func kernelEntries(
        _ faults: inout ArraySlice<ConnectionReport.Fault>, until event: ConnectionReport.Event? = nil
    ) -> [Conversation.Entry] {
        let due = faults.prefix { fault in
            guard let event else { return true }
            return fault.step <= event.step && fault.time <= event.time
        }
        faults = faults.dropFirst(due.count)
        return due.map { fault in
            let text = FaultRecord(fault, in: connection, script).description
            return Conversation.Entry(time: max(fault.time, fault.settled), content: .kernel(text))
        }
    }

    // MARK: The step that failed

    /// Moves that a template has done before it failed are shown with what came for it last.
    private func isOfFailedStep(_ event: ConnectionReport.Event) -> Bool {
        connection.failure != nil && event.kind == .stepDone && event.consumed > startOfFailedStep
    }

    /// A send counts as done when it is handed over; from a send that failed later on, none was.
    private var firstTried: Int {
        guard let failure = connection.failure, failure.kind == .write || failure.kind == .limit,
            script.steps.indices.contains(failure.step), script.steps[failure.step].step.isSend
        else { return Int.max }
        return connection.events.lastIndex { $0.kind == .stepDone && $0.step == failure.step } ?? Int.max
    }

    private func failedEntry(_ event: ConnectionReport.Event) -> Conversation.Entry? {
        guard let failure = connection.failure, failure.kind != .unscripted else { return nil }
        let content: Conversation.Content =
            placeOfPart == nil && !part.isEmpty ? .message(partMessage) : .failed(isLimit: failure.kind == .limit)
        return Conversation.Entry(time: event.time, content: content, mark: markOfFailed(.failed))
    }

    private func markOfFailed(_ outcome: Conversation.Outcome) -> Conversation.Mark {
        guard let failure = connection.failure, script.steps.indices.contains(failure.step) else {
            return Conversation.Mark(number: nil, text: "", label: nil, location: nil, framing: nil, outcome: outcome)
        }
        var mark = mark(script.steps[failure.step], outcome)
        mark.last = script.lastNumber(ofChoiceAt: failure.step)
        return mark
    }

    private var partMessage: Conversation.Message {
        Conversation.Message(
            flow: .received, position: startOfFailedStep, count: max(part.count, unjudgedEnd - startOfFailedStep),
            head: part, tail: [])
    }

    /// Where in the stream the input ends that no step has judged.
    private var unjudgedEnd: Int { connection.consumedTotal + connection.unjudged }

    /// What came for the failing step, as it came: what it took, and what no step has judged.
    private var part: [UInt8] {
        guard connection.failure != nil else { return [] }
        let (start, taken) = (startOfFailedStep, connection.consumedTotal)
        guard start <= taken else { return matched + connection.excerpt }
        // What a parser has looked at is not always as it came: it moves a frame's first bytes.
        let known = connection.received.piece(start..<(taken + connection.excerpt.count)).head
        guard known.count >= taken - start else { return matched + connection.excerpt }
        return known + connection.excerpt.dropFirst(known.count - (taken - start))
    }

    /// What the failing step took, which is what it expects: not everything that came was kept.
    private var matched: [UInt8] {
        guard let failure = connection.failure, script.steps.indices.contains(failure.step),
            case .written = script.steps[failure.step].role
        else { return [] }
        switch script.steps[failure.step].step.kind {
        case .expect(let bytes): return Array(bytes.array.prefix(failure.offset))
        case .expectFrame(let payload, _): return failure.header + payload.array.prefix(failure.offset)
        default: return []
        }
    }

    private var startOfFailedStep: Int {
        connection.startOfFailedStep(in: script)
    }

    /// A step that starved has its own bytes told where they came, before what ended it.
    private var placeOfPart: Int? {
        guard let failure = connection.failure, !part.isEmpty else { return nil }
        switch failure.kind {
        case .limit, .clientClosed, .clientReset:
            return connection.events.firstIndex { $0.kind == .fin || $0.kind == .rst || $0.kind == .failed }
        default:
            return nil
        }
    }

    private var partEntry: Conversation.Entry {
        Conversation.Entry(
            time: connection.lastBytes, content: .message(partMessage), mark: markOfFailed(.starved))
    }

    // MARK: The end

    /// How this side's socket went at last.
    private func close(after entries: [Conversation.Entry]) -> Conversation.Close {
        let isReset = entries.contains { $0.content == .reset(.sent) || $0.content == .reset(.received) }
        if connection.isOpen || connection.gotRst || isReset { return .none }
        // Closed by its script: what came of that socket later nobody knows. A reply's own end has no entry.
        let isEnded = entries.contains { $0.content == .ended(.sent) }
        if !isEnded, connection.leave == .byScript {
            return connection.faults.contains { $0.kind == .reset || $0.sentReset } ? .reset : .fin
        }
        // Whoever has left is judged when the socket is closed: then there is nothing to reset any more.
        let isGone = connection.leave != .none
        if !isGone, connection.failure != nil || !connection.scriptDone || connection.dropped != nil { return .reset }
        return isEnded ? .none : .fin
    }
}

extension Conversation.Entry {
    fileprivate init(time: UInt64, content: Conversation.Content) {
        self.init(time: time, content: content, mark: nil)
    }
}

extension Step {
    /// How it cuts its bytes into frames; nil: it does not.
    fileprivate var framing: Framing? {
        switch kind {
        case .expectFrame(_, let framing): framing
        case .expectPiece(let piece): piece.framing
        case .sendFrame(_, let framing), .respond(_, let framing, _), .respondTo(_, let framing, _): framing
        default: nil
        }
    }
}
