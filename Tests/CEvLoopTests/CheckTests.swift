// check.c: every kind on the whole and on its beginning, and which runs of nodes are checks.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

struct CheckCase: Sendable, CustomTestStringConvertible {
    let check: CoreCheck
    let payload: String
    let whole: Bool
    let verdict: Judged

    init(_ check: CoreCheck, _ payload: String, _ verdict: Judged) {
        (self.check, self.payload, self.verdict, whole) = (check, payload, verdict, true)
    }
    init(_ check: CoreCheck, beginning payload: String, _ verdict: Judged) {
        (self.check, self.payload, self.verdict, whole) = (check, payload, verdict, false)
    }

    var testDescription: String { "\(check) of \(payload)\(whole ? "" : "…")" }

    static let whole: [CheckCase] = [
        CheckCase(.any, "", .passed), CheckCase(.any, "x", .passed),
        CheckCase(.equals(""), "", .passed), CheckCase(.equals("ab"), "ab", .passed),
        CheckCase(.prefix("ab"), "ab", .passed), CheckCase(.prefix("ab"), "abc", .passed),
        CheckCase(.suffix("ab"), "ab", .passed), CheckCase(.suffix("ab"), "cab", .passed),
        CheckCase(.contains("ab"), "xaabx", .passed), CheckCase(.contains("aab"), "aaab", .passed),
        CheckCase(.not(.prefix("a")), "b", .passed), CheckCase(.not(.equals("a")), "", .passed),
        CheckCase(.all([.prefix("a"), .suffix("b")]), "ab", .passed),
        CheckCase(.anyOf([.equals("a"), .equals("b")]), "b", .passed),
        CheckCase(.not(.not(.contains("b"))), "abc", .passed),
        CheckCase(.equals(""), "x", .failed(node: 0, offset: 0)),
        CheckCase(.equals("ab"), "", .failed(node: 0, offset: 0)),
        CheckCase(.equals("ab"), "ax", .failed(node: 0, offset: 1)),
        CheckCase(.equals("ab"), "abc", .failed(node: 0, offset: 2)),
        CheckCase(.prefix("ab"), "a", .failed(node: 0, offset: 1)),
        CheckCase(.prefix("ab"), "ax", .failed(node: 0, offset: 1)),
        CheckCase(.suffix("ab"), "b", .failed(node: 0, offset: 1)),
        CheckCase(.suffix("ab"), "xxac", .failed(node: 0, offset: 3)),
        CheckCase(.contains("ab"), "acb", .failed(node: 0, offset: 3)),
        CheckCase(.contains("ab"), "a", .failed(node: 0, offset: 1)),
        CheckCase(.not(.any), "ab", .failed(node: 0, offset: 0)),
        CheckCase(.not(.prefix("a")), "abc", .failed(node: 0, offset: 1)),
        CheckCase(.not(.contains("b")), "abc", .failed(node: 0, offset: 3)),
        CheckCase(.all([.any, .prefix("b")]), "ab", .failed(node: 2, offset: 0)),
        CheckCase(.anyOf([.equals("ab"), .equals("axy")]), "axz", .failed(node: 0, offset: 2)),
        CheckCase(.anyOf([.not(.prefix("a")), .equals("ab")]), "ax", .failed(node: 0, offset: 1)),
        CheckCase(
            .all([.anyOf([.prefix("a"), .prefix("b")]), .not(.suffix("z"))]), "az", .failed(node: 4, offset: 2)),
    ]

