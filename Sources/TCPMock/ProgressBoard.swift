// The one line of standard error on which all endpoints that are asked to show how they get on, four times a second.
//
// Each tick draws what is known and asks the loop thread for what is so now, which the next tick draws: the loop
// thread never waits for a terminal.

import Dispatch

final class ProgressBoard: Sendable {
    static let standardError = ProgressBoard(TCPMock.standardError)

    /// How often a terminal's line is drawn.
    private static let interval = DispatchTimeInterval.milliseconds(250)
    private static let queue = DispatchQueue(label: "TCPMock.progress", qos: .utility)

    /// One endpoint's part of the line.
    final class Entry: Sendable {
        fileprivate let noun: String
        fileprivate let progress: Locked<Progress>
        /// Asks for the endpoint's counts; they come on the loop thread, or not at all.
        fileprivate let ask: @Sendable (@escaping @Sendable (EndpointReport) -> Void) -> Void

        init(
            _ noun: String, of total: Int?,
            ask: @escaping @Sendable (@escaping @Sendable (EndpointReport) -> Void) -> Void
        ) {
            self.noun = noun
            progress = Locked(Progress(of: total))
            self.ask = ask
        }

        fileprivate func refresh() {
            ask { [progress] report in
                progress.withLock {
                    $0.add(
                        Progress.Moment(
                            now: report.now, opened: report.opened, open: report.active, done: report.completed,
                            failed: report.failed))
                }
            }
        }
    }

    private struct State {
        var entries: [Entry] = []
        /// Whether a tick is to come.
        var isTicking = false
        var ticks = 0
        /// Whether the next tick draws nothing, for somebody else may be writing.
        var skipsATick = false
        /// Whether a line stands on the terminal now.
        var isShown = false
    }

    private let descriptor: Int32
    /// Every so many ticks a line is written where it can't be redrawn.
    private let ticksOfALine: Int
    private let terminal: Terminal?
    private let state = Locked(State())

    init(_ descriptor: Int32, ticksOfALine: Int = 40) {
        self.descriptor = descriptor
        self.ticksOfALine = ticksOfALine
        terminal = Terminal(descriptor)
    }

    /// Whether there is a line that can be redrawn.
    var isTerminal: Bool { terminal != nil }

    func begin(_ entry: Entry) {
        state.withLock { state in
            state.entries.append(entry)
            if !state.isTicking { tickLater() }
            state.isTicking = true
        }
    }

    private func tickLater() {
        ProgressBoard.queue.asyncAfter(deadline: .now() + ProgressBoard.interval) { [weak self] in self?.tick() }
    }

    /// Takes the endpoint's part away, at once: what is written next has the line to itself. More than once is harmless.
    func end(_ entry: Entry) {
        state.withLock { state in
            guard let place = state.entries.firstIndex(where: { $0 === entry }) else { return }
            state.entries.remove(at: place)
            clear(&state)
        }
    }

    /// Takes the line away for a moment, in which somebody writes to the terminal; a later tick draws it again.
    func stepAside() {
        state.withLock { state in
            guard !state.entries.isEmpty else { return }
            clear(&state)
            state.skipsATick = true
        }
    }

    private func clear(_ state: inout State) {
        if state.isShown { terminal?.clear() }
        state.isShown = false
    }

    private func tick() {
        let entries = state.withLock { state in
            state.ticks += 1
            if !state.skipsATick { draw(&state) }
            state.skipsATick = false
            state.isTicking = !state.entries.isEmpty
            if state.isTicking { tickLater() }
            return state.entries
        }
        for entry in entries { entry.refresh() }
    }

    private func draw(_ state: inout State) {
        guard let line = ProgressBoard.line(state.entries) else { return }
        if let terminal {
            terminal.show(line)
            state.isShown = true
        } else if state.ticks.isMultiple(of: ticksOfALine) {
            writeAtOnce(line + "\n", to: descriptor)
        }
    }

    /// Where there are several they say which is which.
    private static func line(_ entries: [Entry]) -> String? {
        let lines = entries.compactMap { entry in
            entry.progress.withLock { $0.line }.map { entries.count > 1 ? "\(entry.noun) \($0)" : $0 }
        }
        return lines.isEmpty ? nil : lines.joined(separator: " | ")
    }
}
