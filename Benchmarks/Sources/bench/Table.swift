// Results as text: for the terminal, and for RESULTS.md, where it is one block of code.

struct Table {
    private static let nameWidth = 30

    static func lines(_ result: LineResult) -> [String] {
        let line = result.line
        let how = line.summary == .best ? "best of" : "median of"
        let rounds = result.peers.map(\.samples.count).max() ?? 0
        var text = ["\(line.title) [\(line.id)], \(how) \(rounds) rounds, \(result.seconds) s"]
        let hasLatencies = line.tellsLatencies && result.peers.contains { !$0.latencies.isEmpty }
        let hasMemory = result.peers.contains { $0.fact("user_bytes") != nil } && line.measure.unit != "bytes"
        text.append(
            "  " + "".padded(nameWidth) + line.measure.unit.padded(left: 10) + "× first".padded(left: 10)
                + "min–max".padded(left: 15) + (hasLatencies ? columns(["p50", "p99", "p99.9 µs"]) : "")
                + columns(["CPU s"])
                + (hasMemory ? columns(["bytes each"]) : ""))
        text += result.peers.map { row($0, of: result, hasLatencies: hasLatencies, hasMemory: hasMemory) }
        return text
    }

    private static func row(
        _ peer: PeerResult, of result: LineResult, hasLatencies: Bool, hasMemory: Bool
    ) -> String {
        let name = "  " + peer.peer.name.padded(nameWidth)
        if let failure = peer.failure { return name + "  FAILED: \(failure)" }
        guard let value = result.value(of: peer) else { return name + "–".padded(left: 10) }
        let ratio = result.ratio(of: peer)
        let latencies = peer.latencies
        let percentiles = [50, 99, 99.9].map { latencies.percentile($0).map { $0.fixed(1) } ?? "" }
        return name + value.fixed(result.line.measure.digits).padded(left: 10)
            + (ratio.map { $0.value.significant } ?? "").padded(left: 10)
            + (ratio.map { "\($0.lowest.significant)–\($0.highest.significant)" } ?? "").padded(left: 15)
            + (hasLatencies ? columns(percentiles) : "")
            + columns([peer.fact("cpu_s").map { $0.fixed(2) } ?? ""])
            + (hasMemory ? columns([peer.fact("user_bytes").map { $0.fixed(0) } ?? ""]) : "")
    }

    private static func columns(_ texts: [String]) -> String {
        texts.map { $0.padded(left: 11) }.joined()
    }
}

extension String {
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    func padded(left width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}

extension Double {
    func fixed(_ digits: Int) -> String {
        if !isFinite { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = (magnitude * scale).rounded()
        let text = String(Int64(whole))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        let sign = self < 0 && whole > 0 ? "-" : ""
        return digits == 0 ? sign + padded : sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// For ratios: about three digits that mean something.
    var significant: String {
        switch magnitude {
        case 100...: fixed(0)
        case 10...: fixed(1)
        case 0.1...: fixed(2)
        default: fixed(3)
        }
    }
}
