// Pieces that fail their check or are no frames, requests that no option fits, and closures that fail.

extension FailureAccount {
    /// How the failed step cuts its piece out; nil for steps that take none.
    var pieceFraming: Framing? {
        guard let planned else { return nil }
        if case .choice(let choice) = planned.role { return choice.framing }
        switch (planned.role, planned.step.kind) {
        case (.part(.captureUntil(_, let end, let max)), _): return .delimiter(Bytes(end), max: max)
        case (.part(.capture(_, let count)), _): return .fixed(count)
        case (_, .expectPiece(let piece)): return piece.framing
        case (_, .respond(_, let framing, _)): return framing ?? .lengthPrefix()
        default: return nil
        }
    }

    /// "line "QUIT"", "line with prefix "EHLO "".
    func wanted(_ piece: Piece) -> String {
        switch piece.form {
        case .exactly(let count): return counted(count, "byte")
        case .atLeast(let count): return "at least \(counted(count, "byte"))"
        case .until(let delimiter, let max): return "\(delimiter) in at most \(counted(max, "byte"))"
        case .upTo(let delimiter, _): return "\(wanted(piece.noun, piece.check)), up to \(delimiter)"
        case .frame, .line: return wanted(piece.noun, piece.check)
        }
    }

    private func wanted(_ noun: String, _ check: Check) -> String {
        switch check.kind {
        case .any: "a \(noun)"
        case .equals(let bytes):
            "\(noun) \(bytes.array.isEmpty ? "\"\"" : pieceText(bytes.array, around: failure.offset))"
        case .prefix, .suffix: "\(noun) with \(check)"
        case .contains, .matches: "\(noun) that \(check)"
        default: "\(noun) that passes \(check)"
        }
    }

    /// What has come of the piece, in words that follow "got".
    var pieceSoFar: String {
        guard connection.unjudged > 0 else { return "nothing" }
        guard let (cutter, _) = cut else {
            return "\(counted(connection.unjudged, "byte"))\(shown(connection.excerpt))"
        }
        return "\(cutter.progress(of: connection.unjudged))\(shown(connection.excerpt))"
    }

    /// The parser's own opinion of what is there.
    private var cut: (FrameCutter, FrameCutter.Result)? {
        guard let framing = pieceFraming, framing.problem == nil else { return nil }
        var cutter = FrameCutter(framing)
        let result = connection.excerpt.withUnsafeBufferPointer { cutter.cut($0) }
        return (cutter, result)
    }

    // MARK: Checks

    /// The piece that was judged, whole or what has come of it, as far as it was kept.
    var judgedPiece: [UInt8] {
        let kept = connection.excerpt.prefix(judgedCount)
        let start = connection.consumedTotal
        guard kept.count < judgedCount,
            let rest = connection.received.known((start + kept.count)..<(start + judgedCount))
        else { return Array(kept) }
        return Array(kept) + rest
    }

    private var judgedCount: Int {
        failure.whole ? Int(clamping: failure.declared) : connection.unjudged
    }

    var checkFailed: String {
        guard case .expectPiece(let piece)? = planned?.step.kind else { return "\(stepText) failed its check" }
        guard let finding = finding(piece.check) else { return "expected \(wanted(piece)), got \(brief(judgedPiece))" }
        let part = finding.part == "\(piece.check)" ? "" : "\(finding.part) fails: "
        let got = pieceText(judgedPiece, around: finding.offset ?? 0, of: judgedCount)
        return "expected \(wanted(piece)), got \(got): \(part)\(finding.reason)"
    }

    /// Long pieces are shown around the difference.
    private func pieceText(_ bytes: [UInt8], around offset: Int, of total: Int? = nil) -> String {
        let isCut = bytes.count < total ?? 0
        guard isCut || (offset > 32 && bytes.count > 48) else { return brief(bytes) }
        let shown =
            offset < bytes.count ? window(bytes, around: offset) : "\(ByteText.quoted(Array(bytes.prefix(48))))…"
        return "\(shown) (\(counted(total ?? bytes.count, "byte")))"
    }

    /// Which part of the check fails: told by the closure's side, or by the core's node.
    private func finding(_ check: Check) -> CheckFinding? {
        if case .finding(let finding)? = explanation { return finding }
        let part = failure.node.flatMap { check.necessary.part(at: $0) } ?? check
        let piece = judgedPiece
        if piece.count < judgedCount {
            let reason = "it fails at byte \(failure.offset); of the piece \(counted(piece.count, "byte")) were kept"
            return CheckFinding(part: "\(part)", reason: reason, offset: failure.offset)
        }
        return part.finding(at: failure.offset, in: piece)
    }

    var explanation: Explanation? {
        report.explanations[Explanation.Key(connection: connection.number, step: failure.step)]
    }

    // MARK: Frames that are none

    var badFrame: String {
        let wanted = wanted
        guard let (cutter, result) = cut, let problem = cutter.problem(result) else {
            return failure.kind == .frameBadEnd
                ? "expected \(wanted), got a frame that has no end behind its \(counted(Int(clamping: failure.declared), "byte")) of payload"
                : "expected \(wanted), got a length that can't be one (\(ByteText.hex(failure.header)))"
        }
        return "expected \(wanted), got one that \(problem)\(shown(connection.excerpt))"
    }

    // MARK: Choices

    var noOption: String {
        guard let openOptions else { return "\(stepText): nothing fits" }
        return "expected \(openOptions), got \(brief(judgedPiece))\(parting(openPatterns))"
    }

    /// What could come next of a choice, in words that follow "expected"; nil for other steps.
    var openOptions: String? {
        let open = openPatterns
        guard !open.isEmpty else { return nil }
        let names = open.prefix(8).map { "\($0)" }.joined(separator: ", ")
        let more = open.count > 8 ? ", … \(open.count - 8) more" : ""
        return "\(open.count == 1 ? "" : "one of ")\(names)\(more)"
    }

    private var openPatterns: [Check] {
        guard case .choice(let choice)? = planned?.role else { return [] }
        return choice.options.enumerated().filter { failure.taken >> UInt64($0.offset % 64) & 1 == 0 }
            .map(\.element.pattern)
    }

    /// Where the pattern that went furthest parts from what came.
    private func parting(_ patterns: [Check]) -> String {
        let got = judgedPiece
        let furthest = patterns.compactMap(\.beginning).max {
            Bytes.firstDifference($0, got) < Bytes.firstDifference($1, got)
        }
        guard let furthest else { return "" }
        let offset = Bytes.firstDifference(furthest, got)
        guard furthest.indices.contains(offset), got.indices.contains(offset) else { return "" }
        return ": \(brief(furthest)) is nearest, it differs at byte \(offset) "
            + "(\(ByteText.named(furthest[offset])), got \(ByteText.named(got[offset])))"
    }

    // MARK: Closures and gates

    var answerFailed: String {
        switch explanation {
        case .thrown(let text)?: "\(stepText) failed: its closure threw \(text)"
        case .unplayable(let text)?: "\(stepText) failed: what its closure returned can't be played: \(text)"
        default: "\(stepText) failed: it got no answer"
        }
    }

    /// A question that was not answered in time.
    func unanswered(after limit: String) -> String {
        if case .wait(let gate)? = planned?.step.kind {
            return "\(stepText) is not done: nobody opened \(gate) within \(limit)"
        }
        return "\(stepText) is not done: its closure did not answer within \(limit)"
    }

    /// Who should have opened the gate.
    var gateHints: [String] {
        guard failure.kind == .limit, !isUntaken, case .wait(let gate)? = planned?.step.kind else { return [] }
        var openers: [String] = []
        for (index, script) in plan.scripts.enumerated() {
            for case let step in script.steps where step.isListed {
                guard case .open(let other) = step.step.kind, other === gate else { continue }
                let place = plan.scripts.count > 1 ? " of script \(index + 1)" : ""
                openers.append("step \(step.number ?? 0)\(place), line \(step.step.location.line), was to open it")
            }
        }
        if openers.isEmpty { openers = ["the test's own code, or another server, was to open it"] }
        return openers.map { "gate      made at \(gate.location): \($0)" }
    }
}
