// The text of a failure that no connection is there to show: nobody came, or nobody could.

enum AbsenceText {
    static func summary(_ plan: EndpointPlan, _ awaited: EndpointReport.Awaited, came: Int) -> String {
        let missing =
            switch plan.mode {
            case .list where plan.scripts.count > 1: "a connection for script \(came + 1) of \(plan.scripts.count)"
            case .every(let count?, _) where count > 1: counted(count, "connection")
            default: "a client to connect"
            }
        return "expected \(missing), but \(happened(awaited, came: came))"
    }

    private static func happened(_ awaited: EndpointReport.Awaited, came: Int) -> String {
        let got = came == 0 ? "nobody connected" : "only \(came) came"
        guard let fault = awaited.fault, fault.turnsAway else {
            return "\(got) within \(Duration.nanoseconds(awaited.limit).brief)"
        }
        if fault == .down { return "\(got) before the test took the server down" }
        return came == 0 ? "nobody could: \(name(fault)) was in force" : "\(got) before \(name(fault)) was in force"
    }

    /// What was in force, as the test has written it.
    static func name(_ fault: ConnectFault) -> String {
        fault == .down ? "\(fault)" : "connectFault \(fault)"
    }

    /// "3 connections were accepted and reset".
    static func turnedAway(_ report: EndpointReport) -> [String] {
        func were(_ count: Int) -> String { "\(counted(count, "connection")) \(count == 1 ? "was" : "were")" }
        var lines: [String] = []
        if report.resetAccepted > 0 { lines.append("\(were(report.resetAccepted)) accepted and reset") }
        if report.resetUnaccepted > 0 {
            lines.append("\(were(report.resetUnaccepted)) reset in the kernel's queue")
        }
        return lines
    }

    static func details(
        _ plan: EndpointPlan, _ script: ScriptPlan, _ awaited: EndpointReport.Awaited, _ report: EndpointReport
    ) -> [String] {
        let address = plan.listening ?? plan.options.address
        let state = awaited.fault == .down ? "was down when it was finished; it had been" : "was"
        var lines: [String] = []
        if let fault = awaited.fault, fault != .down {
            lines.append("  server    was on \(address) with \(name(fault)): \(fault.effect)")
        } else {
            lines.append("  server    \(state) listening on \(address)")
        }
        lines += turnedAway(report).map { "            \($0)" }
        if !isPlayedAlready(plan, report), let notRun = script.listing(after: -1) {
            lines.append("  not run   " + notRun.line)
        }
        lines.append("  hint      \(hint(awaited.fault, came: report.scripted))")
        return lines
    }

    /// With `every`, the connections that came have played the script.
    private static func isPlayedAlready(_ plan: EndpointPlan, _ report: EndpointReport) -> Bool {
        if case .every = plan.mode { report.scripted > 0 } else { false }
    }

    private static func hint(_ fault: ConnectFault?, came: Int) -> String {
        if fault == .down { return "call bringUp() before the client connects" }
        if let fault, fault.turnsAway {
            return
                "call setConnectFault(nil) before the client that is to be served connects; if none is, make a live server: "
                + "MockServer(options:)"
        }
        return came == 0
            ? "does the client connect to server.host and server.port, before the test ends?"
            : "does the client open another connection, or does it use the first one again?"
    }
}
