// What can't come after what: a connection that has ended, a stream that has, a step that never does.

extension ScriptLint {
    /// Why `step` can't come where the script stands, or nil.
    static func misplacement(_ step: Step, _ state: State) -> String? {
        if let terminal = state.terminal {
            guard step.isExpectDisconnect else { return late(step, terminal, terminal.wayToEnd) }
            if let clash = clash(terminal, step) { return clash }
        }
        if case .expectConnect = step.kind, !state.isFirst {
            return "expectConnect is legal only as the first step"
        }
        if let served = state.served, !step.isExpectDisconnect {
            return late(step, served, served.wayToServe, separator: ", ")
        }
        if step.isSend, let halfClosed = state.halfClosed {
            return late(step, halfClosed, "this side of the stream has ended there")
        }
        if let ended = state.clientEnded {
            if step.takesBytes { return late(step, ended, "the other side has nothing more to say there") }
            switch step.kind {
            case .expectEOF: return late(step, ended, "the other side's stream has ended there already")
            case .expectBackpressure: return late(step, ended, "the other side writes nothing more there")
            default: break
            }
        }
        if step.needsReading, let deaf = state.deaf {
            return late(step, deaf, "nothing is read there before a resumeReading")
        }
        return nil
    }

    private static func late(_ step: Step, _ before: Step, _ why: String, separator: String = ": ") -> String {
        "\(step) can't come after \(before.brief) (line \(before.location.line))\(separator)\(why)"
    }

    /// The other side leaves once.
    private static func clash(_ terminal: Step, _ step: Step) -> String? {
        guard case .expectDisconnect(let first) = terminal.kind, case .expectDisconnect(let second) = step.kind,
            first != second, first != .any, second != .any
        else { return nil }
        return "\(step) contradicts \(terminal.brief) (line \(terminal.location.line)): the other side leaves once"
    }

    // MARK: Ways that part and meet

    /// After alternatives of which one is played: what holds on all ways that go on holds behind them.
    static func join(_ ways: [State], of step: Step, into state: inout State) {
        let ways = ways.contains(where: \.goesOn) ? ways.filter(\.goesOn) : ways
        guard let first = ways.first else { return }
        if !first.goesOn {
            if ways.allSatisfy({ $0.terminal != nil }) { state.terminal = step } else { state.served = step }
            return
        }
        if ways.allSatisfy({ $0.halfClosed != nil }) { state.halfClosed = first.halfClosed }
        if ways.allSatisfy({ $0.clientEnded != nil }) { state.clientEnded = first.clientEnded }
        if ways.allSatisfy({ $0.deaf != nil }) { state.deaf = first.deaf }
        for way in ways { leave(way.undecided, in: &state) }
    }
}

extension Step {
    /// Long ones by their name alone.
    fileprivate var brief: String {
        switch kind {
        case .choose: "choose"
        case .respondTo(_, _, serves: false): "respond(to:)"
        default: "\(self)"
        }
    }

    /// How it is the last of its connection, in words.
    fileprivate var wayToEnd: String {
        switch kind {
        case .expectDisconnect: "the other side has left there"
        case .stall, .fault(.stall, _): "it lasts until the other side has left"
        case .choose: "each of its routes ends the connection"
        case .respondTo: "each of its replies ends the connection"
        default: "the connection has ended there"
        }
    }

    fileprivate var wayToServe: String {
        if case .choose = kind { return "each of whose routes goes on until the client leaves" }
        return "which serves until the client leaves"
    }
}
