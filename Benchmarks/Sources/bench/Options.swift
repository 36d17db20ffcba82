// What to measure, from the command line or the environment: JOB=a,b and QUICK=1.

import Foundation

struct Options {
    let lines: [Line]
    let isQuick: Bool
    /// Whether all jobs are to be done, which makes it a run worth keeping.
    let isWhole: Bool

    static var jobs: [String] {
        Line.all.reduce(into: []) { if !$0.contains($1.job) { $0.append($1.job) } }
    }

    init(_ arguments: some Sequence<String>, _ environment: [String: String]) {
        var settings = environment.filter { $0.key == "JOB" || $0.key == "QUICK" }
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { settings[String(parts[0])] = String(parts[1]) }
        }
        isQuick = !["", "0"].contains(settings["QUICK"] ?? "")
        let wanted = (settings["JOB"] ?? "").split(separator: ",").map(String.init)
        isWhole = wanted.isEmpty && !isQuick
        lines = Line.all.filter { wanted.isEmpty || wanted.contains($0.job) || wanted.contains($0.id) }
    }
}
