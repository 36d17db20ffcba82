// Feeds a session facts and gathers its actions as values; carries nothing out.

import CEvLoop
import CEvLoopInternals

/// A fact that the session is told.
enum Fact {
    case bytes([UInt8])
    case fin
    case rst
    case timeUp
    case finishing
    /// The session is asked again though nothing has changed.
    case nothing
    case answer([CoreStep])
    case option(UInt32)
    case append([CoreStep])

    static func text(_ text: String) -> Fact { .bytes(CEvLoopTests.bytes(text)) }
}

/// An action of the session, as a value.
enum Act: Equatable {
    case done(Int)
    /// Done, and its payload is to be kept.
    case keep(Int, String)
    case write(String)
    case halfClose, close, hold
    case reset(discard: Bool)
    case judgeLeave, ask
    case startTime(UInt64)
    case waitInput, waitTime, waitAnswer, waitSteps, end
    case fail(Failure)

    static func fail(_ kind: evl_failure_kind, step: Int, offset: UInt64 = 0) -> Act {
        .fail(Failure(kind: kind, step: step, offset: offset))
    }

    var isWait: Bool {
        switch self {
        case .waitInput, .waitTime, .waitAnswer, .waitSteps: true
        default: false
        }
    }
}

struct Failure: Equatable {
    let kind: evl_failure_kind
    let step: Int
    let offset: UInt64
}

/// A session, its input at a guard page, and what it has asked for so far.
final class SessionPlayer {
    private var session = evl_session()
    private let room = UnsafeMutablePointer<evl_session_room>.allocate(capacity: 1)
    private var programs: [CoreProgram] = []
    private var last: ProgramPointer?
    private let guarded = GuardedBytes()
    private var unread: [UInt8] = []
    private var input = evl_input()
    private(set) var failure = evl_failure()
    private(set) var consumed = 0
    /// How a client is found to have left, whenever the session asks for it.
    var leave = EVL_LEAVE_FIN

    init(_ steps: [CoreStep], live: Bool = false, base: UInt32 = 0) {
        let program = steps.isEmpty && live ? nil : keep(CoreProgram.make(steps, base: base))
        room.initialize(to: evl_session_room())
        // As connections do it: those that need no room have none.
        session_start(&session, program, live, live || program_needs_room(program) ? room : nil)
        last = program
    }

    deinit {
        room.deallocate()
    }

    private func keep(_ program: CoreProgram) -> ProgramPointer {
        programs.append(program)
        return program.raw
    }

    /// What the session does next, up to and with its wait, failure or end.
    func play(_ facts: Fact...) -> [Act] {
        facts.isEmpty
            ? run()
            : facts.flatMap { fact in
                tell(fact); return run()
            }
    }

    func play(_ facts: [Fact]) -> [Act] {
        facts.flatMap { fact in
            tell(fact); return run()
        }
    }

    var index: Int { Int(session_index(&session)) }
    /// The payload that a question is about.
    var payload: String? {
        var length = 0
        input.bytes = guarded.place(unread)
        input.length = unread.count
        input.used = 0
        return session_payload(&session, &input, &length).map {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }
    var isResting: Bool { session_is_resting(&session) }
    var isAsking: Bool { session_is_asking(&session) }
    func hasLeft(_ program: Int) -> Bool { session_has_left(&session, programs[program].raw) }
    func fail(_ kind: evl_failure_kind) -> evl_failure { session_fail(&session, kind) }

    private func tell(_ fact: Fact) {
        switch fact {
        case .bytes(let bytes): unread += bytes
        case .fin: input.fin = true
        case .rst: input.rst = true
        case .timeUp: input.time_up = true
        case .finishing: input.finishing = true
        case .nothing: break
        case .option(let option): session_answer(&session, nil, option)
        case .answer(let steps): session_answer(&session, keep(CoreProgram.make(steps)), 0)
        case .append(let steps): append(steps)
        }
    }

    private func append(_ steps: [CoreStep]) {
        let base = programs.reduce(0) { $0 + $1.raw.pointee.count }
        let program = keep(CoreProgram.make(steps, base: base))
        if let last { internals_chain(last, program) } else { session.program = program }
        last = program
    }

    private func run() -> [Act] {
        input.bytes = guarded.place(unread)
        input.length = unread.count
        input.used = 0
        var acts: [Act] = []
        while acts.count < 10_000 {
            let action = session_next(&session, &input)
            if action.kind == EVL_ACTION_GO_ON { continue }
            acts.append(carryOut(action))
            if action.kind == EVL_ACTION_WRITE {
                session_written(&session)
                acts.append(.done(Int(action.step)))
            }
            if ends(action.kind) { break }
        }
        consumed += input.used
        // What is not used may have been moved.
        unread = Array(UnsafeBufferPointer(start: input.bytes, count: input.length)[input.used...])
        return acts
    }

    private func ends(_ kind: evl_action_kind) -> Bool {
        switch kind {
        case EVL_ACTION_WAIT_INPUT, EVL_ACTION_WAIT_TIME, EVL_ACTION_WAIT_ANSWER, EVL_ACTION_WAIT_STEPS,
            EVL_ACTION_FAIL, EVL_ACTION_END:
            true
        default: false
        }
    }

    private func carryOut(_ action: evl_action) -> Act {
        switch action.kind {
        case EVL_ACTION_STEP_DONE:
            input.time_up = false
            guard let bytes = action.bytes else { return .done(Int(action.step)) }
            let kept = UnsafeBufferPointer(start: bytes, count: action.length)
            return .keep(Int(action.step), String(decoding: kept, as: UTF8.self))
        case EVL_ACTION_WRITE:
            return .write(
                String(decoding: UnsafeBufferPointer(start: action.bytes, count: action.length), as: UTF8.self))
        case EVL_ACTION_HALF_CLOSE: return .halfClose
        case EVL_ACTION_CLOSE: return .close
        case EVL_ACTION_RESET: return .reset(discard: action.discard)
        case EVL_ACTION_HOLD: return .hold
        case EVL_ACTION_JUDGE_LEAVE:
            session_left(&session, leave)
            return .judgeLeave
        case EVL_ACTION_START_TIME: return .startTime(action.time_ns)
        case EVL_ACTION_ASK: return .ask
        case EVL_ACTION_WAIT_INPUT: return .waitInput
        case EVL_ACTION_WAIT_TIME: return .waitTime
        case EVL_ACTION_WAIT_ANSWER: return .waitAnswer
        case EVL_ACTION_WAIT_STEPS: return .waitSteps
        case EVL_ACTION_FAIL:
            failure = withUnsafePointer(to: action) { session_failure(&session, $0) }
            let kind = evl_failure_kind(UInt32(failure.kind))
            return .fail(Failure(kind: kind, step: Int(failure.step), offset: failure.offset))
        default: return .end
        }
    }
}

/// Plays `steps` against `stream` in every split, then `after`; all splits must agree. Waits are left out.
func everySplit(_ steps: [CoreStep], _ stream: [UInt8], then after: [Fact] = []) -> Set<[String]> {
    var outcomes: Set<[String]> = []
    for pieces in splits(of: stream) {
        let player = SessionPlayer(steps)
        var acts = player.play()
        for fact in pieces.map(Fact.bytes) + after {
            if case .fail? = acts.last { break }
            if acts.last == .end { break }
            acts += player.play(fact)
        }
        outcomes.insert(acts.filter { !$0.isWait }.map { "\($0)" })
    }
    return outcomes
}

func outcome(_ acts: Act...) -> Set<[String]> {
    [acts.map { "\($0)" }]
}