    /// What the whole can still mend is undecided; what no byte can mend is told at once.
    static let beginnings: [CheckCase] = [
        CheckCase(.any, beginning: "x", .passed),
        CheckCase(.equals("ab"), beginning: "ab", .undecided),
        CheckCase(.equals("ab"), beginning: "x", .failed(node: 0, offset: 0)),
        CheckCase(.equals("ab"), beginning: "abc", .failed(node: 0, offset: 2)),
        CheckCase(.prefix("ab"), beginning: "a", .undecided),
        CheckCase(.prefix("ab"), beginning: "abx", .passed),
        CheckCase(.prefix("ab"), beginning: "ax", .failed(node: 0, offset: 1)),
        CheckCase(.suffix("ab"), beginning: "xx", .undecided),
        CheckCase(.contains("ab"), beginning: "ab", .undecided),
        CheckCase(.not(.prefix("ab")), beginning: "a", .undecided),
        CheckCase(.not(.prefix("ab")), beginning: "ac", .passed),
        CheckCase(.not(.prefix("ab")), beginning: "abc", .failed(node: 0, offset: 2)),
        CheckCase(.all([.suffix("z"), .prefix("a")]), beginning: "x", .failed(node: 2, offset: 0)),
        CheckCase(.all([.suffix("z"), .prefix("a")]), beginning: "a", .undecided),
        CheckCase(.anyOf([.equals("ab"), .prefix("x")]), beginning: "a", .undecided),
        CheckCase(.anyOf([.equals("ab"), .prefix("x")]), beginning: "b", .failed(node: 0, offset: 0)),
        CheckCase(.anyOf([.suffix("ab"), .prefix("x")]), beginning: "x", .passed),
    ]
}

@Suite struct CheckTests {
    @Test(arguments: CheckCase.whole)
    func aWholePayloadPassesOrFailsAtItsByte(one: CheckCase) {
        #expect(judge(one.check, bytes(one.payload)) == one.verdict)
    }

    @Test(arguments: CheckCase.beginnings)
    func aBeginningFailsWithTheFirstByteThatCanNotBeMended(one: CheckCase) {
        #expect(judge(one.check, bytes(one.payload), whole: false) == one.verdict)
    }

    @Test func ofSeveralThingsTheOneThatIsKnownFirstFails() {
        // It used to be the first in the list: then it mattered whether the payload came in one piece.
        let check = CoreCheck.all([.suffix("z"), .not(.prefix("ab")), .prefix("ax")])
        #expect(judge(check, bytes("abc")) == .failed(node: 2, offset: 2))
        #expect(judge(check, bytes("cbc")) == .failed(node: 4, offset: 0))
        #expect(judge(check, bytes("axc")) == .failed(node: 1, offset: 2))
    }

    @Test func nodesBehindTheFirstAreJudgedByTheirPlace() {
        let nodes = CoreCheck.not(.any).nodes + CoreCheck.equals("a").nodes
        let verdict = nodes.with { check_payload($0, 2, evl_payload(bytes: nil, length: 0, judged: 0, whole: true)) }
        #expect(verdict.result == EVL_CHECK_FAILED)
        #expect(verdict.node == 2)
    }

    // MARK: well-formed runs

    private func isValid(_ nodes: [(node: evl_check, bytes: [UInt8])], checks: UInt32 = 1, count: Int? = nil) -> Bool {
        nodes.with { check_is_valid($0, UInt32(count ?? nodes.count), checks) }
    }

    @Test(arguments: CheckCase.whole)
    func eachOfTheseIsACheck(one: CheckCase) {
        #expect(isValid(one.check.nodes))
    }

    @Test func checksStandBehindOneAnother() {
        let nodes = CoreCheck.not(.any).nodes + CoreCheck.equals("").nodes
        #expect(isValid(nodes, checks: 2))
        #expect(!isValid(nodes, checks: 1))
        #expect(!isValid(nodes, checks: 3))
        #expect(isValid([], checks: 0))
        #expect(!isValid([], checks: 1))
    }

    @Test(arguments: [CoreCheck.prefix(""), .suffix(""), .contains(""), .all([]), .anyOf([]), .not(.all([]))])
    func whatSaysNothingIsNoCheck(check: CoreCheck) {
        #expect(!isValid(check.nodes))
    }

