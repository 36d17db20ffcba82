// The text of a failure that no connection is there to show: nobody came.

enum AbsenceText {
    /// `limit`: nil when the server was down, and nobody could come.
    static func summary(_ plan: EndpointPlan, came: Int, limit: Duration?) -> String {
        let missing =
            switch plan.mode {
            case .list where plan.scripts.count > 1: "a connection for script \(came + 1) of \(plan.scripts.count)"
            case .every(let count?, _) where count > 1: "\(count) connections"
            default: "a client to connect"
            }
        let got = came == 0 ? "nobody connected" : "only \(came) came"
        let ending = limit.map { "within \($0.brief)" } ?? "before the test took the server down"
        return "expected \(missing), but \(got) \(ending)"
    }

    static func details(_ plan: EndpointPlan, _ script: ScriptPlan, _ report: EndpointReport) -> [String] {
        let state = report.isDown ? "was down when it was finished; it had been" : "was"
        var lines = ["  server    \(state) listening on \(plan.listening ?? plan.options.address)"]
        if !isPlayedAlready(plan, report), let listing = script.listing(after: -1) {
            lines.append("  not run   " + listing)
        }
        lines.append(
            "  hint      \(report.isDown ? "call bringUp() before the client connects" : hint(came: report.scripted))")
        return lines
    }

    /// With `every`, the connections that came have played the script.
    private static func isPlayedAlready(_ plan: EndpointPlan, _ report: EndpointReport) -> Bool {
        if case .every = plan.mode { report.scripted > 0 } else { false }
    }

    private static func hint(came: Int) -> String {
        came == 0
            ? "does the client connect to server.host and server.port, before the test ends?"
            : "does the client open another connection, or does it use the first one again?"
    }
}
