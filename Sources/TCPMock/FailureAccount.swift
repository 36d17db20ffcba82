// The text of one failure, first line and the rest. Headlines by kind are in FailureAccount+Headline.swift.

/// Everything a failure's text is made of.
struct FailureAccount {
    let plan: EndpointPlan
    let script: ScriptPlan
    let report: EndpointReport
    let connection: ConnectionReport
    let failure: ConnectionReport.Failure

    /// The entry of the plan that failed; nil for connections without a script.
    var planned: PlannedStep? {
        guard failure.kind != .unscripted, script.steps.indices.contains(failure.step) else { return nil }
        return script.steps[failure.step]
    }

    var location: SourcePosition {
        guard let planned, planned.number != nil else { return plan.location }
        return planned.step.location
    }

    /// Where expected and got part; nil where that makes no sense.
    var offset: Int? {
        switch failure.kind {
        case .mismatch where isTemplate: templateOffset
        case .frameTooLong where isTemplate: overlongOffset
        case .check, .noOption: failure.offset
        case .mismatch, .delimiterMissing: failure.offset
        case .clientClosed, .clientReset, .limit: planned?.step.takesBytes == true ? failure.offset : nil
        case .frameLength: Bytes.firstDifference(expected, got)
        default: nil
        }
    }

    /// The bytes the step expects, or nothing.
    var expected: [UInt8] {
        guard let planned else { return [] }
        if case .part(.bytes(let bytes)) = planned.role { return bytes }
        let step = planned.step
        switch step.kind {
        case .expect(let bytes), .expectFrame(let bytes, _): return bytes.array
        default: return []
        }
    }

    /// What came for this step: what matched of it, then what was not judged any more.
    var got: [UInt8] {
        Array(expected.prefix(matched)) + connection.excerpt.prefix(room)
    }

    private var matched: Int {
        failure.kind == .frameLength ? 0 : failure.offset
    }

    /// Of a frame nothing beyond its declared length belongs to it.
    private var room: Int {
        guard isFrame else { return connection.excerpt.count }
        let length = Int(clamping: failure.declared)
        return max(0, length - matched)
    }

    /// What can be set side by side; nil where the step has all its bytes, or has failed by something else than them.
    var compared: (expected: [UInt8], got: [UInt8])? {
        guard !expected.isEmpty else { return nil }
        switch failure.kind {
        case .mismatch, .clientClosed, .clientReset, .limit: return (expected, got)
        case .frameLength:
            // Of a frame of another length the bytes tell something where they part, or when all of them are there.
            let (place, got) = (Bytes.firstDifference(expected, got), got)
            let isAll = UInt64(got.count) == failure.declared
            return isAll || got.indices.contains(place) && expected.indices.contains(place) ? (expected, got) : nil
        default: return nil
        }
    }

    /// What the other side is called: "client", or "server" when a client plays the script.
    var peer: String { plan.side.peer }

    var isFrame: Bool {
        if case .expectFrame? = planned?.step.kind { true } else { false }
    }

    // MARK: The whole text

    var summary: String {
        "\(place): \(headline)"
    }

    /// "connection 1, step 2 of 4".
    private var place: String {
        let who = "connection \(connection.number)"
        guard failure.kind != .unscripted, let planned else { return who }
        guard let number = planned.number else {
            return script.count == 0 ? who : "\(who), after step \(script.count) of \(script.count)"
        }
        let label = planned.step.label.map { " \"\($0)\"" } ?? ""
        return "\(who), \(stepsText(number)) of \(script.count)\(label)\(round)"
    }

    /// "step 2", or "steps 2 to 4" where any of them could have come.
    private func stepsText(_ number: Int) -> String {
        script.lastNumber(ofChoiceAt: failure.step).map { "steps \(number) to \($0)" } ?? "step \(number)"
    }

    /// " (round 3 of 5)" inside one repeat; where repeats nest, the core's one number does not say which it counts.
    /// What is written is written late, maybe in a later round: of that no number is known.
    private var round: String {
        guard failure.kind != .write, !isUntaken else { return "" }
        let around = script.repeats(around: failure.step)
        guard let rounds = around.first, around.count == 1 else { return "" }
        if rounds == 0 { return " (request \(connection.round + 1))" }
        return " (round \(connection.round + 1) of \(rounds))"
    }

