// What the script would have sent next, had the step been done.

extension FailureAccount {
    var nextSend: WaitFacts.Next {
        if failure.replying != nil { return .unknown }
        let search = SendSearch(
            script, behind: failure.step, begun: connection.excerpt, goesRound: goesRound, done: optionsDone)
        return SendSearch.next(search)
    }

    /// Nil: where repeats nest, the core's one number does not say which it counts.
    private var goesRound: Bool? {
        let around = script.repeats(around: failure.step)
        guard let rounds = around.first, around.count == 1 else { return nil }
        return rounds == 0 || connection.round + 1 < rounds
    }

    /// Of each choice in any order around the step: the options that have been in this round, or are being played.
    private var optionsDone: [Int: Set<Int>] {
        var done: [Int: Set<Int>] = [:]
        for place in script.steps.indices.prefix(failure.step + 1) {
            guard case .choice(let choice) = script.steps[place].role, choice.eachOnce, failure.step < choice.target
            else { continue }
            done[place] = place == failure.step ? takenOptions(of: choice) : optionsBegun(of: choice, at: place)
        }
        return done
    }

    /// Of the choice that failed, as the core tells.
    func takenOptions(of choice: PlannedChoice) -> Set<Int> {
        Set(choice.options.indices.filter { failure.taken >> UInt64($0 % 64) & 1 == 1 })
    }

    /// Those that could still come.
    func untakenOptions(of choice: PlannedChoice) -> [PlannedChoice.Option] {
        let taken = takenOptions(of: choice)
        return choice.options.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
    }

    /// Of a choice in one of whose options the step stands, as told by the steps done; a whole round has each once.
    private func optionsBegun(of choice: PlannedChoice, at place: Int) -> Set<Int> {
        let own = choice.options.indices.filter { choice.entries(of: $0).contains(failure.step) }
        let inside = connection.events.reversed().filter { $0.kind == .stepDone }
            .prefix { (place..<choice.target).contains($0.step) }
        let begun = inside.reversed().compactMap { event in
            choice.options.indices.first { choice.start(of: $0) == event.step }
        }
        let count = begun.isEmpty ? 0 : (begun.count - 1) % choice.options.count + 1
        return Set(begun.suffix(count)).union(own)
    }
}
