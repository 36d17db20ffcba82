// Waiting for bytes to arrive on any connection, or on one.

/// Listens until a pattern has come, or cannot come any more; says so once.
final class PatternWait: Listener {
    enum Outcome: Sendable {
        case found(on: Int)
        case cancelled
        case passed(Duration)
        /// The endpoint, its script, or the one stream has ended.
        case over(String)
        case failed(MockError)
    }

    private struct Stream {
        var search: PatternSearch
        var count = 0
        var last: [UInt8] = []
    }

    private struct State {
        var streams: [Int: Stream] = [:]
        /// The first problem of a replay, which another connection may make good.
        var problem: MockError?
        var isReplayed = false
        var outcome: Outcome?
        var waiter: (@Sendable () -> Void)?
    }

    private static let shownBytes = 64
    private let pattern: Bytes
    private let connection: Int?
    private let side: Side
    private let state = Locked(State())

    init(for pattern: Bytes, on connection: Int?, of side: Side, waiter: @escaping @Sendable () -> Void) {
        self.pattern = pattern
        self.connection = connection
        self.side = side
        state.withLock { $0.waiter = waiter }
    }

    // MARK: What is told

    func arrived(_ bytes: [UInt8], on connection: Int) {
        change { state in
            var stream = state.streams[connection] ?? Stream(search: PatternSearch(pattern.array))
            stream.count += bytes.count
            stream.last = (stream.last + bytes.suffix(PatternWait.shownBytes)).suffix(PatternWait.shownBytes)
            let isFound = stream.search.isFound(in: bytes)
            state.streams[connection] = stream
            if isFound { state.outcome = .found(on: connection) }
        }
    }

    func lost(_ count: Int, on connection: Int) {
        note(ObservationText.lost(count, of: connection))
    }

    func inputEnded(on connection: Int) {
        guard self.connection != nil else { return }
        change { state in
            state.outcome = state.problem.map(Outcome.failed) ?? .over("the \(side.peer)'s stream has ended")
        }
    }

    func replayed(forgotten: Int) {
        if forgotten > 0 {
            note(
                connection.map(ObservationText.forgotten)
                    ?? MockError(
                        kind: .misuse,
                        "\(counted(forgotten, "connection")) came of which nothing was kept: ask before they come"))
        }
        change { state in
            state.isReplayed = true
            if let problem = state.problem { state.outcome = .failed(problem) }
        }
    }

    func givenUp() {
        change { state in
            if connection == nil || state.streams.isEmpty { state.outcome = .over("the script has failed") }
        }
    }

    func ended() {
        conclude(.over("the \(side.noun) has ended"))
    }

    /// Ends the waiting, if it has not ended yet.
    func conclude(_ outcome: Outcome) {
        change { $0.outcome = outcome }
    }

    private func note(_ problem: MockError) {
        change { state in
            if state.problem == nil { state.problem = problem }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.outcome == nil else { return nil }
            body(&state)
            guard state.outcome != nil else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?()
    }

    // MARK: What is answered

    /// The connection on which it came; only after the waiter was called.
    func result() throws -> Int {
        let (outcome, streams) = state.withLock { ($0.outcome, $0.streams) }
        switch outcome {
        case .found(let connection):
            return connection
        case .cancelled:
            throw CancellationError()
        case .failed(let error):
            throw error
        case .over(let reason):
            throw MockError(kind: .notReceived, "waited for \(what), but \(reason); \(soFar(streams))")
        case .passed(let limit):
            throw MockError(
                kind: .notReceived, "waited for \(what), but it has not come within \(limit.brief); \(soFar(streams))")
        case nil:
            throw MockError(kind: .misuse, "waited for \(what), but nobody listens")
        }
    }

    private var what: String {
        ByteText.quoted(pattern.array) + (connection.map { " on connection \($0)" } ?? "")
    }

    private func soFar(_ streams: [Int: Stream]) -> String {
        guard !streams.isEmpty else {
            return side == .server ? "so far nobody has connected" : "so far it has not connected"
        }
        let numbers = streams.keys.sorted()
        let shown = numbers.suffix(3).map { "connection \($0) sent \(text(streams[$0]))" }
        let rest = numbers.count - shown.count
        return "so far " + shown.joined(separator: ", ") + (rest > 0 ? ", and \(counted(rest, "other")) before" : "")
    }

    private func text(_ stream: Stream?) -> String {
        guard let stream, stream.count > 0 else { return "nothing" }
        let bytes = ByteText.quoted(stream.last)
        return stream.count == stream.last.count
            ? bytes : "\(counted(stream.count, "byte")), the last of them \(bytes)"
    }
}