    @Test func partsOfPartlessNodesAreRefused() {
        for kind in [EVL_CHECK_ANY, EVL_CHECK_EQUALS, EVL_CHECK_PREFIX, EVL_CHECK_SUFFIX, EVL_CHECK_CONTAINS] {
            var nodes = CoreCheck.not(.prefix("a")).nodes
            nodes[0].node.kind = UInt8(kind.rawValue)
            nodes[0].bytes = [1]
            #expect(!isValid(nodes))
        }
    }

    @Test func aNotHasOnePart() {
        var nodes = CoreCheck.all([.any, .any]).nodes
        #expect(isValid(nodes))
        nodes[0].node.kind = UInt8(EVL_CHECK_NOT.rawValue)
        #expect(!isValid(nodes))
    }

    @Test(arguments: [0, 1, 3, 4, .max] as [UInt32])
    func aSizeIsThatOfTheNodeAndItsParts(size: UInt32) {
        var nodes = CoreCheck.not(.any).nodes
        nodes[0].node.size = size
        #expect(!isValid(nodes))
        nodes[0].node.size = 2
        nodes[1].node.size = size == 1 ? 2 : size
        #expect(!isValid(nodes))
    }

    @Test func anUnknownKindIsRefused() {
        var nodes = CoreCheck.any.nodes
        nodes[0].node.kind = UInt8(EVL_CHECK_ANY_OF.rawValue) + 1
        #expect(!isValid(nodes))
    }

    @Test func checksNestSixteenDeep() {
        func nested(_ depth: Int) -> CoreCheck { depth == 1 ? .any : .not(nested(depth - 1)) }
        #expect(isValid(nested(Int(EVL_MAX_CHECK_DEPTH)).nodes))
        #expect(!isValid(nested(Int(EVL_MAX_CHECK_DEPTH) + 1).nodes))
    }

    // MARK: under chance

    /// Against the model: whole; at each beginning; and the same failure in whatever pieces it arrives.
    @Test func anyCheckOfAnyPayloadIsJudgedAsItIsDefined() throws {
        let seed = Seed.ofThisRun
        let guarded = GuardedBytes()
        for round in 0..<4000 {
            var chance = seed.round(round)
            let check = CoreCheck.random(&chance)
            let payload = chance.bytes(chance.number(0...6), of: bytes("ab"))
            let note = "\(seed), round \(round): \(check) of \(payload)"
            let whole = judge(check, payload, guarded)
            try #require((whole == .passed) == check.passes(payload), "\(note)")
            try #require(isValid(check.nodes), "\(note)")
            for count in 0..<payload.count {
                let beginning = Array(payload[...count])
                let part = judge(check, beginning, whole: false, guarded)
                let expected = check.mayPass(beginning: beginning)
                try #require((part == .passed) == (expected == true), "\(note), \(count + 1) bytes of it: \(part)")
                try #require((part == .undecided) == (expected == nil), "\(note), \(count + 1) bytes of it: \(part)")
            }
            let pieces = chance.pieces(of: payload, upTo: 3)
            try #require(judge(check, pieces: pieces, guarded) == whole, "\(note) in \(pieces)")
        }
    }
}

extension CoreCheck {
    static func random(_ chance: inout SplitMix64, depth: Int = 0) -> CoreCheck {
        let text = chance.bytes(chance.number(1...3), of: CEvLoopTests.bytes("ab"))
        switch chance.number(0...(depth < 3 ? 7 : 4)) {
        case 0: return .any
        case 1: return .equals(chance.number(0...5) == 0 ? [] : text)
        case 2: return .prefix(text)
        case 3: return .suffix(text)
        case 4: return .contains(text)
        case 5: return .not(random(&chance, depth: depth + 1))
        case 6: return .all((0..<chance.number(1...3)).map { _ in random(&chance, depth: depth + 1) })
        default: return .anyOf((0..<chance.number(1...3)).map { _ in random(&chance, depth: depth + 1) })
        }
    }
}
