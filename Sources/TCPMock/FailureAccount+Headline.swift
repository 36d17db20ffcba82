// What was expected, what came, where they part: one line for each kind of failure.

extension FailureAccount {
    var headline: String {
        switch failure.kind {
        case .mismatch: isFrame ? frameDiffers : bytesDiffer
        case .frameLength: frameDiffers
        case .frameTooLong: frameTooLong
        case .delimiterMissing: "expected \(wanted), got \(failure.offset) bytes without it"
        case .unexpectedBytes: "expected \(wanted), got \(count(connection.unjudged, "more byte")): \(ByteText.quoted(connection.excerpt, limit: 48))"
        case .clientClosed: "expected \(wanted), \(partial(ending: "then the client closed the connection (FIN)"))"
        case .clientReset: "expected \(wanted), \(partial(ending: "then the client reset the connection (RST)"))"
        case .limit: limitPassed
        case .leftByReset: "expected the client to disconnect cleanly (FIN), but \(leftByReset)"
        case .leftCleanly: "expected the client to reset the connection (RST), but it closed cleanly (FIN)"
        case .noConnection: "\(stepText) can't be played: the connection had ended before it"
        case .write: "\(stepText) failed: \(systemText(failure.error)): the client had closed or reset the connection already"
        case .answer: "\(stepText) failed: no answer"
        case .noMemory: "\(stepText) failed: out of memory"
        case .unscripted: unscripted
        }
    }

    private var stepText: String {
        planned.map { "\($0.step)" } ?? "the step"
    }

    private func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    /// What the step wanted, in words that follow "expected".
    private var wanted: String {
        guard let planned else { return "nothing" }
        if planned.number == nil { return "the client to disconnect, for the script has ended" }
        switch planned.step.kind {
        case .expect(let bytes): return "\(bytes)"
        case .expectFrame(let payload, _): return "frame \(quoted(payload.array)) (\(count(payload.array.count, "byte")))"
        case .receiveExactly(let number): return count(number, "byte")
        case .receiveAtLeast(let number): return "at least \(count(number, "byte"))"
        case .receiveUntil(let delimiter, let max): return "\(delimiter) within \(count(max, "byte"))"
        case .expectSilence(let duration): return "silence for \(duration.brief)"
        case .expectEOF: return "the client to end its stream (FIN)"
        case .expectDisconnect, .disconnect: return "the client to disconnect"
        default: return "\(planned.step) to be done"
        }
    }

    private func quoted(_ bytes: [UInt8]) -> String {
        bytes.isEmpty ? "\"\"" : ByteText.quoted(bytes, limit: 48)
    }

    // MARK: Bytes that differ

    private func part(at offset: Int) -> String {
        guard expected.indices.contains(offset), got.indices.contains(offset) else { return "" }
        return ": first difference at byte \(offset) (\(ByteText.named(expected[offset])), got \(ByteText.named(got[offset])))"
    }

    private var bytesDiffer: String {
        "expected \(window(expected)), got \(window(got))\(part(at: failure.offset))"
    }

    /// Long bytes are shown around the difference, by the same window on both sides.
    private func window(_ bytes: [UInt8]) -> String {
        let lead = failure.offset > 32 ? failure.offset - 16 : 0
        let shown = Array(bytes.dropFirst(lead).prefix(48))
        let tail = lead + shown.count < bytes.count ? "…" : ""
        return (lead > 0 ? "…" : "") + quoted(shown) + tail
    }

    private var frameDiffers: String {
        let length = Int(clamping: failure.declared)
        let offset = offset ?? 0
        let arrived = got.count < length ? ", of which \(count(got.count, "byte")) arrived" : ""
        let where_ = part(at: offset)
        let lengths = where_.isEmpty && length != expected.count ? ": the lengths differ" : where_
        let body = got.isEmpty && length > 0 ? "a frame" : "frame \(quoted(got))"
        return "expected \(wanted), got \(body) (\(count(length, "byte"))\(arrived))\(lengths)"
    }

    private var frameTooLong: String {
        let header = ByteText.hex(failure.header)
        return "expected \(wanted), got a length prefix of \(header): \(failure.declared) bytes, more than the \(maxFrame) allowed"
    }

    private var maxFrame: Int {
        if case .expectFrame(_, let framing?)? = planned?.step.kind { framing.maxFrameBytes } else { Framing.lengthPrefix().maxFrameBytes }
    }

    // MARK: Steps that starved

    /// How much of the step there was, and what ended it.
    private func partial(ending: String) -> String {
        switch planned?.step.kind {
        case .expect?:
            return soFar(of: expected.count) + ", " + ending
        case .expectFrame(_, let framing)?:
            return partialFrame(prefixBytes: framing?.prefixBytes ?? 4) + ", " + ending
        case .receiveExactly(let number)?, .receiveAtLeast(let number)?:
            return soFar(of: number) + ", " + ending + starvedBy
        case .receiveUntil?:
            return "got \(count(failure.offset, "byte")) without it\(taken.isEmpty ? "" : " (\(ByteText.quoted(taken, limit: 48)))"), " + ending
        default:
            return connection.excerpt.isEmpty ? "but \(ending.dropFirst("then ".count))" : ending
        }
    }

