// Templates under chance: what the core makes of a stream in pieces, against a plain model of all of it.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

@testable import TCPMock

/// What comes of a template and a stream.
private enum Outcome: Equatable {
    /// With what was captured, and how many bytes it took.
    case matched([String: [UInt8]], taken: Int)
    case failed(at: Int)
    /// It could still match.
    case starved
}

private let letters = Array("ab;".utf8)

extension Template.Part {
    fileprivate static func random(_ chance: inout SplitMix64, _ name: String) -> [Template.Part] {
        let literal = Bytes(chance.bytes(chance.number(1...3), of: letters))
        switch chance.number(0...3) {
        case 0: return [.bytes(literal)]
        case 1: return [.any(chance.number(1...3))]
        case 2: return [.capture(name, count: chance.number(1...3))]
        default: return [.capture(name, max: chance.number(1...4)), .bytes(literal)]
        }
    }

    /// Bytes that match the part, mostly.
    fileprivate func sample(_ chance: inout SplitMix64) -> [UInt8] {
        switch kind {
        case .bytes(let bytes): bytes.array
        case .any(let count), .capture(_, let count): chance.bytes(count, of: letters)
        case .captureUntilNext(_, let max): chance.bytes(chance.number(0...max), of: letters)
        }
    }
}

/// Part by part, over the whole stream; a capture up to a literal takes neighbouring literals for one.
private func model(_ parts: [Template.Part], _ stream: [UInt8]) -> Outcome {
    var (place, captures) = (0, [String: [UInt8]]())
    var rest = parts[...]
    while let part = rest.popFirst() {
        switch part.kind {
        case .bytes(let bytes):
            for byte in bytes.array {
                guard place < stream.count else { return .starved }
                guard stream[place] == byte else { return .failed(at: place) }
                place += 1
            }
        case .any(let count), .capture(_, let count):
            guard place + count <= stream.count else { return .starved }
            if case .capture(let name, _) = part.kind { captures[name] = Array(stream[place..<place + count]) }
            place += count
        case .captureUntilNext(let name, let max):
            // The template takes but the first of several literals for the end.
            guard case .bytes(let first)? = rest.popFirst()?.kind else { return .starved }
            let end = first.array
            var found: Int?
            for length in 0...max {
                guard place + length <= stream.count else { return .starved }
                let here = stream[(place + length)...].prefix(end.count)
                if Array(here) == end {
                    found = length
                    break
                }
                if here.count < end.count, end.starts(with: here) { return .starved }
            }
            guard let found else { return .failed(at: place + max) }
            captures[name] = Array(stream[place..<place + found])
            place += found + end.count
        }
    }
    return .matched(captures, taken: place)
}

/// Plays the template's program, which waits for the next piece.
private struct Player {
    private let plan: ScriptPlan
    private let program: Program
    private var session = evl_session()
    private var unread: [UInt8] = []
    private var taken = 0
    /// How much had been taken when the current step began.
    private var began = 0
    private var kept: [ConnectionReport.Kept] = []
    private let room = Room()

    private final class Room {
        let raw = UnsafeMutablePointer<evl_session_room>.allocate(capacity: 1)

        init() {
            raw.initialize(to: evl_session_room())
        }

        deinit {
            raw.deallocate()
        }
    }

    init(_ template: Template) throws {
        var plan = ScriptPlan()
        try plan.append([.expectTemplate(template)], framing: .line)
        self.plan = plan
        program = try Program(plan.steps[...], base: 0, scale: .off)
        session_start(&session, UnsafeMutablePointer<evl_program>(program.raw), false, room.raw)
    }

    mutating func play(_ pieces: [[UInt8]]) -> Outcome {
        for piece in pieces {
            unread += piece
            var input = evl_input()
            var outcome: Outcome?
            var bytes = unread
            bytes.withUnsafeMutableBufferPointer { memory in
                input.bytes = memory.baseAddress
                input.length = memory.count
                outcome = next(&input)
            }
            taken += input.used
            unread.removeFirst(input.used)
            if let outcome { return outcome }
        }
        return .starved
    }

    /// What comes of it, or nil when it waits.
    private mutating func next(_ input: inout evl_input) -> Outcome? {
        while true {
            let action = withExtendedLifetime(program) { session_next(&session, &input) }
            switch action.kind {
            case EVL_ACTION_STEP_DONE:
                began = taken + input.used
                guard let bytes = action.bytes else { continue }
                kept.append(
                    .init(
                        step: Int(action.step),
                        bytes: Array(UnsafeBufferPointer(start: bytes, count: action.length))))
            case EVL_ACTION_FAIL:
                return .failed(at: began + Int(withUnsafePointer(to: action) { session_failure(&session, $0) }.offset))
            case EVL_ACTION_END: return .matched(plan.captures(kept).all, taken: taken + input.used)
            default: return nil
            }
        }
    }
}

@Suite struct TemplatePropertyTests {
    @Test func anyTemplateAndStreamInAnyPiecesAgreeWithTheModel() throws {
        let seed = Seed.ofThisRun
        var seen: [String: Int] = [:]
        for round in 0..<4000 {
            var chance = seed.round(round)
            let parts = (0..<chance.number(1...4)).flatMap { Template.Part.random(&chance, "c\($0)") }
            var stream = parts.flatMap { $0.sample(&chance) }
            if chance.number(0...3) == 0 { stream.removeLast(chance.number(0...min(2, stream.count))) }
            if chance.number(0...3) == 0, !stream.isEmpty {
                stream[chance.number(0...(stream.count - 1))] = chance.pick(letters)
            }
            let pieces = chance.pieces(of: stream, upTo: 3) + [[]]
            let expected = model(parts, stream)
            var player = try Player(Template(parts))
            let outcome = player.play(pieces)
            try #require(outcome == expected, "\(seed), round \(round): \(Template(parts)) and \(pieces)")
            seen["\(outcome)".prefix { $0 != "(" }.description, default: 0] += 1
        }
        // Each is met often enough that the comparison means something.
        #expect(seen.count == 3 && seen.values.allSatisfy { $0 > 200 }, "\(seed): \(seen)")
    }
}
