// Checks for tests: runs of nodes, and what a plain model of them says.

import CEvLoop
import CEvLoopInternals

/// A check in the core's own words, as a tree.
struct CoreCheck: Sendable, CustomStringConvertible {  // no enum: its payloads hide from the leak sanitizer
    let kind: evl_check_kind
    var bytes: [UInt8] = []
    var parts: [CoreCheck] = []

    static let any = CoreCheck(kind: EVL_CHECK_ANY)
    static func equals(_ bytes: [UInt8]) -> CoreCheck { CoreCheck(kind: EVL_CHECK_EQUALS, bytes: bytes) }
    static func prefix(_ bytes: [UInt8]) -> CoreCheck { CoreCheck(kind: EVL_CHECK_PREFIX, bytes: bytes) }
    static func suffix(_ bytes: [UInt8]) -> CoreCheck { CoreCheck(kind: EVL_CHECK_SUFFIX, bytes: bytes) }
    static func contains(_ bytes: [UInt8]) -> CoreCheck { CoreCheck(kind: EVL_CHECK_CONTAINS, bytes: bytes) }
    static func not(_ part: CoreCheck) -> CoreCheck { CoreCheck(kind: EVL_CHECK_NOT, parts: [part]) }
    static func all(_ parts: [CoreCheck]) -> CoreCheck { CoreCheck(kind: EVL_CHECK_ALL, parts: parts) }
    static func anyOf(_ parts: [CoreCheck]) -> CoreCheck { CoreCheck(kind: EVL_CHECK_ANY_OF, parts: parts) }

    static func equals(_ text: String) -> CoreCheck { .equals(CEvLoopTests.bytes(text)) }
    static func prefix(_ text: String) -> CoreCheck { .prefix(CEvLoopTests.bytes(text)) }
    static func suffix(_ text: String) -> CoreCheck { .suffix(CEvLoopTests.bytes(text)) }
    static func contains(_ text: String) -> CoreCheck { .contains(CEvLoopTests.bytes(text)) }

    var description: String {
        let names = ["any", "equals", "prefix", "suffix", "contains", "not", "all", "anyOf"]
        let text = String(decoding: bytes, as: UTF8.self)
        return "\(names[Int(kind.rawValue)])(\(text)\(parts.map(\.description).joined(separator: ", ")))"
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
        switch kind {
        case EVL_CHECK_EQUALS: payload == bytes
        case EVL_CHECK_PREFIX: payload.starts(with: bytes)
        case EVL_CHECK_SUFFIX: payload.reversed().starts(with: bytes.reversed())
        case EVL_CHECK_CONTAINS: payload.indices.contains { payload[$0...].starts(with: bytes) }
        case EVL_CHECK_NOT: !parts[0].passes(payload)
        case EVL_CHECK_ALL: parts.allSatisfy { $0.passes(payload) }
        case EVL_CHECK_ANY_OF: parts.contains { $0.passes(payload) }
        default: true
        }
    }

    /// Whether a payload with this beginning can still pass, as far as its first bytes tell.
    func mayPass(beginning: [UInt8]) -> Bool? {
        let parts = parts.map { $0.mayPass(beginning: beginning) }
        switch kind {
        case EVL_CHECK_EQUALS: return bytes.starts(with: beginning) ? nil : false
        case EVL_CHECK_PREFIX:
            return beginning.starts(with: bytes) ? true : bytes.starts(with: beginning) ? nil : false
        case EVL_CHECK_SUFFIX, EVL_CHECK_CONTAINS: return nil
        case EVL_CHECK_NOT: return parts[0].map { !$0 }
        case EVL_CHECK_ALL: return CoreCheck.both(parts)
        case EVL_CHECK_ANY_OF: return CoreCheck.both(parts.map { $0.map { !$0 } }).map { !$0 }
        default: return true
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
