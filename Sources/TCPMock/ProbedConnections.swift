// Probes' counts as facts of a report, and what follows from them: pure, but for the one look at the table.

extension EndpointReport {
    /// With what clients' probes have counted by now.
    func probed(server: MockAddress?) -> EndpointReport {
        guard let server, server.port > 0, !ReadTallies.shared.isEmpty else { return self }
        var report = self
        report.probesUnheard = recordsDropped > 0 && ReadTallies.shared.know(server.port)
        for index in connections.indices {
            let connection = connections[index]
            let ends = ReadTally.Ends(client: connection.peer, serverPort: server.port)
            report.connections[index].probed = ReadTallies.shared.reads(ends, during: connection.life)
        }
        return report
    }

    /// The connections that ended well for the kernel, but whose client's code had not read all that was sent to it,
    /// have failed where the client was to leave.
    func judgedByProbes(_ plan: EndpointPlan) -> EndpointReport {
        guard connections.contains(where: { $0.hasUnreadByProbe }) else { return self }
        var report = self
        for index in connections.indices where connections[index].hasUnreadByProbe {
            guard let script = connections[index].script.flatMap(plan.script(at:)), let step = script.cleanEnd else {
                continue
            }
            report.connections[index].failure = ConnectionReport.Failure(
                kind: .leftUnread, step: step, offset: 0, declared: 0, error: 0, header: [])
            report.connections[index].failedAt = connections[index].closed
        }
        return report
    }
}

extension ConnectionReport {
    /// From its acceptance to its end; one that is open has no end yet.
    fileprivate var life: ClosedRange<UInt64> {
        accepted...(isOpen ? .max : max(accepted, closed))
    }

    fileprivate var hasUnreadByProbe: Bool {
        guard failure == nil, scriptDone, leave == .fin, let probed else { return false }
        return probed.isFinal && probed.count < sentCount
    }

    /// The latest sample that still says something: one older than the client's last bytes or ours does not.
    var freshSample: Sample? {
        guard let sample, sample.time >= lastBytes, sample.time >= lastSend else { return nil }
        return sample
    }

    /// When the latest bytes were given to the kernel.
    private var lastSend: UInt64 {
        var last: UInt64 = 0
        var sent = 0
        for event in events where event.sent > sent {
            (last, sent) = (event.time, event.sent)
        }
        // Where no steps are recorded there is no saying.
        let areUntold = sent < sentTotal && !events.isEmpty && !events.contains { $0.kind == .stepDone }
        return areUntold ? .max : last
    }
}

extension ScriptPlan {
    /// Where the client was to leave cleanly: having read everything is part of that.
    fileprivate var cleanEnd: Int? {
        steps.firstIndex { planned in
            guard case .expectDisconnect(let how) = planned.step.kind, how == .cleanly else { return false }
            if case .end(mayStay: true) = planned.role { return false }
            return true
        }
    }
}

/// How much of what was sent a client has read, and who says so.
public struct ReadByClient: Sendable, Hashable, CustomStringConvertible {
    /// Who knows how much was read.
    public enum Source: Sendable, Hashable {
        /// The client itself, by its ``ReadProbe``: what its own code has read.
        case probe
        /// The kernel, when it was last asked: what the client's process has taken out of it.
        case kernel
    }

    /// How many bytes.
    public let count: Int
    /// Who says so.
    public let source: Source

    init(count: Int, source: Source) {
        self.count = count
        self.source = source
    }

    init?(_ report: ConnectionReport) {
        if let probed = report.probed {
            self.init(count: probed.count, source: .probe)
        } else if let sample = report.freshSample {
            self.init(count: max(0, report.sentCount - sample.unread), source: .kernel)
        } else {
            return nil
        }
    }

    /// `3 bytes, says its probe`.
    public var description: String {
        "\(counted(count, "byte")), says \(source == .probe ? "its probe" : "the kernel")"
    }
}
