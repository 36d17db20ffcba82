// Who waits for whom, and what to do about it.

extension FailureAccount {
    var hints: [String] {
        let all = peerHints + gateHints + kernelHints + probeHints + loopHints + (measureText?.details ?? [])
        return (all + (advice.map { ["hint      \($0)"] } ?? [])).map {
            "  \($0)"
        }
    }

    private var peerHints: [String] {
        guard failure.kind == .limit, !failure.asked || isUntaken else { return [] }
        guard connection.lastBytes > 0 else {
            return connection.gotFin ? [] : ["\(peer)    has sent nothing at all"]
        }
        let age = Duration.nanoseconds(connection.failedAt &- connection.lastBytes).brief
        return [
            "\(peer)    sent its last bytes \(age) before the failure, \(counted(connection.receivedTotal, "byte")) in all"
        ]
    }

    private var loopHints: [String] {
        guard failure.kind == .limit, connection.lag > 0 else { return [] }
        let lag = Duration.nanoseconds(connection.lag).brief
        return ["loop      was late by \(lag) itself, so the limit was extended by as much"]
    }

    private var advice: String? {
        switch failure.kind {
        case .limit: limitAdvice
        case .leftByReset: leaveAdvice
        case .leftUnread: probeAdvice
        case .latency, .segments, .noDelay: measureText?.advice
        case .clientClosed: endAdvice
        case .write,
            .clientReset where planned?.step.isSend == true:
            "did the \(peer) close before it had been sent everything? Give it a reason to wait, or drop the send"
        case .clientReset where connection.sentCount > 0: readToTheEnd
        case .frameTooLong where pieceFraming == nil: prefixAdvice
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

    private var limitAdvice: String? {
        if isUntaken { return unreadAdvice }
        if failure.asked { return nil }
        if failure.replying == .disconnect || isResting { return stayAdvice }
        switch planned?.step.kind {
        case .send?, .sendFrame?:
            return unreadAdvice
        case .expectDisconnect?, .disconnect?:
            return stayAdvice
        case .stall?:
            return "has the \(peer) no limit of its own for a \(peer == "client" ? "server" : "client") that hangs?"
        case .expectBackpressure?:
            return "the \(peer) must want to write more than both kernels hold; a small receiveBuffer makes that less"
        case .expectFrame? where !failure.header.isEmpty:
            return "is the length prefix right? The \(peer) may think it has sent the whole frame"
        case .expectEOF?:
            return "the \(peer) must shut down its sending side, or close"
        default:
            return greedyStep == nil ? silenceAdvice : "receive(exactly:) leaves what belongs to the next step"
        }
    }

    private var unreadAdvice: String {
        isInLockstep
            ? "the next slice goes, and the step is done, only when the \(peer) has read what it was sent"
            : "the \(peer) does not read, or not fast enough: its receive buffer and ours are full"
    }

    private var stayAdvice: String {
        if connection.gotFin { return "the \(peer) must read what is left, and close" }
        if let sample, sample.unread > 0 { return "the \(peer) has not read what it was sent, nor closed" }
        return switch plan.side {
        case .server where planned?.step.isExpectDisconnect == false && connection.halfClosed:
            "the server has closed: does the client read to the end of the stream, and close then?"
        case .server: "close the client; or does it wait for bytes that the script never sends?"
        case .client where planned?.step.isExpectDisconnect == true:
            "here the server must close first; without expectDisconnect the client closes when its script has ended"
        case .client: "the client has closed: does the server read to the end of the stream, and close then?"
        }
    }

    /// A client that is silent waits for something, or keeps what it wrote in a buffer.
    private var silenceAdvice: String {
        if let sample, sample.unread > 0 {
            return "the \(peer) has not read what it was sent: is it busy, or does it wait for something else?"
        }
        let later = script.steps.dropFirst(failure.step + 1).first { $0.step.isSend && $0.isListed }
        if let later, let number = later.number {
            return
                "does the \(peer) wait for step \(number), \(later.step), which comes only after this one? Or has it not flushed?"
        }
        return "does the \(peer) wait for bytes that the script never sends, or has it not flushed what it wrote?"
    }

    private var prefixAdvice: String {
        if failure.header.allSatisfy(ByteText.isPrintable) {
            return "the prefix reads as text, \(ByteText.quoted(failure.header)): does the \(peer) send frames at all?"
        }
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

    private var endAdvice: String? {
        guard isFrame else { return nil }
        return failure.header.isEmpty ? "the end of the stream is not an empty frame" : "the frame is truncated"
    }
}
