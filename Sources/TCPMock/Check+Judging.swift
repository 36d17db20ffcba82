// Judging a whole piece in Swift: for checks with closures, and to say which part of a check failed and where.

/// Why a piece does not pass.
struct CheckFinding: Sendable, Hashable {
    /// The part of the check that fails.
    let part: String
    /// What is wrong with the piece, in words.
    let reason: String
    /// Up to which byte of the piece it could have passed; nil where that makes no sense.
    let offset: Int?
}

extension Check {
    /// Nil when the piece passes; throws what a closure throws.
    func finding(in piece: [UInt8]) async throws -> CheckFinding? {
        if isData {
            let judgement = judgement(of: piece)
            return judgement.passes ? nil : judgement.part.finding(at: judgement.offset, in: piece)
        }
        switch kind {
        case .matches(let pattern): return mismatch(of: pattern, in: piece)
        case .predicate(_, let isSatisfied):
            return try await isSatisfied(piece) ? nil : finding("its closure answered false")
        case .all(let checks):
            if let finding = try await Check.all(checks.filter(\.isData)).finding(in: piece) { return finding }
            for check in checks where !check.isData {
                if let finding = try await check.finding(in: piece) { return finding }
            }
            return nil
        case .anyOf(let checks):
            var furthest = 0
            for check in checks {
                guard let finding = try await check.finding(in: piece) else { return nil }
                furthest = max(furthest, finding.offset ?? 0)
            }
            return finding("none of them passes", at: furthest)
        default:
            for check in parts where try await check.finding(in: piece) == nil {
                return finding("that is what the piece does")
            }
            return nil
        }
    }

    private func mismatch(of pattern: Pattern, in piece: [UInt8]) -> CheckFinding? {
        guard let text = String(validating: piece, as: UTF8.self) else { return finding("the piece is not UTF-8 text") }
        return pattern.matches(text) ? nil : finding("the piece does not match it")
    }

    private func finding(_ reason: String, at offset: Int? = nil) -> CheckFinding {
        CheckFinding(part: "\(self)", reason: reason, offset: offset)
    }

    /// What a check of bytes has against the piece, of which all is known up to the offset at least.
    func finding(at offset: Int, in piece: [UInt8]) -> CheckFinding {
        finding(reason(at: offset, in: piece), at: offset)
    }

    private func reason(at offset: Int, in piece: [UInt8]) -> String {
        switch kind {
        case .not: return "that is what the piece does"
        case .anyOf: return "none of them passes"
        case .contains: return "the piece does not have it"
        default: break
        }
        guard piece.indices.contains(offset) else { return "the piece ends after \(counted(offset, "byte"))" }
        guard let wanted = byte(at: offset, of: piece.count) else {
            return "the piece goes on after byte \(offset) with \(ByteText.named(piece[offset]))"
        }
        return "first difference at byte \(offset) (\(ByteText.named(wanted)), got \(ByteText.named(piece[offset])))"
    }

    /// The byte that the check wants there, of a piece of so many.
    private func byte(at offset: Int, of count: Int) -> UInt8? {
        switch kind {
        case .equals(let bytes), .prefix(let bytes):
            return bytes.array.indices.contains(offset) ? bytes.array[offset] : nil
        case .suffix(let bytes):
            let place = offset - (count - bytes.array.count)
            return bytes.array.indices.contains(place) ? bytes.array[place] : nil
        default: return nil
        }
    }

    /// The check at a node's place, where the node comes before its parts.
    func part(at node: Int) -> Check? {
        if node == 0 { return self }
        var place = 1
        for part in parts {
            if node < place + part.nodeCount { return part.part(at: node - place) }
            place += part.nodeCount
        }
        return nil
    }

    var nodeCount: Int {
        1 + parts.reduce(0) { $0 + $1.nodeCount }
    }
}

extension Bytes {
    /// Where `needle` stands first in `haystack`.
    static func find(_ needle: [UInt8], in haystack: [UInt8]) -> Int? {
        guard !needle.isEmpty, haystack.count >= needle.count else { return nil }
        return (0...(haystack.count - needle.count)).first { haystack[$0...].starts(with: needle) }
    }
}