    var details: [String] {
        comparison + hints + block("so far", Timeline(connection, script).lines(most: 12))
            + notRun + afterwards
    }

    private var comparison: [String] {
        switch failure.kind {
        case .check: return checkComparison
        case .mismatch where isTemplate: return []
        case .mismatch, .frameLength:
            guard let offset, !got.isEmpty, !expected.isEmpty else { return [] }
            return HexDump.comparison(expected: expected, got: got, offset: offset)
        case .unexpectedBytes:
            return block("got", HexDump.lines(connection.excerpt, rows: 4, of: connection.unjudged))
        default:
            return []
        }
    }

    private var notRun: [String] {
        guard failure.kind != .unscripted else { return [] }
        return block("not run", [stepsNotRun?.line, scriptsNotRun].compactMap { $0 })
    }

    var stepsNotRun: StepsNotRun? {
        failure.kind == .unscripted ? nil : script.listing(after: failure.step, without: doneInChoice)
    }

    /// Of steps in any order: those that have been, in this round.
    private var doneInChoice: Set<Int> {
        guard case .choice(let choice)? = planned?.role, choice.eachOnce else { return [] }
        return Set(takenOptions(of: choice).flatMap { choice.entries(of: $0) })
    }

    /// In a list the first failure ends what follows.
    private var scriptsNotRun: String? {
        guard case .list = plan.mode, report.scripted < plan.scripts.count, report.awaited == nil else { return nil }
        let (first, count) = (report.scripted + 1, plan.scripts.count)
        return first == count ? "script \(first) of \(count)" : "scripts \(first) to \(count) of \(count)"
    }

    private var afterwards: [String] {
        var lines: [String] = []
        if !isGone {
            let dropped =
                connection.unsent > 0 ? ", dropping \(counted(connection.unsent, "byte")) it had not taken" : ""
            let reason = connection.resetReason.map { ", \($0)" } ?? ""
            lines.append("TCPMock reset the connection\(reason)\(dropped)")
        }
        if report.resetAfterFailure > 0, failure.kind != .unscripted {
            let reconnects = counted(report.resetAfterFailure, "reconnect")
            lines.append("followed by \(reconnects), \(report.resetAfterFailure == 1 ? "which was" : "all") reset")
        }
        return block("then", lines)
    }

    /// Whether there was nobody left whom a reset could tell anything.
    private var isGone: Bool {
        connection.gotRst || connection.leave != .none
    }

    private func block(_ title: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { index, line in
            (index == 0 ? "  \(title)".padded(to: 12) : "            ") + line
        }
    }
}

extension ScriptPlan {
    /// The written steps behind an index; nil when there are none.
    func listing(after index: Int, without done: Set<Int> = []) -> StepsNotRun? {
        let rest = steps.enumerated().dropFirst(index + 1).filter { $0.element.isListed && !done.contains($0.offset) }
            .map(\.element)
        guard !rest.isEmpty else { return nil }
        return StepsNotRun(
            steps: rest.prefix(StepsNotRun.most).map { "\($0.number ?? 0) \($0.written)" }, count: rest.count)
    }

    /// Of steps that may come in any order, which begin at an index: the number of the last; nil for other steps.
    func lastNumber(ofChoiceAt index: Int) -> Int? {
        guard steps.indices.contains(index), case .choice(let choice) = steps[index].role, choice.eachOnce,
            let first = steps[index].number, let last = steps[index..<choice.target].compactMap(\.number).last,
            last > first
        else { return nil }
        return last
    }

    /// How often each repeat around a step goes round, the innermost first.
    func repeats(around index: Int) -> [Int] {
        steps.dropFirst(index).compactMap { planned in
            guard case .repeatEnd(let target, let rounds, _) = planned.role, target <= index else { return nil }
            return rounds ?? 0
        }
    }
}

extension String {
    func padded(to width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self
    }
}

extension Bytes {
    /// Where two byte sequences part: the first index at which they differ, or one of them ends.
    static func firstDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
        zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(a.count, b.count)
    }
}
