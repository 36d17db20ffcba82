// Checks are judged twice, by the core and in Swift: under chance both must say the same.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

@testable import TCPMock

extension Check {
    /// Any check of bytes alone, of an alphabet so small that it often passes.
    fileprivate static func random(_ chance: inout SplitMix64, depth: Int = 0) -> Check {
        let text = Bytes(chance.bytes(chance.number(1...3), of: Array("ab".utf8)))
        switch chance.number(0...(depth < 4 ? 8 : 5)) {
        case 0: return .any
        case 1: return .equals("")
        case 2: return .equals(text)
        case 3: return .prefix(text)
        case 4: return .suffix(text)
        case 5: return .contains(text)
        case 6: return .not(random(&chance, depth: depth + 1))
        case 7: return .all((0..<chance.number(1...3)).map { _ in random(&chance, depth: depth + 1) })
        default: return .anyOf((0..<chance.number(1...3)).map { _ in random(&chance, depth: depth + 1) })
        }
    }
}

/// The core's verdict, by the nodes that a script with the check is compiled to.
private func coreVerdict(_ check: Check, _ piece: [UInt8]) throws -> evl_check_verdict {
    let step = Step.expectFrame(check, framing: .netstring)
    let planned = PlannedStep(step: step, role: .written, number: 1, isListed: true)
    let program = try Program([planned], base: 0, scale: .off)
    return withExtendedLifetime(program) {
        let core = internals_step(UnsafePointer<evl_program>(program.raw), 0)!.pointee
        return piece.withUnsafeBufferPointer {
            check_payload(
                core.checks, 0, evl_payload(bytes: $0.baseAddress, length: $0.count, judged: 0, whole: true))
        }
    }
}

@Suite struct CheckPropertyTests {
    @Test func theCoreAndSwiftJudgeEachCheckOfEachPieceAlike() async throws {
        let seed = Seed.ofThisRun
        for round in 0..<4000 {
            var chance = seed.round(round)
            let check = Check.random(&chance)
            let piece = chance.bytes(chance.number(0...6), of: Array("ab".utf8))
            let note = "\(seed), round \(round): \(check) of \(piece)"
            let core = try coreVerdict(check, piece)
            let judgement = check.judgement(of: piece)
            let finding = try await check.finding(in: piece)
            try #require((core.result == EVL_CHECK_PASSED) == judgement.passes, "\(note)")
            try #require((finding == nil) == judgement.passes, "\(note)")
            let known = core.known == UInt64.max ? CheckJudgement.atEnd : Int(core.known)
            try #require(judgement.known == known, "\(note)")
            guard core.result == EVL_CHECK_FAILED else { continue }
            let part = try #require(check.part(at: Int(core.node)), "\(note): node \(core.node)")
            try #require("\(judgement.part)" == "\(part)", "\(note)")
            try #require(judgement.offset == Int(core.offset), "\(note)")
            try #require(finding == part.finding(at: Int(core.offset), in: piece), "\(note)")
        }
    }

    /// Behind closures that pass everything, a check of bytes is judged in Swift alone.
    @Test func aClosureBesideItChangesNothing() async throws {
        let seed = Seed.ofThisRun
        for round in 0..<2000 {
            var chance = seed.round(round)
            let check = Check.random(&chance)
            let piece = chance.bytes(chance.number(0...6), of: Array("ab".utf8))
            let beside = try await Check.all([.where { _ in true }, check]).finding(in: piece)
            try #require(try await check.finding(in: piece) == beside, "\(seed), round \(round): \(check) of \(piece)")
        }
    }
}