    private func soFar(of total: Int) -> String {
        guard failure.offset > 0 else { return "got nothing of \(count(total, "byte"))" }
        let shown = taken.isEmpty ? "" : " (\(ByteText.quoted(taken, limit: 48)))"
        return "got \(failure.offset) of \(count(total, "byte"))\(shown)"
    }

    /// The bytes the step has taken so far, where they are still known.
    private var taken: [UInt8] {
        if !expected.isEmpty { return Array(expected.prefix(failure.offset)) }
        let end = connection.consumedTotal
        let start = end - failure.offset
        guard failure.offset > 0, start >= 0, end <= connection.received.count else { return [] }
        return Array(connection.received[start..<end])
    }

    private func partialFrame(prefixBytes: Int) -> String {
        let header = failure.header
        if header.isEmpty {
            return "got no frame"
        }
        if header.count < prefixBytes {
            return "got \(header.count) of the \(prefixBytes) bytes of its length prefix (\(ByteText.hex(header)))"
        }
        return "got its length prefix and \(soFar(of: expected.count).dropFirst("got ".count)) of payload"
    }

    /// A receive(atLeast:) before it may have taken what this step waits for.
    private var starvedBy: String {
        guard let before = script.steps[..<failure.step].last(where: { $0.number != nil }),
            case .receiveAtLeast = before.step.kind
        else { return "" }
        let done = connection.events.filter { $0.kind == .stepDone }
        guard let last = done.last else { return "" }
        let start = done.dropLast().last?.consumed ?? 0
        return "; \(before.step) before it took \(count(last.consumed - start, "byte")), all that had come by then"
    }

    // MARK: Limits

    private var limitPassed: String {
        let limit = Duration.nanoseconds(connection.limit).brief
        let within = isExplicit ? "within \(limit)" : "in \(limit) without progress"
        guard let planned else { return "the limit of \(limit) passed" }
        if planned.number == nil {
            return "expected \(wanted), but it is still connected after \(limit)"
        }
        switch planned.step.kind {
        case .send(let bytes):
            return "\(planned.step) is not done: the client did not take all \(bytes.array.count) bytes \(within)"
        case .sendFrame:
            return "\(planned.step) is not done: the client did not take it \(within)"
        case .expectDisconnect, .disconnect:
            return "expected \(wanted), but \(stillThere) after \(limit)"
        case .expectEOF:
            return "expected \(wanted), but it has not after \(limit)"
        case .reset, .close, .halfClose:
            return "\(planned.step) is not done: the client did not acknowledge all that was sent \(within)"
        case .expect, .receiveExactly, .receiveAtLeast, .receiveUntil, .expectFrame:
            return "expected \(wanted), \(partial(ending: ""))".trimmingSuffix(", ") + " \(within)"
        default:
            return "expected \(wanted) \(within)"
        }
    }

    private var isExplicit: Bool {
        planned?.step.limit != nil
    }

    private var stillThere: String {
        guard connection.gotFin else { return "it is still connected" }
        guard let sample = connection.sample, sample.unread > 0 else { return "it has only ended its stream (FIN) and is still there" }
        return "it has only ended its stream (FIN), with \(sample.unread) of the \(connection.sentTotal) bytes sent to it unread,"
    }

    // MARK: How it left

    private var leftByReset: String {
        let manner = connection.leave == .rstAfterFin
            ? "it ended its stream (FIN) and then closed" : "it reset the connection (RST): it closed"
        guard connection.sentTotal > 0 else { return "it reset the connection (RST)" }
        guard let sample = connection.sample, sample.unread > 0, !isStale(sample) else {
            return "\(manner) without reading all of the \(count(connection.sentTotal, "byte")) sent to it, or on purpose (SO_LINGER 0)"
        }
        return "\(manner) without reading \(sample.unread) of the \(count(connection.sentTotal, "byte")) sent to it"
    }

    /// A sample older than the client's last bytes accuses nobody.
    func isStale(_ sample: ConnectionReport.Sample) -> Bool {
        sample.time < connection.lastBytes
    }

    // MARK: Strangers

    private var unscripted: String {
        let waiting = script.steps.indices.contains(failure.step) ? script.steps[failure.step] : nil
        let meanwhile = waiting.map { planned in
            planned.number.map { "; meanwhile step \($0) of \(script.count), \(planned.step), waits" }
                ?? "; the script is done and waits for its client to disconnect"
        }
        return "came from \(connection.peer), but the server is for \(plan.purpose)\(meanwhile ?? "")"
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
