// What was expected, what came, where they part: one line for each kind of failure.

extension FailureAccount {
    var headline: String {
        switch failure.kind {
        case .mismatch: isTemplate ? templateDiffers : isFrame ? frameDiffers : bytesDiffer
        case .frameLength: frameDiffers
        case .frameTooLong: captureTooLong ?? (pieceFraming == nil ? frameTooLong : badFrame)
        case .frameBadLength, .frameBadEnd: badFrame
        case .check: checkFailed
        case .noOption: noOption
        case .delimiterMissing: "expected \(wanted), got \(counted(failure.offset, "byte")) without it\(shown(taken))"
        case .unexpectedBytes: unexpected
        case .clientClosed: starved(by: "the \(peer) ended its stream (FIN)")
        case .clientReset: starved(by: "the \(peer) reset the connection (RST)")
        case .limit: limitPassed
        case .leftByReset: "expected the \(peer) to disconnect cleanly (FIN), but \(leftByReset)"
        case .leftUnread: leftUnread
        case .leftCleanly: "expected the \(peer) to reset the connection (RST), but it closed cleanly (FIN)"
        case .noConnection where connection.halfClosed && connection.leave == .none:
            "\(stepText) can't be played: the script has ended its own side of the stream before it"
        case .noConnection: "\(stepText) can't be played: the connection has ended before it: \(end)"
        case .write:
            "\(stepText) failed: \(systemText(failure.error)), for the \(peer) had closed or reset the connection"
        case .latency, .segments, .noDelay: measureText?.headline ?? stepText
        case .answer: answerFailed
        case .noMemory: "\(stepText) failed: out of memory"
        case .unscripted: unscripted
        case .unprovable:
            "\(stepText) can't be proven: the kernel does not tell of the \(peer)'s socket, which is on another host or gone"
        }
    }

    var measureText: MeasureText? {
        connection.measure.map { MeasureText($0, step: planned?.written, peer: peer) }
    }

    var stepText: String {
        planned.map { "\($0.written)" } ?? "the step"
    }

    private var end: String {
        "\(ConnectionRecord.End(connection))"
    }

    /// What the step wanted, in words that follow "expected".
    var wanted: String {
        guard let planned else { return "nothing" }
        if case .end(mayStay: true) = planned.role {
            return "the \(peer) to stay silent or disconnect, as the script has ended"
        }
        if case .end = planned.role {
            return script.count == 0
                ? "the \(peer) to disconnect, as there are no steps"
                : "the \(peer) to disconnect, as the script has ended"
        }
        if failure.replying == .disconnect { return "the \(peer) to disconnect, as the reply to its request says" }
        let before = planned.faultAhead.map { " before the fault .\($0)" } ?? ""
        return wanted(planned) + before
    }

    private func wanted(_ planned: PlannedStep) -> String {
        switch planned.step.kind {
        case .expect(let bytes): return "\(bytes)"
        case .expectTemplate(let template): return "\(template)"
        case .expectPiece(let piece): return wanted(piece)
        case .respond, .respondTo: return "a request"
        case .choose, .anyOrder: return openOptions ?? "\(planned.step)"
        case .optional: return "\(planned.step)"
        case .expectFrame(let payload, _):
            return "frame \(sized(brief(payload.array), payload.array.count))"
        case .receiveExactly(let number): return counted(number, "byte")
        case .receiveAtLeast(let number): return "at least \(counted(number, "byte"))"
        case .receiveUntil(let delimiter, let max): return "\(delimiter) in at most \(counted(max, "byte"))"
        case .expectSilence(let duration): return "silence for \(duration.brief)"
        case .expectEOF: return "the \(peer) to end its stream (FIN)"
        case .expectBackpressure: return "the \(peer) to be held up in writing"
        default: return "the \(peer) to disconnect"
        }
    }

    func brief(_ bytes: [UInt8]) -> String {
        ByteText.quoted(bytes, limit: 48)
    }

    /// With their number behind them, unless what was shortened has it already.
    private func sized(_ text: String, _ count: Int) -> String {
        text.hasSuffix(" bytes)") ? text : "\(text) (\(counted(count, "byte")))"
    }

    /// Bytes in brackets, behind their number.
    func shown(_ bytes: [UInt8]) -> String {
        bytes.isEmpty ? "" : " (\(brief(bytes)))"
    }

    // MARK: Bytes that differ

    private func part(at offset: Int) -> String {
        guard expected.indices.contains(offset), got.indices.contains(offset) else { return "" }
        return
            ": first difference at byte \(offset) (\(ByteText.named(expected[offset])), got \(ByteText.named(got[offset])))"
    }

    private var bytesDiffer: String {
        "expected \(window(expected)), got \(window(got))\(part(at: failure.offset))"
    }

    private func window(_ bytes: [UInt8]) -> String {
        window(bytes, around: offset ?? 0)
    }

    /// Long bytes are shown around the difference, by the same window on both sides.
    func window(_ bytes: [UInt8], around offset: Int) -> String {
        let lead = offset > 32 ? offset - 16 : 0
        let shown = Array(bytes.dropFirst(lead).prefix(48))
        let tail = lead + shown.count < bytes.count ? "…" : ""
        return (lead > 0 ? "…" : "") + brief(shown) + tail
    }

    private var frameDiffers: String {
        let length = Int(clamping: failure.declared)
        let place = part(at: offset ?? 0)
        let difference = place.isEmpty && length != expected.count ? ": the lengths differ" : place
        return
            "expected frame \(sized(window(expected), expected.count)), got \(gotFrame(length))\(difference)"
    }

    private func gotFrame(_ length: Int) -> String {
        if got.isEmpty, length > 0 { return "a frame of \(counted(length, "byte")), none of which has arrived" }
        let arrived = got.count < length ? ", \(grouped(got.count)) of which arrived" : ""
        return "frame \(window(got)) (\(counted(length, "byte"))\(arrived))"
    }

    private var frameTooLong: String {
        "expected \(wanted), got a length prefix of \(grouped(failure.declared)) bytes (\(ByteText.hex(failure.header))), "
            + "more than the \(grouped(framing.maxFrameBytes)) allowed"
    }

    var framing: Framing {
        if case .expectFrame(_, let framing)? = planned?.step.kind { framing } else { .lengthPrefix() }
    }

    // MARK: Bytes where none may come

    private var unexpected: String {
        let isFirst = connection.consumedTotal == 0
        let number = counted(connection.unjudged, isFirst ? "byte" : "more byte")
        return "expected \(wanted), got \(number): \(brief(connection.excerpt))"
    }

    // MARK: Strangers

    private var unscripted: String {
        guard let other = meanwhile, let script = plan.script(at: other.script ?? 0) else {
            return "no script is for it; the server is for \(plan.purpose)"
        }
        let at =
            if script.steps.indices.contains(failure.step), let number = script.steps[failure.step].number {
                "was at step \(number) of \(script.count), \(script.steps[failure.step].written)"
            } else {
                "had played its script and had not disconnected"
            }
        return "no script is for it; the server is for \(plan.purpose), and connection \(other.number) \(at)"
    }

    /// The connection that was being played when a stranger came: the core tells the step of the latest.
    private var meanwhile: ConnectionReport? {
        report.connections.last {
            $0.number < connection.number && $0.script != nil && ($0.isOpen || $0.closed >= connection.accepted)
        }
    }
}
