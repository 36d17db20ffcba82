// Checks for tests: runs of nodes, and what a plain model of them says.

import CEvLoop
import CEvLoopInternals

/// A check in the core's own words, as a tree.
indirect enum CoreCheck: Sendable {
    case any
    case equals([UInt8]), prefix([UInt8]), suffix([UInt8]), contains([UInt8])
    case not(CoreCheck)
    case all([CoreCheck]), anyOf([CoreCheck])

    static func equals(_ text: String) -> CoreCheck { .equals(CEvLoopTests.bytes(text)) }
    static func prefix(_ text: String) -> CoreCheck { .prefix(CEvLoopTests.bytes(text)) }
    static func suffix(_ text: String) -> CoreCheck { .suffix(CEvLoopTests.bytes(text)) }
    static func contains(_ text: String) -> CoreCheck { .contains(CEvLoopTests.bytes(text)) }

    var kind: evl_check_kind {
        switch self {
        case .any: EVL_CHECK_ANY
        case .equals: EVL_CHECK_EQUALS
        case .prefix: EVL_CHECK_PREFIX
        case .suffix: EVL_CHECK_SUFFIX
        case .contains: EVL_CHECK_CONTAINS
        case .not: EVL_CHECK_NOT
        case .all: EVL_CHECK_ALL
        case .anyOf: EVL_CHECK_ANY_OF
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .equals(let bytes), .prefix(let bytes), .suffix(let bytes), .contains(let bytes): bytes
        default: []
        }
    }

    var parts: [CoreCheck] {
        switch self {
        case .not(let part): [part]
        case .all(let parts), .anyOf(let parts): parts
        default: []
        }
    }

    /// The node and those of its parts, each with its bytes.
    var nodes: [(node: evl_check, bytes: [UInt8])] {
        let inner = parts.flatMap(\.nodes)
        var node = evl_check()
        node.kind = UInt8(kind.rawValue)
        node.size = UInt32(inner.count + 1)
        return [(node, bytes)] + inner
    }

    /// Whether a whole payload passes: each kind's definition, and no more.
    func passes(_ payload: [UInt8]) -> Bool {
        switch self {
        case .any: true
        case .equals(let bytes): payload == bytes
        case .prefix(let bytes): payload.starts(with: bytes)
        case .suffix(let bytes): payload.reversed().starts(with: bytes.reversed())
        case .contains(let bytes): payload.indices.contains { payload[$0...].starts(with: bytes) }
        case .not(let part): !part.passes(payload)
        case .all(let parts): parts.allSatisfy { $0.passes(payload) }
        case .anyOf(let parts): parts.contains { $0.passes(payload) }
        }
    }

    /// Whether a payload with this beginning can still pass, as far as its first bytes tell.
    func mayPass(beginning: [UInt8]) -> Bool? {
        switch self {
        case .any: true
        case .equals(let bytes): bytes.starts(with: beginning) ? nil : false
        case .prefix(let bytes): beginning.starts(with: bytes) ? true : bytes.starts(with: beginning) ? nil : false
        case .suffix, .contains: nil
        case .not(let part): part.mayPass(beginning: beginning).map { !$0 }
        case .all(let parts):
            CoreCheck.both(parts.map { $0.mayPass(beginning: beginning) })
        case .anyOf(let parts):
            CoreCheck.both(parts.map { $0.mayPass(beginning: beginning).map { !$0 } }).map { !$0 }
        }
    }

    private static func both(_ parts: [Bool?]) -> Bool? {
        if parts.contains(false) { return false }
        return parts.contains(nil) ? nil : true
    }
}

extension [(node: evl_check, bytes: [UInt8])] {
    /// Lends the nodes, whose pointers are good meanwhile.
    func with<R>(_ body: (UnsafePointer<evl_check>?) throws -> R) rethrows -> R {
        let all = flatMap(\.bytes) + [0]  // never empty: a pointer to nothing would be none
        return try all.withUnsafeBufferPointer { memory in
            var place = 0
            let nodes = map { entry in
                var node = entry.node
                node.bytes = memory.baseAddress.map { $0 + place }
                node.length = entry.bytes.count
                place += entry.bytes.count
                return node
            }
            return try nodes.withUnsafeBufferPointer { try body($0.baseAddress) }
        }
    }
}

/// A verdict as a value.
enum Judged: Equatable, Sendable {
    case passed, undecided
    case failed(node: Int, offset: Int)
}

/// Judges a payload, or its beginning, whose end is at a guard page.
func judge(
    _ check: CoreCheck, _ payload: [UInt8], judged: Int = 0, whole: Bool = true,
    _ guarded: GuardedBytes = GuardedBytes()
) -> Judged {
    let verdict = withExtendedLifetime(guarded) {
        let placed = evl_payload(
            bytes: guarded.place(payload), length: payload.count, judged: judged, whole: whole)
        return check.nodes.with { check_payload($0, 0, placed) }
    }
    switch verdict.result {
    case EVL_CHECK_PASSED: return .passed
    case EVL_CHECK_FAILED: return .failed(node: Int(verdict.node), offset: Int(verdict.offset))
    default: return .undecided
    }
}

/// What comes of it when the payload grows piece by piece, as a session judges it.
func judge(_ check: CoreCheck, pieces: [[UInt8]], _ guarded: GuardedBytes) -> Judged {
    var (so, judged) = ([UInt8](), 0)
    for piece in pieces {
        so += piece
        if so.isEmpty { continue }
        let verdict = judge(check, so, judged: judged, whole: false, guarded)
        if case .failed = verdict { return verdict }
        judged = so.count
    }
    return judge(check, so, guarded)
}
