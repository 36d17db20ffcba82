// Who waits for whom, what the kernel knows, and what to do about it.

extension FailureAccount {
    var hints: [String] {
        (limitHints + kernelHint + adviceHint).map { "  \($0)" }
    }

    private var limitHints: [String] {
        guard failure.kind == .limit else { return [] }
        var lines: [String] = []
        if connection.lastBytes == 0 {
            lines.append("client    has sent nothing at all")
        } else {
            let age = Duration.nanoseconds(connection.failedAt &- connection.lastBytes).brief
            lines.append("client    sent its last bytes \(age) ago, \(connection.receivedTotal) in all")
        }
        if connection.lag > 0 {
            lines.append("loop      was late by \(Duration.nanoseconds(connection.lag).brief); the limit was extended by as much")
        }
        return lines
    }

    /// Worded as what the kernel knows: taken from it is not understood.
    private var kernelHint: [String] {
        guard let sample = connection.sample, connection.sentTotal > 0, connection.failedAt >= sample.time else { return [] }
        let age = Duration.nanoseconds(connection.failedAt - sample.time).brief
        let when = "when the kernel was last asked, \(age) before this failure"
        if isStale(sample) {
            return ["kernel    not asked about the client's queue since its last bytes"]
        }
        if sample.unread > 0 {
            return ["kernel    the client had not taken \(sample.unread) of the \(connection.sentTotal) bytes sent to it \(when)"]
        }
        return failure.kind == .limit ? ["kernel    the client had taken all \(connection.sentTotal) bytes sent to it \(when)"] : []
    }

    private var adviceHint: [String] {
        advice.map { ["hint      \($0)"] } ?? []
    }

    private var advice: String? {
        guard let planned else {
            return failure.kind == .unscripted ? "options.unscripted = .reset or .ignore tolerates such connections; MockServer(every:) serves them all" : nil
        }
        switch (failure.kind, planned.step.kind, planned.number) {
        case (.limit, _, nil), (.limit, .expectDisconnect, _):
            return connection.gotFin
                ? "the client has shut down its sending side only: it must read what is left, and close"
                : "close the client; or does it wait for bytes that the script never sends?"
        case (.limit, .send, _), (.limit, .sendFrame, _):
            return "the client does not read, or not fast enough: its receive buffer and ours are full"
        case (.limit, .expectFrame, _) where !failure.header.isEmpty:
            return "the length prefix may be wrong: the client may think it has sent everything"
        case (.limit, _, _):
            return "the client waits too, or has not flushed what it wrote; does it wait for a reply the script sends later?"
        case (.leftByReset, _, _):
            return "a client that closes with unread bytes resets the connection: read until the end of the stream first"
        case (.clientClosed, .expectFrame, _) where failure.header.isEmpty:
            return "the end of the stream is not an empty frame"
        case (.clientClosed, .expectFrame, _):
            return "the frame is truncated"
        case (.write, _, _):
            return "the client closed before it had been sent everything; did it close too early?"
        case (.frameTooLong, _, _):
            return "is the client's prefix in the other byte order, or does it send no prefix at all? Raise max: in the framing if it is meant"
        default:
            return nil
        }
    }
}
