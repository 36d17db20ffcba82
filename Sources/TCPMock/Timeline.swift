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
        let head = all.prefix(3)
        let tail = all.suffix(most - 3)
        return head + ["…         \(all.count - most) lines more"] + tail
    }

    /// All that was kept.
    var lines: [String] {
        var lines: [String] = []
        var consumed = 0
        var sent = 0
        for (index, event) in connection.events.enumerated() {
            if index == connection.eventsHead, connection.eventsCut > 0 {
                lines.append("…         \(connection.eventsCut) steps more")
                (consumed, sent) = (event.consumed, event.sent)
            }
            if let text = text(event, consumed..<max(consumed, event.consumed), sent..<max(sent, event.sent)) {
                lines.append(stamp(event.time) + text)
            }
            (consumed, sent) = (event.consumed, event.sent)
        }
        return lines
    }

    private func stamp(_ time: UInt64) -> String {
        let since = Double(time &- connection.accepted) / 1e6
        let hundredths = Int((since * 100).rounded())
        let fraction = hundredths % 100
        return "+\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) ms  ".padded(to: 13)
    }

    private func text(_ event: ConnectionReport.Event, _ consumed: Range<Int>, _ sent: Range<Int>) -> String? {
        switch event.kind {
        case .connected: "client \(connection.peer) connected"
        case .stepDone: stepLine(event, consumed, sent)
        case .fin: "client ended its stream (FIN)"
        case .rst: "client reset the connection (RST)"
        case .failed: failedLine(event)
        case .closed: failure == nil && connection.failure == nil ? "connection closed" : nil
        }
    }

    private func stepLine(_ event: ConnectionReport.Event, _ consumed: Range<Int>, _ sent: Range<Int>) -> String? {
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
        return what.padded(to: 40) + "  step \(number) ok"
    }

    /// What the failing step had taken before the wrong byte.
    private func matched(of failure: ConnectionReport.Failure) -> [UInt8] {
        let end = connection.consumedTotal
        let start = end - failure.offset
        guard failure.offset > 0, start >= 0, end <= connection.received.count else { return [] }
        return Array(connection.received[start..<end])
    }

    private func bytes(_ kept: [UInt8], _ range: Range<Int>) -> String {
        guard range.upperBound <= kept.count else { return "\(range.count) bytes" }
        return ByteText.quoted(Array(kept[range]), limit: 32)
    }

    private func failedLine(_ event: ConnectionReport.Event) -> String? {
        guard let failure = connection.failure, failure.kind != .unscripted else { return nil }
        let got = matched(of: failure) + connection.excerpt
        let rest = got.isEmpty ? "" : "<- " + ByteText.quoted(got, limit: 32)
        let number = script.steps.indices.contains(event.step) ? script.steps[event.step].number : nil
        return rest.padded(to: 40) + (number.map { "  step \($0) failed" } ?? "  failed")
    }
}

extension ConnectionRecord {
    init(_ report: ConnectionReport, plan: ScriptPlan?) {
        let timeline = Timeline(report, plan ?? ScriptPlan())
        self.init(
            number: report.number,
            peer: report.peer,
            end: End(report),
            isComplete: report.scriptDone,
            received: report.received,
            sent: report.sent,
            receivedCount: report.receivedTotal,
            sentCount: report.sentTotal,
            unreadByClient: report.sample.map(\.unread),
            transcript: (["connection \(report.number)"] + timeline.lines.map { "  \($0)" }).joined(separator: "\n"))
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
