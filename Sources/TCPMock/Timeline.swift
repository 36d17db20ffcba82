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
        for (index, event) in connection.events.enumerated() {
            if index == connection.eventsHead, connection.eventsCut > 0 {
                lines.append("…            \(counted(connection.eventsCut, "step")) left out")
                (consumed, sent) = (event.consumed, event.sent)
            }
            if index == placeOfPart { lines.append(partLine) }
            if goesOn(index) { continue }
            if let text = text(
                event, isTried: index >= firstTried, consumed..<max(consumed, event.consumed),
                sent..<max(sent, event.sent))
            {
                lines.append(stamp(event.time) + text)
            }
            (consumed, sent) = (event.consumed, event.sent)
        }
        return lines
    }

    private func stamp(_ time: UInt64) -> String {
        let since = time >= connection.accepted ? Double(time - connection.accepted) / 1e6 : 0
        let hundredths = Int((since * 100).rounded())
        let fraction = hundredths % 100
        return "+\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) ms  ".padded(to: 13)
    }

    private func text(
        _ event: ConnectionReport.Event, isTried: Bool, _ consumed: Range<Int>, _ sent: Range<Int>
    ) -> String? {
        switch event.kind {
        case .connected: connection.peer == "unix" ? "client connected" : "client \(connection.peer) connected"
        case .stepDone: stepLine(event, isTried: isTried, consumed, sent)
        case .fin: "client ended its stream (FIN)"
        case .rst: "client reset the connection (RST)"
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
            } else {
                "\(planned.step)"
            }
        return what.padded(to: 40) + "  step \(number) \(isTried ? "tried" : "ok")"
    }

    private func bytes(_ kept: [UInt8], _ range: Range<Int>) -> String {
        guard range.upperBound <= kept.count else { return counted(range.count, "byte") }
        return ByteText.quoted(Array(kept[range]), limit: 32)
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

    /// What came for the failing step: what it took, and what no step has judged.
    private var part: [UInt8] {
        guard connection.failure != nil else { return [] }
        let start = connection.events.last { $0.kind == .stepDone }?.consumed ?? 0
        let end = connection.consumedTotal
        guard start <= end, end <= connection.received.count else { return connection.excerpt }
        // As it came: the excerpt of a frame has its parts in another order.
        let isWhole = connection.received.count >= end + connection.excerpt.count
        return isWhole
            ? Array(connection.received[start...])
            : Array(connection.received[start..<end]) + connection.excerpt
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
        switch report.leave {
        case .fin: self = .fin
        case .rst: self = .rst
        case .rstAfterFin: self = .rstAfterFin
        case .byScript: self = .byScript
        case .none: self = report.gotRst ? .rst : report.gotFin ? .halfClosed : .stillOpen
        }
    }
}
