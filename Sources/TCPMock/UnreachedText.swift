// The text of a failure that no connection is there to show: a client could not connect.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

enum UnreachedText {
    static func summary(_ plan: EndpointPlan, _ unreached: Unreached) -> String {
        let total = total(plan)
        let which = total > 1 ? "connection \(unreached.script + 1) of \(total): " : ""
        return "\(which)could not connect to \(plan.options.address): \(reason(unreached))"
    }

    static func details(_ plan: EndpointPlan, _ script: ScriptPlan, _ unreached: Unreached) -> [String] {
        var lines: [String] = []
        if unreached.attempts > 1 { lines.append("  client    knocked \(unreached.attempts) times") }
        if let notRun = script.listing(after: -1) { lines.append("  not run   " + notRun.line) }
        let others = total(plan) - unreached.script - 1
        if others > 0 { lines.append("            nor the script of \(counted(others, "connection")) more") }
        if let hint = hint(unreached, plan) { lines.append("  hint      \(hint)") }
        return lines
    }

    /// How many connections were to be made.
    private static func total(_ plan: EndpointPlan) -> Int {
        if case .every(let count?, _) = plan.mode { count } else { plan.scripts.count }
    }

    private static func reason(_ unreached: Unreached) -> String {
        let time = Duration.nanoseconds(unreached.tried).brief
        if unreached.tried == 0 { return systemText(unreached.error) }
        if unreached.error == ETIMEDOUT { return "no answer for \(time)" }
        return "\(systemText(unreached.error)) for \(time)"
    }

    private static func hint(_ unreached: Unreached, _ plan: EndpointPlan) -> String? {
        switch unreached.error {
        case ECONNREFUSED, ENOENT:
            "nobody listens there: is the server started, and on this address? `connect:` of the options gives it longer"
        case EAGAIN, ETIMEDOUT:
            "does the server accept? Its queue of connections may be full"
        case EADDRNOTAVAIL where unreached.tried > 0:
            "no port is left to connect from: \(LocalPorts.advice)"
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            addressHint(plan.dial?.sources ?? [])
        case EMFILE, ENFILE:
            "the process is out of descriptors: raise `ulimit -n` or connect fewer at a time"
        default: nil
        }
    }

    private static func addressHint(_ sources: [MockAddress]) -> String {
        if sources.isEmpty { return "this machine has no such address (is IPv6 switched off?)" }
        if sources.contains(where: { $0.port != 0 }) {
            return "the address to connect from is not this machine's, or a connection from its port is in TIME_WAIT"
        }
        let which = sources.count == 1 ? "the address" : "one of the \(sources.count) addresses"
        return "\(which) to connect from is not this machine's; only Linux has all of 127.0.0.0/8"
    }
}
