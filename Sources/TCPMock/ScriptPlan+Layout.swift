// Laying written steps out flat: each kind of structure becomes choices, jumps and ends of repeats.

extension ScriptPlan {
    mutating func layOut(_ steps: [Step], depth: Int) {
        for step in steps {
            layOut(step, depth: depth)
        }
    }

    private mutating func layOut(_ step: Step, depth: Int) {
        if step.isPlain {
            addWritten(step)
            return
        }
        switch step.kind {
        case .label(let name): currentLabel = name
        case .repeat(let rounds, let body):
            let target = steps.count
            layOut(inheriting(step, body), depth: depth + 1)
            add(step, .repeatEnd(target: target, rounds: rounds, depth: depth), number: nil)
        case .sequence(let body): layOut(inheriting(step, body), depth: depth)
        case .anyOrder(let options): layOutAnyOrder(step, options, depth)
        case .optional(let body): layOutOptional(step, body, depth)
        case .choose(let routes): layOutChoose(step, routes, depth)
        case .expectTemplate(let template): layOutTemplate(step, template)
        case .fault: layOutFault(step)
        case .respond(_, _, let serves):
            let place = addWritten(step)
            if serves { goRound(step, from: place, depth) }
        case .respondTo(let table, let framing, let serves): layOutTable(step, table, framing, serves: serves, depth)
        case .expectPiece(let piece):
            if let streamed = piece.streamed {
                addWritten(step.with(.expectFrame(Bytes(streamed.payload), streamed.framing)))
            } else {
                addWritten(step)
            }
        default: addWritten(step)
        }
    }

    // MARK: Entries

    @discardableResult
    private mutating func addWritten(_ step: Step) -> Int {
        count += 1
        return add(step, .written, number: count, isListed: true)
    }

    @discardableResult
    private mutating func add(_ step: Step, _ role: PlannedStep.Role, number: Int?, isListed: Bool = false) -> Int {
        var step = step
        if let currentLabel, step.label == nil { step.label = currentLabel }
        if step.measure?.latency != nil { isTimed = true }
        steps.append(PlannedStep(step: step, role: role, number: number, isListed: isListed))
        return steps.count - 1
    }

    private func inheriting(_ outer: Step, _ body: [Step]) -> [Step] {
        guard let label = outer.label else { return body }
        return body.map { inner in
            var inner = inner
            if inner.label == nil { inner.label = label }
            return inner
        }
    }

    /// Adds a way on, whose place is filled in later.
    private mutating func addJump(_ step: Step) -> Int {
        add(step, .jump(target: 0), number: nil)
    }

    private mutating func landHere(_ jumps: [Int]) {
        for jump in jumps { steps[jump].role = .jump(target: steps.count) }
    }

    /// Ends a step that is played until the client leaves.
    private mutating func goRound(_ step: Step, from place: Int, _ depth: Int) {
        add(step, .repeatEnd(target: place, rounds: nil, depth: depth), number: nil)
        steps[place].leave = PlannedLeave(target: steps.count, mayStay: ending.mayStay)
    }

    // MARK: Structures

    private mutating func layOutTemplate(_ step: Step, _ template: Template) {
        count += 1
        for (index, move) in template.moves.enumerated() {
            add(step, .part(move), number: count, isListed: index == 0)
        }
    }

    private mutating func layOutFault(_ step: Step) {
        count += 1
        for (index, part) in (step.faultParts ?? []).enumerated() {
            add(part, .faultPart(of: step), number: count, isListed: index == 0)
        }
    }

    private mutating func layOutOptional(_ step: Step, _ body: [Step], _ depth: Int) {
        let place = add(step, .written, number: count + 1)
        var choice = PlannedChoice(depth: depth)
        let first = body.first { !$0.isLabel }
        for literal in first?.literals ?? [] {
            choice.options.append(.init(pattern: Check(literal), literal: literal, target: steps.count))
        }
        layOut(inheriting(step, body), depth: depth + 1)
        choice.options.append(.init(pattern: .any, literal: [], target: steps.count))
        steps[place].role = .choice(choice)
    }

