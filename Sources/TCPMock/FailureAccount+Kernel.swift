// How the client left and what it had not read, worded as what the kernel knows: what was taken out of the kernel
// need not have been understood, and a sample that is older than the client's last bytes accuses nobody.

extension FailureAccount {
    /// The latest sample that still says something.
    var sample: ConnectionReport.Sample? { connection.freshSample }

    /// "3 of the 6 bytes sent to it".
    func unread(_ sample: ConnectionReport.Sample) -> String {
        sample.unread == connection.sentCount
            ? "\(countedAll(connection.sentCount, "byte")) sent to it"
            : "\(grouped(sample.unread)) of the \(counted(connection.sentCount, "byte")) sent to it"
    }

    /// The last bytes of what was sent, in brackets, where they are still known: what is unread stands at the end.
    func lastSent(_ number: Int) -> String {
        let (sent, end) = (connection.sent, connection.sentCount)
        guard sent.total == end, let bytes = sent.known(max(0, end - number)..<end) else { return "" }
        return shown(bytes)
    }

    /// How a client left that should have left cleanly, in words that follow "but".
    var leftByReset: String {
        let isAfterFin = connection.leave == .rstAfterFin
        let manner =
            isAfterFin
            ? "it ended its stream (FIN) and then reset the connection (RST)" : "it reset the connection (RST)"
        let all = "\(countedAll(connection.sentCount, "byte")) sent to it"
        guard connection.sentCount > 0 else { return manner }
        guard let sample else {
            return "\(manner): it closed without reading everything it was sent, or meant to reset"
        }
        if sample.unread > 0 {
            // It may have read on since then: the sample is the latest that is known, not what its reset left behind.
            let bytes = "\(unread(sample))\(lastSent(sample.unread))"
            return "\(manner), with \(bytes) unread when the kernel was last asked"
        }
        return "\(manner), although it had taken \(all)"
    }

    var kernelHints: [String] {
        guard connection.sentCount > 0, [.limit, .leftByReset, .clientReset, .write].contains(failure.kind) else {
            return []
        }
        guard let sample else {
            guard failure.kind == .leftByReset else { return [] }
            return ["kernel    \(whyNotAsked): how much the \(peer) had left unread is not known"]
        }
        var lines: [String] = []
        if sample.unread > 0 {
            lines.append(
                "kernel    \(unread(sample)) \(sample.unread == 1 ? "was" : "were") still in the \(peer)'s queue, \(age(of: sample))"
            )
        } else if failure.kind == .limit || failure.kind == .leftByReset {
            let all = "\(countedAll(connection.sentCount, "byte")) sent to it"
            lines.append("kernel    the \(peer)'s queue was empty: it had taken \(all), \(age(of: sample))")
        }
        if failure.kind == .limit, connection.gotFin, !sample.orphaned {
            lines.append("kernel    the \(peer)'s socket is still open: only its sending side is shut down")
        }
        return lines
    }

    private var whyNotAsked: String {
        if plan.options.address.family == .unix { return "not asked, for it does not tell of Unix-domain sockets" }
        return connection.sample == nil
            ? "not asked before the \(peer) left" : "not asked since the \(peer)'s last bytes"
    }

    private func age(of sample: ConnectionReport.Sample) -> String {
        guard sample.time < connection.failedAt else { return "asked at the failure" }
        return "asked \(Duration.nanoseconds(connection.failedAt - sample.time).brief) before the failure"
    }
}
