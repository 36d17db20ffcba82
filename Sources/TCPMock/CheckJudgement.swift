// Judging a whole piece by bytes alone, as the core does: Sources/CEvLoop/check.c.

/// What a check of bytes alone makes of a whole piece.
struct CheckJudgement {
    let passes: Bool
    /// With how many of the piece's bytes that is known; ``atEnd``: only with the last, and that it is the last.
    var known: Int
    /// When it fails: the part that decides.
    let part: Check
    /// When it fails: up to which byte of the piece it could have passed.
    var offset = 0

    static let atEnd = Int.max
}

extension Check {
    func judgement(of piece: [UInt8]) -> CheckJudgement {
        switch kind {
        case .equals(let bytes):
            if piece == bytes.array { return passed(CheckJudgement.atEnd) }
            return differs(at: Bytes.firstDifference(bytes.array, piece), in: piece)
        case .prefix(let bytes):
            if piece.starts(with: bytes.array) { return passed(bytes.array.count) }
            return differs(at: Bytes.firstDifference(bytes.array, piece), in: piece)
        case .suffix(let bytes):
            let start = piece.count - bytes.array.count
            if start < 0 { return failed(at: piece.count, CheckJudgement.atEnd) }
            let common = Bytes.firstDifference(bytes.array, Array(piece[start...]))
            return common == bytes.array.count
                ? passed(CheckJudgement.atEnd) : failed(at: start + common, CheckJudgement.atEnd)
        case .contains(let bytes):
            return Bytes.find(bytes.array, in: piece) == nil
                ? failed(at: piece.count, CheckJudgement.atEnd) : passed(CheckJudgement.atEnd)
        case .not(let checks): return judgement(ofNot: checks.map { $0.judgement(of: piece) }, piece.count)
        case .all(let checks): return judgement(ofAll: checks.map { $0.judgement(of: piece) })
        case .anyOf(let checks): return judgement(ofAny: checks.map { $0.judgement(of: piece) })
        case .any, .matches, .predicate: return passed(0)
        }
    }

    private func passed(_ known: Int) -> CheckJudgement {
        CheckJudgement(passes: true, known: known, part: self)
    }

    private func failed(at offset: Int, _ known: Int) -> CheckJudgement {
        CheckJudgement(passes: false, known: known, part: self, offset: offset)
    }

    private func differs(at offset: Int, in piece: [UInt8]) -> CheckJudgement {
        failed(at: offset, offset < piece.count ? offset + 1 : CheckJudgement.atEnd)
    }

    private func judgement(ofNot parts: [CheckJudgement], _ count: Int) -> CheckJudgement {
        guard let passing = parts.first(where: \.passes) else { return passed(parts.map(\.known).max() ?? 0) }
        return failed(at: min(passing.known, count), passing.known)
    }

    /// The part that is known first to fail decides.
    private func judgement(ofAll parts: [CheckJudgement]) -> CheckJudgement {
        let first = parts.filter { !$0.passes }.min { $0.known < $1.known }
        return first ?? passed(parts.map(\.known).max() ?? 0)
    }

    /// Of parts that all fail, the one that went furthest says where.
    private func judgement(ofAny parts: [CheckJudgement]) -> CheckJudgement {
        if let known = parts.filter(\.passes).map(\.known).min() { return passed(known) }
        return failed(at: parts.map(\.offset).max() ?? 0, parts.map(\.known).max() ?? 0)
    }
}
