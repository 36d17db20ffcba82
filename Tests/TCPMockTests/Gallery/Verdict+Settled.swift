// A verdict with times and ports that are the same on each run, so that what is made of it changes only with what it says.

import CEvLoop

@testable import TCPMock

extension Verdict {
    var settled: Verdict {
        var (plan, report) = (facts.plan.settled, facts.report)
        let clock = SettledClock(report)
        report.opened = clock.settled(report.opened)
        report.now = clock.settled(report.now)
        report.wallClock = 1_767_225_600_000_000_000 - 1_000_000_000_000  // New Year 2026
        for index in report.connections.indices { report.connections[index].settle(clock) }
        return Judge.verdict(plan, report)
    }
}

extension EndpointPlan {
    /// As if it had been on another port.
    fileprivate var settled: EndpointPlan {
        let address = MockAddress.ipv4("127.0.0.1", port: 39_999)
        var options = options
        options.address = address
        var plan = EndpointPlan(mode: mode, scripts: scripts, options: options, scale: scale, location: location)
        plan.listening = listening.map { _ in address }
        plan.dial = dial
        return plan
    }
}

/// Times in their order, a tenth of a millisecond apart; longer gaps are kept, to fifty milliseconds.
private struct SettledClock {
    private var places: [UInt64: UInt64] = [:]

    init(_ report: EndpointReport) {
        let times = [report.opened, report.now] + report.connections.flatMap(\.times)
        var settled: UInt64 = 1_000_000_000_000
        var previous: UInt64?
        for time in Set(times).sorted() where time > 0 {
            if let previous {
                let gap = (time - previous) / 50_000_000 * 50_000_000
                settled += max(gap, 100_000)
            }
            places[time] = settled
            previous = time
        }
    }

    func settled(_ time: UInt64) -> UInt64 { places[time] ?? time }
}

extension ConnectionReport {
    fileprivate var times: [UInt64] {
        [accepted, closed, stepBegan, lastBytes, failedAt, sample?.time ?? 0] + events.map(\.time)
            + faults.flatMap { [$0.time, $0.settled] } + traffic.map(\.time)
    }

    fileprivate mutating func settle(_ clock: SettledClock) {
        for path in [\ConnectionReport.accepted, \.closed, \.stepBegan, \.lastBytes, \.failedAt] {
            self[keyPath: path] = clock.settled(self[keyPath: path])
        }
        lag = 0
        sample = sample.map {
            Sample(time: clock.settled($0.time), unread: $0.unread, orphaned: $0.orphaned, sentFin: $0.sentFin)
        }
        events = events.map {
            Event(kind: $0.kind, step: $0.step, time: clock.settled($0.time), consumed: $0.consumed, sent: $0.sent)
        }
        faults = faults.map { $0.settled(clock) }
        traffic = traffic.map { Traffic(time: clock.settled($0.time), received: $0.received, sent: $0.sent) }
        measure?.settle()
        let port = UInt16(50_000 + number)
        (peerEnd, localEnd) = side == .server ? (.at(port), .at(39_999)) : (.at(39_999), .at(port))
    }
}

extension ConnectionEnd {
    fileprivate static func at(_ port: UInt16) -> ConnectionEnd {
        ConnectionEnd(
            evl_end(
                bytes: (127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), port: port,
                family: UInt8(EVL_IPV4.rawValue)))
    }
}

extension ConnectionReport.Fault {
    fileprivate func settled(_ clock: SettledClock) -> Self {
        Self(
            kind: kind, step: step, time: clock.settled(time), settled: clock.settled(settled), proof: proof,
            sent: sent,
            acknowledged: acknowledged, unread: unread, held: held, withheld: withheld, sentReset: sentReset,
            hasRoom: hasRoom)
    }
}

extension ConnectionReport.Measure {
    /// What fifty milliseconds come to on a machine that is quiet.
    fileprivate mutating func settle() {
        guard kind == .latency else { return }
        measured = 50_300_000
        (untilRead, late, waited) = (40_000, 0, 4_000_000)
        witness = .threads
    }
}
