// Bytes to damaged bytes: pure, and the same for the same seed.

extension Damage {
    /// What becomes of a send.
    enum Outcome {
        case done([UInt8], what: String)
        /// Why it can't be done.
        case impossible(String)
    }

    /// Most bytes of garbage: as much as a send may sensibly have.
    private static let mostGarbage = 16 * 1024 * 1024

    /// Does it to the bytes of a plain send.
    func done(to bytes: [UInt8]) -> Outcome {
        switch kind {
        case .corrupted(let offset): corrupt(bytes, at: offset)
        case .truncated(let count): truncate(bytes, to: count)
        case .duplicated:
            bytes.isEmpty ? .impossible("there are no bytes to send twice") : .done(bytes + bytes, what: "sent twice")
        case .garbageBefore(let count): putGarbage(count, before: bytes)
        case .garbageInstead(let count): putGarbage(count ?? bytes.count, insteadOf: bytes)
        case .wrongLength, .length: .impossible("only a frame has a length to get wrong: use sendFrame")
        }
    }

    /// Does it to the frame of a payload that the framing can say.
    func done(toFrameOf payload: [UInt8], _ framing: Framing) -> Outcome {
        switch kind {
        case .wrongLength(let difference):
            changeLength(payload, framing) { right in right + Int128(difference) }
        case .length(let number):
            changeLength(payload, framing) { _ in Int128(number) }
        case .corrupted, .truncated, .duplicated, .garbageBefore, .garbageInstead:
            done(to: framing.unchecked(payload))
        }
    }

    // MARK: Each kind

    private func corrupt(_ bytes: [UInt8], at offset: Int?) -> Outcome {
        guard !bytes.isEmpty else { return .impossible("there is no byte to change") }
        var chance = seed.round(0)
        let offset = offset ?? Int.random(in: bytes.indices, using: &chance)
        guard bytes.indices.contains(offset) else {
            return .impossible("there is no byte \(offset) in \(counted(bytes.count, "byte")), counted from 0")
        }
        var damaged = bytes
        damaged[offset] ^= UInt8.random(in: 1...255, using: &chance)
        let change = "from \(ByteText.named(bytes[offset])) to \(ByteText.named(damaged[offset]))"
        return .done(damaged, what: "byte \(offset) changed \(change) (\(seed))")
    }

    private func truncate(_ bytes: [UInt8], to count: Int) -> Outcome {
        guard count >= 1 else { return .impossible("a send needs at least one byte") }
        guard count < bytes.count else {
            return .impossible("\(counted(bytes.count, "byte")) can't be cut to \(count)")
        }
        return .done(
            Array(bytes.prefix(count)), what: "cut to \(grouped(count)) of its \(counted(bytes.count, "byte"))")
    }

    private func putGarbage(_ count: Int, before bytes: [UInt8]) -> Outcome {
        if let problem = problem(of: count) { return .impossible(problem) }
        var chance = seed.round(0)
        let garbage = bytesOfChance(count, &chance)
        let what = "behind \(counted(count, "byte")) of garbage, \(ByteText.hex(garbage, most: 8)) (\(seed))"
        return .done(garbage + bytes, what: what)
    }

    private func putGarbage(_ count: Int, insteadOf bytes: [UInt8]) -> Outcome {
        if let problem = problem(of: count) { return .impossible(problem) }
        var chance = seed.round(0)
        var garbage = bytesOfChance(count, &chance)
        // Few bytes may come out as those they replace.
        while garbage == bytes { garbage = bytesOfChance(count, &chance) }
        let what =
            "replaced by \(counted(count, "byte")) of garbage, \(ByteText.hex(garbage, most: 8)) (\(seed))"
        return .done(garbage, what: what)
    }

    private func problem(of garbage: Int) -> String? {
        (1...Self.mostGarbage).contains(garbage)
            ? nil : "garbage has 1 to \(Self.mostGarbage) bytes, not \(garbage)"
    }

    private func bytesOfChance(_ count: Int, _ chance: inout SplitMix64) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }
    }

    private func changeLength(_ payload: [UInt8], _ framing: Framing, _ change: (Int128) -> Int128) -> Outcome {
        guard let right = framing.declaredLength(ofPayloadOf: payload.count) else {
            return .impossible("a frame of \(framing) has no length to get wrong")
        }
        let wrong = change(right)
        guard wrong != right else { return .impossible("\(right) is the right length of this frame") }
        guard let bytes = framing.frame(of: payload, declaring: wrong) else {
            return .impossible("\(framing) can't say a length of \(wrong)")
        }
        return .done(bytes, what: "its length says \(wrong), not \(right)")
    }
}

extension ByteText {
    /// At most so many of them.
    fileprivate static func hex(_ bytes: [UInt8], most: Int) -> String {
        hex(bytes.prefix(most)) + (bytes.count > most ? " …" : "")
    }
}

// MARK: - Steps

extension Step {
    /// What becomes of the bytes it sends; nil for steps without damage, and frames that nobody has framed yet.
    private var damageOutcome: Damage.Outcome? {
        guard let damage else { return nil }
        return switch kind {
        case .send(let bytes) where bytes.problem == nil: damage.done(to: bytes.array)
        case .sendFrame(let payload, let framing?) where framing.problem(with: payload.array) == nil:
            damage.done(toFrameOf: payload.array, framing)
        default: nil
        }
    }

    /// Why its damage can't be done.
    var problemOfDamage: String? {
        if case .impossible(let why)? = damageOutcome { "\(self): \(why)" } else { nil }
    }

    /// `bytes`, damaged as it says.
    func damaging(_ bytes: [UInt8]) -> [UInt8] {
        if case .done(let damaged, _)? = damageOutcome { damaged } else { bytes }
    }

    /// What is done to its bytes, in words.
    var damageDone: String? {
        if case .done(_, let what)? = damageOutcome { what } else { nil }
    }

    /// What is said of it behind the step.
    var damageText: String {
        guard let damage else { return "" }
        return damageDone.map { ", \($0)" } ?? ", damage: .\(damage)"
    }
}
