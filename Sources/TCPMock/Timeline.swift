// What happened on a connection, one line a step, from its events and the bytes kept.

struct Timeline {
    private let connection: ConnectionReport
    private let script: ScriptPlan
    private let failure: ConnectionReport.Failure?

    init(_ connection: ConnectionReport, _ script: ScriptPlan, until failure: ConnectionReport.Failure? = nil) {
        self.connection = connection
        self.script = script
        self.failure = failure
    }

    /// At most so many lines: the first few and the latest, with the cut named.
    func lines(most: Int) -> [String] {
        let all = lines
        guard all.count > most else { return all }
        let tail = most - 4
        return all.prefix(3) + ["…            \(counted(all.count - 3 - tail, "line")) left out"] + all.suffix(tail)
    }

    /// All that was kept.
    var lines: [String] {
        var lines: [String] = []
        var consumed = 0
        var sent = 0
        var faults = connection.faults[...]
        let damage = damage
        for (index, event) in connection.events.enumerated() {
            if index == connection.eventsHead, connection.eventsCut > 0 {
                lines.append("…            \(counted(connection.eventsCut, "step")) left out")
                (consumed, sent) = (event.consumed, event.sent)
            }
            if index == placeOfPart { lines.append(partLine) }
            if event.kind == .failed || event.kind == .closed { lines += kernelLines(&faults) }
            if goesOn(index) || isOfFailedStep(event) { continue }
            if let text = text(
                event, isTried: index >= firstTried, consumed..<max(consumed, event.consumed),
                sent..<max(sent, event.sent))
            {
                lines.append(stamp(event.time) + text + (damage[index] ?? ""))
            }
            if event.kind == .stepDone { lines += kernelLines(&faults, until: event) }
            (consumed, sent) = (event.consumed, event.sent)
        }
        return lines
    }

    /// What the kernel said of faults up to an event.
    private func kernelLines(
        _ faults: inout ArraySlice<ConnectionReport.Fault>, until event: ConnectionReport.Event? = nil
    ) -> [String] {
        let due = faults.prefix { fault in
            guard let event else { return true }
            return fault.step <= event.step && fault.time <= event.time
        }
        faults = faults.dropFirst(due.count)
        return due.map { fault in
            let text = FaultRecord(fault, in: connection, script).description
            return stamp(max(fault.time, fault.settled)) + "kernel: " + text
        }
    }

    private func stamp(_ time: UInt64) -> String {
        let since = time >= connection.accepted ? Double(time - connection.accepted) / 1e6 : 0
        let hundredths = Int((since * 100).rounded())
        let fraction = hundredths % 100
        return "+\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) ms  ".padded(to: 13)
    }

    /// What was done to the bytes that events tell of.
    private var damage: [Int: String] {
        Dictionary(connection.damagedSends(script).map { ($0.event, ", \($0.send.what)") }, uniquingKeysWith: +)
    }

    /// What an event is told as, without its time; the ranges are those of its bytes in what was kept.
    func text(
        _ event: ConnectionReport.Event, isTried: Bool, _ consumed: Range<Int>, _ sent: Range<Int>
    ) -> String? {
        switch event.kind {
        case .connected: connected
        case .stepDone: stepLine(event, isTried: isTried, consumed, sent)
        case .fin: "\(connection.side.peer) ended its stream (FIN)"
        case .rst: "\(connection.side.peer) reset the connection (RST)"
        case .failed: failedLine(event)
        case .closed: failure == nil && connection.failure == nil ? "connection closed" : nil
        }
    }

    /// Moves of one template are one line, that of the last.
    private func goesOn(_ index: Int) -> Bool {
        guard connection.events.indices.contains(index + 1) else { return false }
        let (event, next) = (connection.events[index], connection.events[index + 1])
        guard event.kind == .stepDone, next.kind == .stepDone, next.step == event.step + 1,
            script.steps.indices.contains(next.step), case .part = script.steps[next.step].role
        else { return false }
        return !script.steps[next.step].isListed
    }

    private var connected: String {
        let name = connection.peer == "unix" ? "" : " \(connection.peer)"
        return switch connection.side {
        case .server: "client\(name) connected"
        case .client: "connected to server\(name)"
        }
    }

    /// Moves that a template has done before it failed are shown with what came for it last.
    private func isOfFailedStep(_ event: ConnectionReport.Event) -> Bool {
        connection.failure != nil && event.kind == .stepDone && event.consumed > startOfFailedStep
    }

    private func stepLine(
        _ event: ConnectionReport.Event, isTried: Bool, _ consumed: Range<Int>, _ sent: Range<Int>
    ) -> String? {
        guard script.steps.indices.contains(event.step) else { return nil }
        let planned = script.steps[event.step]
        guard let number = planned.number else { return nil }
        let what =
            if !consumed.isEmpty {
                "<- " + bytes(connection.received, consumed)
            } else if !sent.isEmpty {
                "-> " + bytes(connection.sent, sent)
            } else if planned.isOnTheWay {
                "\(planned.step)"
            } else {
                "\(planned.written)"
            }
        if planned.isOnTheWay { return what.padded(to: 40) + "  step \(number)" }
        return what.padded(to: 40) + "  step \(number) \(isTried ? "tried" : "ok")"
    }

    private func bytes(_ kept: KeptBytes, _ range: Range<Int>) -> String {
        kept.text(range, limit: 32)
    }

    // MARK: The step that failed

    /// A send counts as done when it is handed over; from a send that failed later on, none was.
    private var firstTried: Int {
        guard let failure = connection.failure, failure.kind == .write || failure.kind == .limit,
            script.steps.indices.contains(failure.step), script.steps[failure.step].step.isSend
        else { return Int.max }
        return connection.events.lastIndex { $0.kind == .stepDone && $0.step == failure.step } ?? Int.max
    }

    private func failedLine(_ event: ConnectionReport.Event) -> String? {
        guard let failure = connection.failure, failure.kind != .unscripted else { return nil }
        let number = script.steps.indices.contains(event.step) ? script.steps[event.step].number : nil
        let outcome = number.map { "step \($0) failed" } ?? "failed at the script's end"
        let what = placeOfPart == nil && !part.isEmpty ? arrow(part) : failure.kind == .limit ? "limit passed" : ""
        return what.isEmpty ? outcome : what.padded(to: 40) + "  " + outcome
    }

    /// What came for the failing step, as it came: what it took, and what no step has judged.
    private var part: [UInt8] {
        guard connection.failure != nil else { return [] }
        let (start, taken) = (startOfFailedStep, connection.consumedTotal)
        guard start <= taken, let took = connection.received.known(start..<taken) else {
            return matched + connection.excerpt
        }
        return took + connection.excerpt
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

    private var partLine: String {
        stamp(connection.lastBytes) + arrow(part)
    }

    private func arrow(_ part: [UInt8]) -> String {
        "<- " + ByteText.quoted(part, limit: 32)
    }
}

extension ConnectionRecord.End {
    init(_ report: ConnectionReport) {
        let end: ConnectionRecord.End =
            switch report.leave {
            case .fin: .fin
            case .rst: .rst
            case .rstAfterFin: .rstAfterFin
            case .byScript: .byScript
            case .none where report.dropped: .takenDown
            case .none: report.gotRst ? .rst : report.gotFin ? .halfClosed : .stillOpen
            }
        self = end.told(of: report.side.peer)
    }
}
