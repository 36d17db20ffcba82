// The text of a failure that no connection is there to show: nobody came.

enum AbsenceText {
    static func summary(_ plan: ServerPlan, came: Int, limit: Duration) -> String {
        let missing =
            switch plan.mode {
            case .list where plan.scripts.count > 1: "a connection for script \(came + 1) of \(plan.scripts.count)"
            case .every(let count?, _) where count > 1: "\(count) connections"
            default: "a client to connect"
            }
        let got = came == 0 ? "nobody connected" : came == 1 ? "only 1 came" : "only \(came) came"
        return "expected \(missing), but \(got) within \(limit.brief)"
    }

    static func details(_ plan: ServerPlan, _ script: ScriptPlan, _ report: ServerReport) -> [String] {
        let steps = script.steps.filter { $0.number != nil }
        var lines = ["  server    listened on \(plan.options.address.family == .unix ? plan.options.address.host : "its port") all the while"]
        if !steps.isEmpty {
            let shown = steps.prefix(4).map { "\($0.number ?? 0) \($0.step)" }
            let more = steps.count > shown.count ? " · … \(steps.count - shown.count) more" : ""
            lines.append("  not run   " + shown.joined(separator: " · ") + more)
        }
        lines.append("  hint      does the client connect to server.host and server.port, before the test ends?")
        return lines
    }
}
