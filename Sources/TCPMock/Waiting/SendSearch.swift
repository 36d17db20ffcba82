// Which step sends next, told from the plan: along its jumps, rounds and choices. Pure.

/// Looks along a plan for what is sent first behind the step that waits.
///
/// Where the way on is not known it takes all there are: what it finds then is no one step.
struct SendSearch {
    let script: ScriptPlan
    /// The step that waits.
    let origin: Int
    /// What has come for it, where that tells its alternatives apart.
    let begun: [UInt8]
    /// Whether the one repeat around it goes round again; nil: that is not known.
    let goesRound: Bool?
    /// Of the choices in any order around it: which options have been in this round, or are being played.
    let done: [Int: Set<Int>]

    private struct Place: Hashable {
        var index: Int
        var isNextRound = false
    }

    private var seen: Set<Place> = []
    private var found: Set<Place> = []

    init(
        _ script: ScriptPlan, behind origin: Int, begun: [UInt8] = [], goesRound: Bool? = nil,
        done: [Int: Set<Int>] = [:]
    ) {
        self.script = script
        self.origin = origin
        self.begun = begun
        self.goesRound = goesRound
        self.done = done
    }

    static func next(_ search: SendSearch) -> WaitFacts.Next {
        var search = search
        return search.run()
    }

    private mutating func run() -> WaitFacts.Next {
        guard script.steps.indices.contains(origin) else { return .nothing }
        let waiting = script.steps[origin]
        if waiting.answers { return .unknown }
        if case .choice = waiting.role {
            follow(Place(index: origin))
        } else {
            follow(Place(index: origin + 1))
        }
        return result
    }

    private var result: WaitFacts.Next {
        let steps = Set(found.map(\.index)).map { script.steps[$0] }
        guard let step = steps.first else { return .nothing }
        guard steps.count == 1, step.isListed, !step.answers, let number = step.number else { return .unknown }
        let isNextRound = found.allSatisfy(\.isNextRound)
        return .step(.init(number: number, step: "\(step.written)", isNextRound: isNextRound))
    }

    // MARK: On and on

    private mutating func follow(_ start: Place) {
        var place: Place? = start
        while let here = place { place = pass(here) }
    }

    /// Where the plan goes on behind an entry; nil: something is sent there, or nothing comes behind it.
    private mutating func pass(_ place: Place) -> Place? {
        guard script.steps.indices.contains(place.index) else { return nil }
        let planned = script.steps[place.index]
        switch planned.role {
        case .jump(let target):
            return Place(index: target, isNextRound: place.isNextRound)
        case .repeatEnd(let target, let rounds, _):
            return seen.insert(place).inserted ? goOn(from: place, to: target, isEndless: rounds == nil) : nil
        case .choice(let choice):
            if seen.insert(place).inserted { choose(choice, at: place) }
            return nil
        case .end:
            return nil
        case .written, .part, .stub, .faultPart:
            if planned.step.isSend || planned.answers {
                found.insert(place)
                return nil
            }
            return planned.step.isLast ? nil : Place(index: place.index + 1, isNextRound: place.isNextRound)
        }
    }

    // MARK: Rounds

    /// Behind the end of a repeat. One that is not around the step has been followed from its beginning: it has no more.
    private mutating func goOn(from end: Place, to target: Int, isEndless: Bool) -> Place? {
        let isAround = target <= origin && origin < end.index
        let out = Place(index: end.index + 1, isNextRound: end.isNextRound && !isAround)
        let back = Place(index: target, isNextRound: true)
        if !isAround || end.isNextRound { return isEndless ? nil : out }
        if isEndless || goesRound == true { return back }
        if goesRound == nil { follow(back) }
        return out
    }

    // MARK: Choices

    private mutating func choose(_ choice: PlannedChoice, at place: Place) {
        let been = place.isNextRound ? [] : done[place.index] ?? []
        let open = choice.options.enumerated().filter { !been.contains($0.offset) }.map(\.element)
        let isHere = place.index == origin && !place.isNextRound
        let before = found
        for option in open where !isHere || choice.framing != nil || mayBe(option) {
            follow(Place(index: option.target, isNextRound: place.isNextRound))
        }
        guard choice.eachOnce, found == before else { return }
        // What has begun sends nothing: the others are still to come, and what follows only behind them all.
        for option in open { follow(Place(index: option.target, isNextRound: place.isNextRound)) }
        if found == before { follow(Place(index: choice.target, isNextRound: place.isNextRound)) }
    }

    /// Whether what has come may be the beginning of an option.
    private func mayBe(_ option: PlannedChoice.Option) -> Bool {
        option.literal.isEmpty || option.literal.starts(with: begun)
    }
}

extension PlannedChoice {
    /// The entries of the plan that an option is made of.
    func entries(of option: Int) -> Range<Int> {
        let start = start(of: option)
        return start..<(options.indices.contains(option + 1) ? self.start(of: option + 1) : target)
    }

    /// The first of them.
    func start(of option: Int) -> Int {
        options[option].entry ?? options[option].target
    }
}

extension PlannedStep {
    /// Whether what it takes may be answered by what no written step of its own sends.
    fileprivate var answers: Bool {
        if case (.written, .respond) = (role, step.kind) { true } else { false }
    }
}

extension Step {
    /// Whether nothing is sent behind it.
    fileprivate var isLast: Bool {
        switch kind {
        case .disconnect, .close, .reset, .expectDisconnect, .stall(nil): true
        default: false
        }
    }
}
