// The likely cause of a wait, in one sentence. What facts leave open is asked, not said.

extension WaitFacts {
    var cause: String? {
        switch aim {
        case .bytes(let arrival): causeOfMissing(arrival)
        case .endOfStream: causeOfNoEnd
        case .leaving(let leaving): causeOfStaying(leaving)
        case .taking(let inLockstep): causeOfNotTaking(inLockstep)
        case .acknowledging(let end): causeOfNotAcknowledging(before: end)
        case .gate(let openers): causeOfClosedGate(openers)
        case .closure: "does the closure wait for something that only happens after its reply?"
        case .givingUp: causeOfNotGivingUp
        case .backpressure:
            "the \(peer) must want to write more than both kernels hold; a small receiveBuffer makes that less"
        }
    }

    // MARK: Bytes that do not come

    private func causeOfMissing(_ arrival: Arrival) -> String {
        if let clue = arrival.clue, clue.isPlain { return clue.text(of: peer) }
        if let unread, unread > 0 {
            return "the \(peer) has not read what it was sent: is it busy, or does it wait for something else?"
        }
        if let robbery = arrival.robbery { return robbery.text }
        if let clue = arrival.clue { return clue.text(of: peer) }
        if arrival.isInHeader { return "is the length prefix right? The \(peer) may think it has sent the whole frame" }
        if arrival.had > 0, let missing = arrival.missing, missing > 0 { return causeOfPart(missing) }
        return causeOfSilence
    }

    /// The script waits for the rest, and so, it seems, does the other side.
    private func causeOfPart(_ missing: Int) -> String {
        let rest = "the script waits for \(counted(missing, "more byte"))"
        guard case .step(let later) = next else {
            return "\(rest), and the \(peer) for a reply, or it has not flushed what it wrote"
        }
        let when = later.isNextRound ? "in the next round" : "after them"
        return
            "\(rest), and the \(peer), it seems, for step \(later.number), \(later.step), which comes only \(when)"
    }

    private var causeOfSilence: String {
        switch next {
        case .step(let later):
            let when = later.isNextRound ? "in the next round" : "after this one"
            return
                "does the \(peer) wait for step \(later.number), \(later.step), which comes only \(when)? Or has it not flushed?"
        case .unknown:
            return
                "does the \(peer) wait for a reply that comes only after this step, or has it not flushed what it wrote?"
        case .nothing:
            return "does the \(peer) wait for bytes that the script never sends, or has it not flushed what it wrote?"
        }
    }

    private var causeOfNoEnd: String {
        if let unread, unread > 0 { return "the \(peer) has not read what it was sent, nor ended its stream" }
        return "the \(peer) must shut down its sending side, or close"
    }

    // MARK: A client that stays

    private func causeOfStaying(_ leaving: Leaving) -> String {
        if hasEnded {
            return unread ?? 0 > 0
                ? "the \(peer) must read what is left, and close"
                : "the \(peer) has ended its stream and waits, it seems, for the end of ours"
        }
        if let unread, unread > 0 { return "the \(peer) has not read what it was sent, nor closed" }
        if leaving.hasClosed {
            return switch side {
            case .server: "the server has closed: does the client read to the end of the stream, and close then?"
            case .client: "the client has closed: does the server read to the end of the stream, and close then?"
            }
        }
        if side == .client {
            return
                "here the server must close first; without expectDisconnect the client closes when its script has ended"
        }
        if lastSpeaker == .peer {
            return "the client spoke last: does it wait for an answer that the script never sends? Else it must close"
        }
        if lastSpeaker == .script, unread == 0 {
            let how = leaving.isWritten ? "leave expectDisconnect out and say" : "say"
            return "the client has read all it was sent and keeps the connection: close it, "
                + "or \(how) afterScript: .mayStayOpen if it belongs to a pool"
        }
        return "close the client; or does it wait for bytes that the script never sends?"
    }

    private var causeOfNotGivingUp: String {
        if hasEnded {
            return "the \(peer) has ended its stream and waits for the end of ours, which a stall never sends"
        }
        return "has the \(peer) no limit of its own for a \(peer == "client" ? "server" : "client") that hangs?"
    }

    // MARK: Bytes that are not taken

    private func causeOfNotTaking(_ inLockstep: Bool) -> String {
        if inLockstep {
            return "the next slice goes, and the step is done, only when the \(peer) has read what it was sent"
        }
        if let causeOfBothWriting { return causeOfBothWriting }
        if hasEnded {
            return "the \(peer) has ended its own stream and does not read ours: its receive buffer and ours are full"
        }
        return "the \(peer) does not read, or not fast enough: its receive buffer and ours are full"
    }

    /// Whether its kernel has room is no sign: the last read before a limit makes some.
    private var causeOfBothWriting: String? {
        guard let queues, queues.withheld > 0, queues.held > 0 else { return nil }
        let whose = isReading ? "this side's reading is full (maxBuffered)" : "the script does not read"
        return
            "both sides write and neither reads: what the \(peer) writes waits for us, as \(whose), and ours for the \(peer)"
    }

    /// All of it is in the kernels: the other side's has no room for what ours holds.
    private func causeOfNotAcknowledging(before end: String) -> String {
        if let causeOfBothWriting { return causeOfBothWriting }
        return "\(end) waits until the \(peer)'s kernel has all that was sent: does the \(peer) read to the end of it?"
    }

    // MARK: Gates

    private func causeOfClosedGate(_ openers: [Opener]) -> String {
        guard let opener = openers.first else {
            return "no step opens it: has the test's own code come to its open()?"
        }
        return switch opener.state {
        case .behindThisWait: "\(opener.step) opens it, which comes only after this wait"
        case .nobodyConnected: "nobody has connected for \(opener.step), which opens it"
        case .at(let connection, let step): "connection \(connection), which opens it, had only come to \(step)"
        case .late(let connection, let delay): "connection \(connection) opened it \(delay.brief) too late"
        case .gone(let connection):
            "connection \(connection) had ended before it came to \(opener.step), which opens it"
        }
    }
}

extension FramingClue {
    func text(of peer: String) -> String {
        switch self {
        case .lineFeedAlone:
            "what came ends in LF alone, and the delimiter is CRLF: the \(peer) must end its lines with \"\\r\\n\""
        case .noEnding(let ending):
            "what came has no \(ending) at its end: has the \(peer) left it out, or not flushed it?"
        case .otherByteOrder(let length):
            "in the other byte order the length prefix says \(length), which is what came: "
                + "is the framing's byteOrder the \(peer)'s?"
        case .countsHeader(let width):
            "the length prefix seems to count its own \(counted(width, "byte")) too: that is includesHeader: true"
        case .text(let text): "the prefix reads as text, \(text): does the \(peer) send frames at all?"
        case .promise(let length, let came, nil):
            "the length prefix promises \(counted(length, "byte")), of which \(grouped(came)) came: "
                + "the \(peer) may think it has sent the whole frame, and wait for what follows"
        case .promise(let length, let came, let text?):
            "the length prefix promises \(counted(length, "byte")), of which \(grouped(came)) came; "
                + "it also reads as text, \(text): does the \(peer) send frames at all?"
        }
    }
}
