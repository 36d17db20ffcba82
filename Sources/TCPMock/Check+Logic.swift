// What can be said of checks without a piece: that one passes all that another passes, that no piece passes both, that
// none passes at all. Only what is plain is said; "no" means "not plainly so".

extension Check {
    /// Beyond so many parts nothing is said of a pair: each part of the one may have to be held against each of the other.
    private static let mostParts = 64

    /// Whether it is plain that all that passes `other` passes this check.
    func covers(_ other: Check) -> Bool {
        guard nodeCount <= Check.mostParts, other.nodeCount <= Check.mostParts else { return false }
        if case .any = kind { return true }
        if isSame(as: other) { return true }
        if case .anyOf(let others) = other.kind, !others.isEmpty, others.allSatisfy(covers) { return true }
        if case .all(let others) = other.kind, others.contains(where: covers) { return true }
        switch (kind, other.kind) {
        case (.anyOf(let parts), _): return parts.contains { $0.covers(other) } || passesLiteral(of: other)
        case (.all(let parts), _): return !parts.isEmpty && parts.allSatisfy { $0.covers(other) }
        case (.not(let parts), _): return parts.allSatisfy { $0.excludes(other) }
        case (.prefix(let mine), .prefix(let theirs)): return theirs.array.starts(with: mine.array)
        case (.suffix(let mine), .suffix(let theirs)): return theirs.array.ends(with: mine.array)
        case (.contains(let mine), .prefix(let theirs)), (.contains(let mine), .suffix(let theirs)),
            (.contains(let mine), .contains(let theirs)):
            return Bytes.find(mine.array, in: theirs.array) != nil
        default: return passesLiteral(of: other)
        }
    }

    /// Whether it is plain that no piece passes both.
    func excludes(_ other: Check) -> Bool {
        guard nodeCount <= Check.mostParts, other.nodeCount <= Check.mostParts else { return false }
        switch (kind, other.kind) {
        case (.equals(let bytes), _) where other.isData: return !other.judgement(of: bytes.array).passes
        case (_, .equals(let bytes)) where isData: return !judgement(of: bytes.array).passes
        case (.anyOf(let parts), _): return !parts.isEmpty && parts.allSatisfy { $0.excludes(other) }
        case (_, .anyOf(let others)): return !others.isEmpty && others.allSatisfy { excludes($0) }
        case (.all(let parts), _): return parts.contains { $0.excludes(other) }
        case (_, .all(let others)): return others.contains { excludes($0) }
        case (.not(let parts), _): return parts.contains { $0.covers(other) }
        case (_, .not(let others)): return others.contains { $0.covers(self) }
        case (.prefix(let mine), .prefix(let theirs)):
            return !theirs.array.starts(with: mine.array) && !mine.array.starts(with: theirs.array)
        case (.suffix(let mine), .suffix(let theirs)):
            return !theirs.array.ends(with: mine.array) && !mine.array.ends(with: theirs.array)
        default: return false
        }
    }

    private func passesLiteral(of other: Check) -> Bool {
        guard isData, let literal = other.literal else { return false }
        return judgement(of: literal).passes
    }

    /// Whether both are written alike; closures and regular expressions never are.
    func isSame(as other: Check) -> Bool {
        switch (kind, other.kind) {
        case (.any, .any): true
        case (.equals(let mine), .equals(let theirs)), (.prefix(let mine), .prefix(let theirs)),
            (.suffix(let mine), .suffix(let theirs)), (.contains(let mine), .contains(let theirs)):
            mine.array == theirs.array
        case (.not(let mine), .not(let theirs)), (.all(let mine), .all(let theirs)),
            (.anyOf(let mine), .anyOf(let theirs)):
            mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isSame(as: $1) }
        default: false
        }
    }

    // MARK: What can't be met

    /// Why no piece can pass it, or which of its parts is there in vain; nil: all may be meant.
    var contradiction: String? { impossibility ?? vanity }

    private var impossibility: String? {
        switch kind {
        case .not(let parts):
            parts.first { $0.covers(.any) }.map { "\(self) fails everything: \($0) passes all pieces" }
        case .all(let parts): parts.lazy.compactMap(\.impossibility).first ?? clash(of: parts)
        case .anyOf(let parts):
            parts.contains { $0.impossibility == nil } ? nil : parts.first?.impossibility
        default: nil
        }
    }

    private var vanity: String? {
        if case .anyOf(let parts) = kind, let text = repetition(in: parts) { return text }
        return parts.lazy.compactMap(\.vanity).first
    }

    private func clash(of parts: [Check]) -> String? {
        for (index, one) in parts.enumerated() {
            for other in parts[..<index] where other.excludes(one) {
                return "no piece passes both \(other) and \(one)"
            }
        }
        return nil
    }

    private func repetition(in parts: [Check]) -> String? {
        for (index, one) in parts.enumerated() where parts[..<index].contains(where: { $0.isSame(as: one) }) {
            return "\(one) is there twice in \(self)"
        }
        return nil
    }

    /// Why no piece that `framing` cuts out can pass it; nil: some may.
    func contradiction(in framing: Framing) -> String? {
        switch kind {
        case .equals(let bytes): return framing.problem(withPiece: bytes.array)
        case .prefix(let bytes), .suffix(let bytes), .contains(let bytes):
            return framing.problem(withPieceThatHas: bytes.array).map { "\(self): \($0)" }
        case .all(let parts): return parts.lazy.compactMap { $0.contradiction(in: framing) }.first
        case .anyOf(let parts):
            let problems = parts.map { $0.contradiction(in: framing) }
            return problems.contains { $0 == nil } ? nil : problems.first ?? nil
        case .any, .not, .matches, .predicate: return nil
        }
    }
}

extension Framing {
    /// Why no piece is these bytes, or nil.
    fileprivate func problem(withPiece bytes: [UInt8]) -> String? {
        // A line may end with CR LF, and so its text with a CR.
        if case .line = kind, bytes.last == 0x0d { return problem(withPieceThatHas: bytes) }
        return problem(with: bytes)
    }

    /// Why no piece has these bytes somewhere in it, or nil. Of its length they say only the least.
    fileprivate func problem(withPieceThatHas bytes: [UInt8]) -> String? {
        switch kind {
        case .line where bytes.contains(0x0a): return "a line ends at its first \"\\n\", which is no part of it"
        case .delimiter(let delimiter) where Bytes.find(delimiter.array, in: bytes) != nil:
            return "a piece ends at its first \(delimiter), which is no part of it"
        case .chunks: return nil
        case .fixed:
            return bytes.count > maxFrameBytes
                ? "\(counted(bytes.count, "byte")) are more than a frame has, which is \(maxFrameBytes)" : nil
        default: break
        }
        if bytes.count > maxFrameBytes {
            return "\(counted(bytes.count, "byte")) are more than the framing's maximum of \(maxFrameBytes)"
        }
        return problem(withPayloadOfAtLeast: bytes.count)
    }
}

extension [UInt8] {
    fileprivate func ends(with other: [UInt8]) -> Bool {
        count >= other.count && self[(count - other.count)...].elementsEqual(other)
    }
}
