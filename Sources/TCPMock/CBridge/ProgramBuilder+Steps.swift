// Each kind of planned step as the core's.

internal import CEvLoop

extension ProgramBuilder {
    mutating func fill(_ entry: inout Entry, _ planned: PlannedStep) {
        switch planned.role {
        case .written, .stub: fill(&entry, planned.step)
        case .part(let move): fill(&entry, move)
        case .faultPart: fillFault(&entry, planned.step)
        case .choice(let choice): fill(&entry, choice, asks: planned.asks)
        case .repeatEnd(let target, let rounds, let depth):
            set(&entry, EVL_STEP_REPEAT, number: rounds.map(UInt64.init) ?? UInt64.max)
            entry.step.target = place(target)
            entry.step.depth = UInt8(depth)
        case .jump(let target):
            set(&entry, EVL_STEP_JUMP)
            entry.step.target = place(target)
        case .end(let mayStay):
            fill(&entry, planned.step)
            entry.step.flags |= UInt8(EVL_STEP_IMPLICIT) | (mayStay ? UInt8(EVL_STEP_MAY_STAY) : 0)
        }
    }

    private mutating func fill(_ entry: inout Entry, _ source: Step) {
        switch source.kind {
        case .expectConnect: set(&entry, EVL_STEP_EXPECT_CONNECT)
        case .expect(let bytes): set(&entry, EVL_STEP_EXPECT_BYTES, bytes.array)
        case .expectPiece(let piece): setPiece(&entry, piece)
        case .expectFrame(let payload, let framing):
            set(&entry, EVL_STEP_EXPECT_FRAME, payload.array)
            entry.step.framing = evl_framing(framing)
        case .receiveExactly(let count): set(&entry, EVL_STEP_RECEIVE_EXACTLY, number: UInt64(count))
        case .receiveAtLeast(let count): set(&entry, EVL_STEP_RECEIVE_AT_LEAST, number: UInt64(count))
        case .receiveUntil(let delimiter, let max):
            set(&entry, EVL_STEP_RECEIVE_UNTIL, delimiter.array, number: UInt64(max))
        case .expectSilence(let time): set(&entry, EVL_STEP_EXPECT_SILENCE, number: time.nanoseconds)
        case .expectEOF: set(&entry, EVL_STEP_EXPECT_EOF)
        case .expectDisconnect(let how):
            set(&entry, EVL_STEP_EXPECT_DISCONNECT)
            entry.step.expected_leave = UInt8(how.core.rawValue)
        case .respond(_, let framing, _):
            setPiece(&entry, framing ?? .lengthPrefix(), .any)
            entry.step.flags |= UInt8(EVL_STEP_QUESTION)
        default: fillAction(&entry, source)
        }
    }

    private mutating func fillAction(_ entry: inout Entry, _ source: Step) {
        switch source.kind {
        case .send(let bytes): set(&entry, EVL_STEP_SEND, source.damaging(bytes.array))
        case .sendFrame(let payload, let framing):
            set(&entry, EVL_STEP_SEND, source.damaging((framing ?? .lengthPrefix()).unchecked(payload.array)))
        case .sendComputed, .wait, .open: set(&entry, EVL_STEP_ASK)
        case .delay(let time): set(&entry, EVL_STEP_DELAY, number: time.nanoseconds)
        case .halfClose: set(&entry, EVL_STEP_HALF_CLOSE)
        case .disconnect(let discarding): set(&entry, EVL_STEP_DISCONNECT, discard: discarding)
        case .close: set(&entry, EVL_STEP_CLOSE)
        case .reset(let discarding): set(&entry, EVL_STEP_RESET, discard: discarding)
        case .stall(let duration): setStall(&entry, duration, hasLimit: source.limit != nil)
        case .stopReading: set(&entry, EVL_STEP_STOP_READING)
        case .resumeReading: set(&entry, EVL_STEP_RESUME_READING)
        case .expectBackpressure: set(&entry, EVL_STEP_EXPECT_BACKPRESSURE)
        case .expectNoDelay: set(&entry, EVL_STEP_EXPECT_NO_DELAY)
        default: preconditionFailure("\(source) is laid out as other steps")
        }
    }

    private mutating func set(
        _ entry: inout Entry, _ kind: evl_step_kind, _ content: [UInt8] = [], number: UInt64 = 0,
        discard: Bool = false
    ) {
        entry.step.kind = UInt8(kind.rawValue)
        entry.step.number = number
        entry.step.flags = discard ? UInt8(EVL_STEP_DISCARD) : 0
        entry.ranges.bytes = add(content)
    }

    // MARK: Faults