    private mutating func layOutChoose(_ step: Step, _ routes: [Route], _ depth: Int) {
        let place = add(step, .written, number: count + 1)
        var choice = PlannedChoice(depth: depth)
        var jumps: [Int] = []
        for route in routes {
            let literal = route.beginning.beginning ?? []
            choice.options.append(.init(pattern: route.beginning, literal: literal, target: steps.count))
            layOut(inheriting(step, route.script.steps), depth: depth + 1)
            jumps.append(addJump(step))
        }
        landHere(jumps)
        steps[place].role = .choice(choice)
    }

    private mutating func layOutAnyOrder(_ step: Step, _ options: [Step], _ depth: Int) {
        let place = add(step, .written, number: count + 1)
        var choice = PlannedChoice(framing: step.commonFraming, eachOnce: true, depth: depth)
        for option in options where !option.isLabel {
            let first = steps.count
            // With framing the choice takes the piece itself, in the name of the option's first step.
            let isFramed = choice.framing != nil
            choice.options.append(
                .init(
                    pattern: option.first.checkAtStart ?? .any, literal: option.first.literals?.first ?? [],
                    target: isFramed ? first + 1 : first, entry: isFramed ? first : nil,
                    keeps: isFramed && option.first.keptName != nil))
            layOut(inheriting(step, [option]), depth: depth + 1)
            add(step, .jump(target: place), number: nil)
        }
        choice.target = steps.count
        steps[place].role = .choice(choice)
    }

    private mutating func layOutTable(
        _ step: Step, _ table: StubTable, _ framing: Framing?, serves: Bool, _ depth: Int
    ) {
        let place = addWritten(step)
        var choice = PlannedChoice(framing: framing, depth: serves ? depth + 1 : depth)
        var jumps: [Int] = []
        for stub in table.stubs {
            let literal = framing == nil ? stub.pattern.literal ?? [] : []
            choice.options.append(.init(pattern: stub.pattern, literal: literal, target: steps.count))
            if !literal.isEmpty { addStub(step.with(.expect(Bytes(literal))), of: step) }
            // The lint has played the replies already.
            for reply in (try? stub.reply.steps(framing: framing, for: step)) ?? [] { addStub(reply, of: step) }
            jumps.append(addJump(step))
        }
        landHere(jumps)
        steps[place].role = .choice(choice)
        if serves { goRound(step, from: place, depth) }
    }

    private mutating func addStub(_ stub: Step, of step: Step) {
        guard let parts = stub.faultParts else {
            add(stub, .stub, number: count)
            return
        }
        for part in parts { add(part, .faultPart(of: stub), number: count) }
    }
}

extension Step {
    /// What is played first of it.
    var first: Step {
        switch kind {
        case .sequence(let steps), .repeat(_, let steps): steps.first { !$0.isLabel }?.first ?? self
        default: self
        }
    }

    /// The bytes with which the stream must go on for it, where bytes alone can tell; lines have two ends.
    var literals: [[UInt8]]? {
        switch kind {
        case .expect(let bytes): [bytes.array]
        case .expectPiece(let piece): piece.literals
        case .sequence, .repeat: first.literals
        default: nil
        }
    }

    /// What it checks, when it takes bytes or a piece.
    var checkAtStart: Check? {
        switch kind {
        case .expect(let bytes): .equals(bytes)
        case .expectPiece(let piece): piece.check
        default: nil
        }
    }

    /// The name under which it keeps what it takes.
    var keptName: String? {
        if case .expectPiece(let piece) = kind { piece.name } else { nil }
    }

    /// Of `.anyOrder`: the framing that all its options begin with, where bytes alone can't tell them apart.
    var commonFraming: Framing? {
        guard case .anyOrder(let options) = kind else { return nil }
        let firsts = options.filter { !$0.isLabel }.map(\.first)
        if firsts.allSatisfy({ $0.literals?.count == 1 }) { return nil }
        let framings = firsts.map { first -> Framing? in
            if case .expectPiece(let piece) = first.kind { piece.framing } else { nil }
        }
        guard let framing = framings.first ?? nil, framings.allSatisfy({ $0 == framing }) else { return nil }
        return framing
    }
}

extension Check {
    /// The bytes that a piece must begin with, when that is all it says.
    var beginning: [UInt8]? {
        switch kind {
        case .prefix(let bytes), .equals(let bytes): bytes.array
        default: nil
        }
    }
}
