// Who waits for whom, and what to do about it.

extension FailureAccount {
    var hints: [String] {
        let wait = wait
        let facts = (wait?.facts ?? []).map { $0.topic.padded(to: 10) + $0.text }
        let all = peerHints + gateHints + kernelHints + facts + probeHints + loopHints + (measureText?.details ?? [])
        return (all + (advice.map { ["hint      \($0)"] } ?? [])).map {
            "  \($0)"
        }
    }

    private var peerHints: [String] {
        guard failure.kind == .limit, !failure.asked || isUntaken else { return [] }
        guard connection.lastBytes > 0 else {
            return connection.gotFin ? [] : ["\(peer)    has sent nothing at all"]
        }
        let all = "\(counted(connection.receivedTotal, "byte")) in all"
        // Read for this text only: when they came nobody knows.
        if connection.lastBytes > connection.failedAt { return ["\(peer)    had sent bytes that no step read, \(all)"] }
        let age = Duration.nanoseconds(connection.failedAt - connection.lastBytes).brief
        return ["\(peer)    sent its last bytes \(age) before the failure, \(all)"]
    }

    private var loopHints: [String] {
        guard failure.kind == .limit, connection.lag > 0 else { return [] }
        let lag = Duration.nanoseconds(connection.lag).brief
        return ["loop      was late by \(lag) itself, so the limit was extended by as much"]
    }

    /// What is likely behind it, or what to do about it, in one sentence.
    var advice: String? {
        switch failure.kind {
        case .limit: wait?.cause
        case .mismatch: lineEndAdvice
        case .check: unfinishedLineAdvice
        case .leftByReset: leaveAdvice
        case .leftUnread: probeAdvice
        case .latency, .segments, .noDelay: measureText?.advice
        case .clientClosed: endAdvice
        case .write,
            .clientReset where planned?.step.isSend == true:
            "did the \(peer) close before it had been sent everything? Give it a reason to wait, or drop the send"
        case .clientReset where connection.sentCount > 0: readToTheEnd
        case .frameTooLong where !isTemplate: prefixAdvice
        case .unexpectedBytes where planned?.number == nil:
            "the \(peer) says more than the script expects; a step for it is missing at the end"
        case .unscripted:
            isForEvery
                ? "options.unscripted = .reset or .ignore tolerates strangers; without count: all are served"
                : "options.unscripted = .reset or .ignore tolerates strangers; MockServer(every:) serves them all"
        default: nil
        }
    }

    private var isForEvery: Bool {
        if case .every = plan.mode { true } else { false }
    }

    private var prefixAdvice: String {
        if let clue = pieceFraming == nil ? frameClue : pieceClue, clue.isPlain { return clue.text(of: peer) }
        return
            "is the prefix in the other byte order, or is there none? Raise `max:` of the framing if such frames are meant"
    }

    private var leaveAdvice: String? {
        if let sample, sample.unread == 0 {
            return "closing with SO_LINGER 0 (an abort, a forced close) resets; expectDisconnect(.any) allows it"
        }
        return connection.sentCount > 0
            ? readToTheEnd
            : "closing with SO_LINGER 0 (an abort, a forced close) resets; expectDisconnect(.any) allows it"
    }

    private var readToTheEnd: String {
        "a \(peer) that closes with unread bytes resets the connection: read to the end of the stream first"
    }

    /// The line is right, and its end is not.
    private var lineEndAdvice: String? {
        guard !isFrame, !isTemplate, expected.indices.contains(failure.offset), got.indices.contains(failure.offset)
        else { return nil }
        switch (expected[failure.offset], got[failure.offset]) {
        case (0x0d, 0x0a): return "the \(peer) ends its line with LF alone, and CRLF is expected"
        case (0x0a, 0x0d): return "the \(peer) ends its line with CRLF, and LF alone is expected"
        default: return nil
        }
    }

    /// A piece that has its ending fails for another reason.
    private var unfinishedLineAdvice: String? {
        guard !failure.whole, let clue = pieceClue, clue == .lineFeedAlone else { return nil }
        return clue.text(of: peer)
    }

    private var endAdvice: String? {
        guard isFrame else { return nil }
        return failure.header.isEmpty ? "the end of the stream is not an empty frame" : "the frame is truncated"
    }
}
