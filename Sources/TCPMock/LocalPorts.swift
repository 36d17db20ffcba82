// What a client is told that runs out of ports to connect from, or will soon.

enum LocalPorts {
    /// From so many connections in TIME_WAIT between one address and one server on, connect(2) searches long for a port.
    ///
    /// Measured on Linux with its default range of 28,232 ports, of which it tries one half first.
    static let slowFrom = 14_000

    static let advice =
        "a connection keeps its port for a minute on the side that closed first (TIME_WAIT): connect from several "
        + "`sources:`, end by reset (`afterScript: .reset`), or let the server close first (`.expectDisconnect()`)"

    /// That connecting has become slow, if it must have: TIME_WAIT lasts a minute.
    static func note(_ plan: EndpointPlan, made count: Int, in seconds: Double) -> String? {
        guard let dial = plan.dial, plan.options.address.family != .unix, plan.scripts.contains(where: \.closesFirst)
        else { return nil }
        let each = count / max(1, dial.sources.count)
        guard each > slowFrom, Double(each) / max(1, seconds / 60) > Double(slowFrom) else { return nil }
        let from = dial.sources.count > 1 ? "each of \(dial.sources.count) addresses" : "one address"
        return
            "\(counted(each, "connection")) were made from \(from), and connecting slows past about \(grouped(slowFrom)): \(advice)"
    }
}

extension ScriptPlan {
    /// Whether it closes its connection before the other side does, unless that does so unasked.
    fileprivate var closesFirst: Bool {
        switch steps.last?.step.kind {
        case .disconnect, .close: true
        default: false
        }
    }
}
