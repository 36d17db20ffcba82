// Templates: their moves are entries of their own, but they fail as one step.

extension FailureAccount {
    var isTemplate: Bool {
        if case .part? = planned?.role { true } else { false }
    }

    var isPiece: Bool {
        guard let planned else { return false }
        if case .choice = planned.role { return true }
        switch planned.step.kind {
        case .expectPiece, .respond: return true
        default: return false
        }
    }

    /// What came for the template: what its moves took, and what was not judged any more.
    var templateGot: [UInt8] {
        let start = templateStart
        guard start <= connection.consumedTotal, let taken = connection.received.known(start..<connection.consumedTotal)
        else { return connection.excerpt }
        return taken + connection.excerpt
    }

    /// Where its bytes part from the template, counted from its start.
    var templateOffset: Int {
        connection.consumedTotal - templateStart
    }

    /// Of a capture that is too long: the first byte that is not the ending it should have had by then.
    var overlongOffset: Int? {
        guard case .part(.captureUntil(_, let end, let max))? = planned?.role else { return nil }
        return templateOffset + max + Bytes.firstDifference(end, Array(connection.excerpt.dropFirst(max)))
    }

    var captureTooLong: String? {
        guard let place = overlongOffset, case .part(.captureUntil(let name, let end, let max))? = planned?.role,
            templateGot.indices.contains(place)
        else { return nil }
        return "expected \(wanted), got \(brief(templateGot)): <\(name)> is longer than \(max), "
            + "for byte \(place) (\(ByteText.named(templateGot[place]))) does not belong to \(ByteText.quoted(end))"
    }

    private var templateStart: Int {
        connection.startOfFailedStep(in: script)
    }

    var templateDiffers: String {
        let place = templateOffset
        if !connection.isRecorded { return templateDiffersUnrecorded }
        guard case .part(.bytes(let bytes))? = planned?.role, bytes.indices.contains(failure.offset),
            templateGot.indices.contains(place)
        else { return "expected \(wanted), got \(brief(templateGot))" }
        return "expected \(wanted), got \(brief(templateGot)): first difference at byte \(place) "
            + "(\(ByteText.named(bytes[failure.offset])), got \(ByteText.named(templateGot[place])))"
    }

    /// What came before the byte that differs was not kept.
    private var templateDiffersUnrecorded: String {
        let start = "expected \(wanted), got \(brief(connection.excerpt)) from byte \(templateOffset) on"
        guard case .part(.bytes(let bytes))? = planned?.role, bytes.indices.contains(failure.offset),
            let got = connection.excerpt.first
        else { return start }
        return start + " (\(ByteText.named(bytes[failure.offset])), got \(ByteText.named(got)))"
    }

    /// A literal check is compared byte by byte, as other literals are.
    var checkComparison: [String] {
        guard case .expectPiece(let piece)? = planned?.step.kind, let literal = piece.check.literal, !literal.isEmpty,
            !judgedPiece.isEmpty
        else { return [] }
        return HexDump.comparison(expected: literal, got: judgedPiece, offset: failure.offset)
    }
}

extension ConnectionReport {
    /// Where in the stream the failed step began: behind the last step that is none of its moves.
    func startOfFailedStep(in script: ScriptPlan) -> Int {
        if !isRecorded { return consumedTotal - takenByFailedStep(in: script) }
        let before = events.last { event in
            event.kind == .connected || (event.kind == .stepDone && !isMoveOfFailedStep(event.step, in: script))
        }
        return before?.consumed ?? 0
    }

    /// Whether bytes and steps were kept; else only counters were.
    var isRecorded: Bool {
        receivedTotal == 0 || !received.head.isEmpty || events.contains { $0.kind == .stepDone }
    }

    /// How much the failed step had used, told by what it is made of.
    private func takenByFailedStep(in script: ScriptPlan) -> Int {
        guard let failure, script.steps.indices.contains(failure.step) else { return 0 }
        let before = script.steps.indices.prefix(failure.step).filter { isMoveOfFailedStep($0, in: script) }
        let taken = before.reduce(0) { $0 + length(ofMove: $1, in: script) }
        switch script.steps[failure.step].role {
        case .part(.capture), .part(.captureUntil): return taken  // they use nothing before all of it is there
        default: return taken + failure.offset
        }
    }

    private func length(ofMove step: Int, in script: ScriptPlan) -> Int {
        guard case .part(let move) = script.steps[step].role else { return 0 }
        switch move {
        case .bytes(let bytes): return bytes.count
        case .any(let count), .capture(_, let count): return count
        case .captureUntil(_, let end, _): return end.count + (kept.last { $0.step == step }?.bytes.count ?? 0)
        }
    }

    private func isMoveOfFailedStep(_ step: Int, in script: ScriptPlan) -> Bool {
        guard let failed = failure?.step, step < failed, script.steps.indices.contains(failed),
            case .part = script.steps[failed].role
        else { return false }
        return script.steps[step].number == script.steps[failed].number
    }
}