    /// However the client leaves a connection that was broken, is no failure.
    private mutating func fillFault(_ entry: inout Entry, _ part: Step) {
        fill(&entry, part)
        guard case .disconnect = part.kind else { return }
        entry.step.flags |= UInt8(EVL_STEP_KEEP)
        entry.step.expected_leave = UInt8(Departure.any.core.rawValue)
    }

    private mutating func setStall(_ entry: inout Entry, _ duration: Duration?, hasLimit: Bool) {
        // Zero would be for ever.
        set(&entry, EVL_STEP_STALL, number: duration.map { max($0.nanoseconds, 1) } ?? 0)
        guard duration == nil else { return }
        entry.step.flags = UInt8(EVL_STEP_DISCARD) | (hasLimit ? 0 : UInt8(EVL_STEP_MAY_STAY))
        entry.step.expected_leave = UInt8(Departure.any.core.rawValue)
    }

    // MARK: Pieces

    private mutating func setPiece(_ entry: inout Entry, _ framing: Framing, _ check: Check) {
        set(&entry, EVL_STEP_PIECE)
        entry.step.framing = evl_framing(framing)
        entry.ranges.delimiter = add(framing.coreDelimiter)
        setChecks(&entry, [check])
    }

    private mutating func setChecks(_ entry: inout Entry, _ list: [Check]) {
        let start = checkCount
        for check in list { add(check.necessary) }
        entry.ranges.checks = start..<checkCount
    }

    private mutating func setPiece(_ entry: inout Entry, _ piece: Piece) {
        if let framing = piece.framing {
            setPiece(&entry, framing, piece.check)
        } else if case .atLeast(let count) = piece.form {
            set(&entry, EVL_STEP_PIECE)
            entry.step.framing.kind = UInt8(EVL_FRAMING_AVAILABLE.rawValue)
            entry.step.framing.max = UInt64(count)
            setChecks(&entry, [piece.check])
        }
        if piece.name != nil { entry.step.flags |= UInt8(EVL_STEP_KEEP) }
        if !piece.check.isData { entry.step.flags |= UInt8(EVL_STEP_QUESTION) }
    }

    /// A template's moves are plain steps, and its captures pieces that are kept.
    private mutating func fill(_ entry: inout Entry, _ move: Template.Move) {
        switch move {
        case .bytes(let bytes): set(&entry, EVL_STEP_EXPECT_BYTES, bytes)
        case .any(let count): set(&entry, EVL_STEP_RECEIVE_EXACTLY, number: UInt64(count))
        case .capture(let name, let count):
            setPiece(&entry, Piece(form: .exactly(count), check: .any, name: name))
        case .captureUntil(let name, let end, let max):
            setPiece(&entry, Piece(form: .upTo(Bytes(end), max: max), check: .any, name: name))
        }
    }

    // MARK: Choices

    private mutating func fill(_ entry: inout Entry, _ choice: PlannedChoice, asks: Bool) {
        set(&entry, EVL_STEP_CHOICE)
        entry.step.depth = UInt8(choice.depth)
        if choice.eachOnce { entry.step.target = place(choice.target) }
        entry.step.flags = (choice.eachOnce ? UInt8(EVL_STEP_EACH_ONCE) : 0) | (asks ? UInt8(EVL_STEP_QUESTION) : 0)
        if let framing = choice.framing {
            entry.step.framed = true
            entry.step.framing = evl_framing(framing)
            entry.ranges.delimiter = add(framing.coreDelimiter)
            // What an option's piece is kept for says the option's own step.
            if choice.options.contains(where: { $0.keeps }) { entry.step.flags |= UInt8(EVL_STEP_KEEP) }
        }
        addOptions(&entry, choice)
    }

    private mutating func addOptions(_ entry: inout Entry, _ choice: PlannedChoice) {
        let (firstOption, firstNode) = (optionCount, checkCount)
        let own = entriesCount
        for option in choice.options {
            var raw = evl_option()
            raw.target = place(option.target)
            raw.step = UInt32(option.entry.map { $0 - base } ?? own)
            if choice.framing != nil {
                raw.check = UInt32(checkCount - firstNode)
                add(option.pattern.necessary)
            }
            add(raw, option.literal)
        }
        entry.ranges.options = firstOption..<optionCount
        entry.ranges.checks = firstNode..<checkCount
    }
}

extension Departure {
    fileprivate var core: evl_expected_leave {
        switch manner {
        case .cleanly: EVL_EXPECT_CLEANLY
        case .any: EVL_EXPECT_ANY
        case .reset: EVL_EXPECT_RESET
        }
    }
}
