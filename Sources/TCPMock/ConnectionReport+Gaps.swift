// Events that the core does not keep where only counters are: their facts are in the report, and failures' texts want
// them in their place.

extension ConnectionReport {
    /// Puts the beginning, and an end of the stream that was seen before the failure, where no event tells of them.
    mutating func fillInEvents() {
        guard accepted > 0, received.head.isEmpty, !events.contains(where: { $0.kind == .stepDone }) else { return }
        if events.first?.kind != .connected {
            events.insert(Event(kind: .connected, step: 0, time: accepted, consumed: 0, sent: 0), at: 0)
            eventsHead += 1
        }
        for (kind, was) in [(Event.Kind.fin, gotFin), (.rst, gotRst)] where was {
            guard !events.contains(where: { $0.kind == kind }) else { continue }
            let place = events.firstIndex { $0.kind == .failed || $0.kind == .closed } ?? events.count
            let time = failedAt > 0 ? failedAt : lastBytes
            events.insert(
                Event(kind: kind, step: step, time: time, consumed: consumedTotal, sent: sentTotal), at: place)
            eventsHead += 1
        }
    }
}
