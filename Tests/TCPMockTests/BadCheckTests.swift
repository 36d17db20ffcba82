// Checks that nothing can pass, and stubs that nothing reaches: thrown before anything connects.

import TestClient
import Testing

@testable import TCPMock

private func problem(_ script: Script) -> MockError? {
    do {
        _ = try MockServer(script).stop()
        return nil
    } catch {
        return error as? MockError
    }
}

extension Check {
    fileprivate static func random(_ chance: inout SplitMix64, depth: Int = 0) -> Check {
        let text = Bytes(chance.bytes(chance.number(1...2), of: Array("ab".utf8)))
        let some = { (chance: inout SplitMix64) in
            (0..<chance.number(1...3)).map { _ in random(&chance, depth: depth + 1) }
        }
        switch chance.number(0...(depth < 3 ? 7 : 4)) {
        case 0: return .any
        case 1: return .equals(text)
        case 2: return .prefix(text)
        case 3: return .suffix(text)
        case 4: return .contains(text)
        case 5: return .not(random(&chance, depth: depth + 1))
        case 6: return .all(some(&chance))
        default: return .anyOf(some(&chance))
        }
    }
}

/// All pieces of up to six bytes of the two that the checks have.
private let pieces: [[UInt8]] = (0...6).flatMap { count in
    (0..<(1 << count)).map { number in (0..<count).map { number >> $0 & 1 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b") }
    }
}

private let wide = Bytes([UInt8](repeating: 0, count: 300))

@Suite struct BadCheckTests {
    static let bad: [BadScript] = [
        BadScript(
            [.expectLine(.all([.prefix("A"), .prefix("B")]))], #line, "no piece passes both prefix \"A\" and prefix"),
        BadScript([.expectFrame(.all(["AB", .suffix("A")]))], #line, "no piece passes both"),
        BadScript([.expectLine(.all([.suffix("A"), .suffix("B")]))], #line, "no piece passes both"),
        BadScript([.expectLine(.all([.not(.contains("A")), .prefix("BA")]))], #line, "no piece passes both"),
        BadScript([.expectLine(.anyOf([.all(["A", "B"]), .not(.any)]))], #line, "no piece passes both"),
        BadScript([.expectLine(.not(.any))], #line, "fails everything"),
        BadScript([.expectLine(.anyOf([.prefix("A"), "B", .prefix("A")]))], #line, "prefix \"A\" is there twice"),
        BadScript([.expectLine(.prefix("A\n"))], #line, "a line ends at its first"),
        BadScript([.expect(upTo: "\r\n", .contains("A\r\nB"))], #line, "a piece ends at its first"),
        BadScript([.expectLine(.prefix("long"), max: 3)], #line, "4 bytes are more than the framing's maximum of 3"),
        BadScript([.expectFrame(.prefix("long"), framing: .fixed(3))], #line, "more than a frame has"),
        BadScript([.expectFrame(.all([.any, "A\n"]), framing: .line)], #line, "would be cut at its byte 1"),
        BadScript(
            [.expectFrame(.prefix(wide), framing: .lengthPrefix(UInt8.self))], #line, "does not fit a length prefix"),
        BadScript(
            [.respond(to: [.contains("A"): "1", .suffix("AB"): "2"], framing: .line)], #line, "can never be reached"),
        BadScript([.respond(to: ["A": "1", "A": "2"], framing: .line)], #line, "can never be reached"),
        BadScript([.respond(to: ["A": "1", "A": "2"])], #line, "is there twice"),
        BadScript(
            [.respond(to: [.anyOf(["A", .prefix("B")]): "1", "BC": "2"], framing: .line)], #line, "can never be reached"
        ),
        BadScript([.respond(to: [.prefix("A\n"): "1"], framing: .line)], #line, "can never be reached: prefix"),
    ]

    @Test(arguments: bad.indices)
    func whatCanNeverPassIsThrownAtItsLine(index: Int) throws {
        let bad = Self.bad[index]
        let error = try #require(problem(bad.script), "\(bad.text)")
        #expect(error.kind == .script)
        #expect(error.message.contains(bad.text), "\(error)")
        #expect(error.location?.line == bad.line)
    }

    @Test func nearlyWrongChecksAreTaken() {
        #expect(problem([.expectLine(.all([.prefix("A"), .prefix("AB"), .suffix("C")]))]) == nil)
        #expect(problem([.expectLine(.all([.not(.prefix("AB")), .prefix("A")]))]) == nil)
        #expect(problem([.expectLine(.anyOf([.all(["A", "B"]), "C"]))]) == nil)
        #expect(problem([.expectLine(.suffix("\r"))]) == nil)
        #expect(problem([.expectLine(.where { _ in true })]) == nil)
        #expect(problem([.expectLine(.all([.matches(/A/), .matches(/B/)]))]) == nil)
        #expect(problem([.respond(to: [.prefix("AB"): "1", .prefix("A"): "2", .any: "3"], framing: .line)]) == nil)
        #expect(problem([.expectLine(.all([.prefix("long"), .any]), max: 4)]) == nil)
    }

    private static let adjusted = Framing.lengthPrefix(adjustment: 4)

    /// A part of a piece says how long the piece is at least, and nothing more.
    @Test func aPartThatIsTooShortForAPieceIsTaken() {
        for part in [.prefix("AB"), .suffix("AB"), .contains("AB"), .all([.prefix("A"), .suffix("B")])] as [Check] {
            #expect(problem([.expectFrame(part, framing: Self.adjusted)]) == nil)
            #expect(problem([.respond(to: [part: "1"], framing: Self.adjusted)]) == nil)
        }
        #expect(problem([.expectFrame("AB", framing: Self.adjusted)])?.message.contains("can't be said") == true)
        #expect(problem([.expectLine("A\r")]) == nil, "a line that ends with CR CR LF")
        #expect(problem([.expectLine("A\n")]) != nil)
        #expect(problem([.sendFrame("A\r", framing: .line)]) != nil)
    }

    @Test func aPieceWithAPartThatIsShorterIsMet() async throws {
        let script: Script = [.expectFrame(.prefix("AB"), framing: Self.adjusted), .expectLine("C\r"), .send("1")]
        let verdict = try await serve(script, options: .unhurried) { client in
            try client.send([0, 0, 0, 1] + Array("ABCDEC\r\r\n".utf8))
            #expect(try client.receiveText(1) == "1")
        }
        expectClean(verdict)
    }

    /// A part is refused if, and only if, no length that has room for it can be said.
    @Test(arguments: [-300, -9, -1, 0, 1, 4, 300], [true, false])
    func partsAreRefusedWhereNoPieceHasThem(adjustment: Int, includesHeader: Bool) {
        for offset in [0, 3] {
            for max in [8, 400] {
                let framing = Framing.lengthPrefix(
                    UInt8.self, includesHeader: includesHeader, offset: offset, adjustment: adjustment, max: max)
                for count in [1, 2, 3, 8, 9, 200, 254, 255, 256, 300, 400] {
                    let part = Check.prefix(Bytes([UInt8](repeating: 0x78, count: count)))
                    let exists = (count...600).contains { framing.problem(withPayloadOf: $0) == nil }
                    #expect((part.contradiction(in: framing) == nil) == exists, "\(count) in \(framing)")
                }
            }
        }
    }

    /// What is said of a pair must hold for every piece; and enough must be said to be of use.
    @Test func whatIsSaidOfChecksHoldsForEveryPiece() throws {
        let seed = Seed.ofThisRun
        var (covered, excluded, contradicted) = (0, 0, 0)
        for round in 0..<3000 {
            var chance = seed.round(round)
            let (one, other) = (Check.random(&chance), Check.random(&chance))
            let note = "\(seed), round \(round): \(one) and \(other)"
            let passes = pieces.map { (one.judgement(of: $0).passes, other.judgement(of: $0).passes) }
            if one.covers(other) {
                covered += 1
                try #require(passes.allSatisfy { $0 || !$1 }, "covers: \(note)")
            }
            if one.excludes(other) {
                excluded += 1
                try #require(passes.allSatisfy { !$0 || !$1 }, "excludes: \(note)")
            }
            if let reason = one.contradiction, !reason.contains("twice") {
                contradicted += 1
                try #require(passes.allSatisfy { !$0.0 }, "\(reason): \(note)")
            }
        }
        #expect(covered > 300 && excluded > 100 && contradicted > 30, "\(covered), \(excluded), \(contradicted)")
    }
}
