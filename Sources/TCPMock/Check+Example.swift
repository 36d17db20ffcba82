// Pieces that pass one check and fail another, to show that the two differ.

extension Check {
    /// A piece that passes this check and fails `other`, and that `framing` can carry; nil: none is found.
    func piece(failing other: Check, in framing: Framing) -> [UInt8]? {
        guard isData, other.isData else { return nil }
        return candidates.flatMap { framing.pieces(with: $0) }.first {
            judgement(of: $0).passes && !other.judgement(of: $0).passes && framing.problem(with: $0) == nil
        }
    }

    /// Pieces of which some may pass it: its bytes, and its bytes with something before or behind them.
    private var candidates: [[UInt8]] {
        let others = [[UInt8]("x".utf8), [UInt8]("y".utf8)]
        switch kind {
        case .equals(let bytes): return [bytes.array]
        case .prefix(let bytes): return [bytes.array] + others.map { bytes.array + $0 }
        case .suffix(let bytes): return [bytes.array] + others.map { $0 + bytes.array }
        case .contains(let bytes):
            return [bytes.array] + others.flatMap { [$0 + bytes.array, bytes.array + $0, $0 + bytes.array + $0] }
        case .all(let parts), .anyOf(let parts): return parts.flatMap(\.candidates)
        case .any, .not: return others + [[]]
        case .matches, .predicate: return []
        }
    }
}

extension Framing {
    /// The piece, or such of the framing's one size that have it.
    fileprivate func pieces(with piece: [UInt8]) -> [[UInt8]] {
        guard case .fixed = kind else { return [piece] }
        guard piece.count <= maxFrameBytes, maxFrameBytes <= 64 << 10 else { return [] }
        let filling = [UInt8](repeating: 0x78, count: maxFrameBytes - piece.count)
        return [piece + filling, filling + piece]
    }
}
