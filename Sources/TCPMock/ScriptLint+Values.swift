// What can be wrong with a single step's values.

extension ScriptLint {
    static func badValue(_ step: Step, over transport: MockAddress.Family) -> String? {
        if let limit = step.limit, limit < .zero { return "\(step): a limit can't be negative" }
        if let problem = step.problemOfMeasure ?? step.unmeasurable(over: transport) { return problem }
        switch step.kind {
        case .expect(let bytes):
            return bytes.problem
                ?? (bytes.array.isEmpty ? "expect(\"\") expects nothing: an expectation needs at least one byte" : nil)
        case .send(let bytes):
            return bytes.problem
                ?? (bytes.array.isEmpty ? "send(\"\") sends nothing: a send needs at least one byte" : nil)
                ?? step.problemOfDamage ?? badPacing(step, of: step.damaging(bytes.array).count)
        case .receiveExactly(let count) where count < 1, .receiveAtLeast(let count) where count < 1:
            return "\(step) receives nothing: it needs at least one byte"
        case .receiveUntil(let delimiter, let max): return badDelimiter(step, delimiter, max)
        case .delay(let duration) where duration < .zero, .expectSilence(let duration) where duration < .zero:
            return "\(step): a duration can't be negative"
        case .sendFrame(let payload, let framing?):
            return (payload.problem ?? framing.problem(with: payload.array)).map { "\(step): \($0)" }
                ?? step.problemOfDamage
                ?? badPacing(step, of: step.damaging(framing.unchecked(payload.array)).count)
        case .expectTemplate(let template): return template.problem.map { "\(step): \($0)" }
        case .expectPiece(let piece): return badPiece(step, piece)
        case .respond(_, let framing, _): return framing?.problem.map { "\(step): \($0)" }
        case .respondTo(let table, let framing, _): return badTable(step, table, framing, over: transport)
        case .fault(_, let placement): return placement.problem(in: step) ?? badIdle(step, placement)
        case .stall(let duration?): return badStall(step, duration)
        default: return nil
        }
    }

    private static func badPacing(_ step: Step, of count: Int) -> String? {
        (step.pacing?.problem(of: count) ?? tooSlow(step, count)).map { "\(step): \($0)" }
    }

    /// A send whose slices alone take longer than it may.
    private static func tooSlow(_ step: Step, _ count: Int) -> String? {
        guard let limit = step.limit, let pacing = step.pacing, let least = pacing.leastTime(of: count), least > limit
        else { return nil }
        return "its slices take at least \(least.brief), and its limit is \(limit.brief)"
    }

    private static func badIdle(_ step: Step, _ placement: Fault.Placement) -> String? {
        guard case .afterIdle(let duration) = placement.kind, let limit = step.limit, duration > limit else {
            return nil
        }
        return "\(step) can never be reached: a silence of \(duration.brief) is longer than its limit of \(limit.brief)"
    }

    private static func badStall(_ step: Step, _ duration: Duration) -> String? {
        if duration < .zero { return "\(step): a duration can't be negative" }
        return step.limit == nil
            ? nil : "\(step) ends by itself: a limit is for a stall that lasts until the client leaves"
    }

    private static func badDelimiter(_ step: Step, _ delimiter: Bytes, _ max: Int) -> String? {
        if let problem = delimiter.problem { return problem }
        if delimiter.array.isEmpty { return "receive(until:) needs a delimiter of at least one byte" }
        guard max < delimiter.array.count else { return nil }
        return "\(step) can never be met: the delimiter alone has \(delimiter.array.count) bytes"
    }

    private static func badPiece(_ step: Step, _ piece: Piece) -> String? {
        switch piece.form {
        case .exactly(let count) where count < 1, .atLeast(let count) where count < 1:
            return "\(step) receives nothing: it needs at least one byte"
        case .until(let delimiter, let max):
            if let problem = badDelimiter(step, delimiter, max) { return problem }
        case .upTo(let delimiter, _):
            if let problem = delimiter.problem { return problem }
        default: break
        }
        if let problem = piece.check.problem ?? piece.framing?.problem { return "\(step): \(problem)" }
        return (piece.check.contradiction ?? piece.framing.flatMap(piece.check.contradiction(in:))).map {
            "\(step) can never be met: \($0)"
        }
    }

    private static func badTable(
        _ step: Step, _ table: StubTable, _ framing: Framing?, over transport: MockAddress.Family
    ) -> String? {
        if table.stubs.isEmpty { return "\(step) has no stubs, so that every request is a failure" }
        for stub in table.stubs {
            if let problem = stub.pattern.problem { return "\(step): \(problem)" }
            if let problem = badReply(stub.reply, step, framing, over: transport) { return "\(step): \(problem)" }
        }
        if let framing {
            return (framing.problem ?? unreachable(table, framing)).map { "\(step): \($0)" }
        }
        for stub in table.stubs where stub.pattern.literal?.isEmpty != false {
            return
                "\(step): the pattern \(stub.pattern) is no literal, so it needs pieces to match: say how requests are "
                + "cut out, such as framing: .line"
        }
        return ambiguity(table.stubs.map { ("the pattern \($0.pattern)", $0.pattern.literal ?? []) })
            .map { "\(step): \($0)" }
    }

    private static func badReply(
        _ reply: Reply, _ step: Step, _ framing: Framing?, over transport: MockAddress.Family
    ) -> String? {
        do {
            for reply in try reply.steps(framing: framing, for: step, over: transport) {
                if case .sendFrame(_, nil) = reply.kind { return "a frame needs a framing: say which, with framing:" }
            }
            return nil
        } catch {
            return (error as? MockError)?.message ?? "\(error)"
        }
    }

    /// A stub behind one that passes all that it passes, or that nothing passes.
    private static func unreachable(_ table: StubTable, _ framing: Framing) -> String? {
        for (index, stub) in table.stubs.enumerated() {
            if let reason = stub.pattern.contradiction ?? stub.pattern.contradiction(in: framing) {
                return "the pattern \(stub.pattern) can never be reached: \(reason)"
            }
            for before in table.stubs[..<index] where before.pattern.covers(stub.pattern) {
                return "the pattern \(stub.pattern) can never be reached: \(before.pattern) stands before it"
            }
        }
        return nil
    }
}

extension StubTable {
    /// Whether each of its replies ends the connection.
    var endsAlways: Bool {
        !stubs.isEmpty
            && stubs.allSatisfy { stub in
                if case .steps(let steps) = stub.reply.content { ScriptLint.ends(steps) } else { false }
            }
    }
}
