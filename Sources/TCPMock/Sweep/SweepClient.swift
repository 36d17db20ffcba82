// The client that a sweep runs: a closure, a closure that blocks, or a command.

/// How a client ended, as the sweep takes it down.
struct SweepEnding: Sendable {
    let outcome: SweepOutcome
    var detail = ""
}

/// Runs the client once, against a server. What it throws ends the sweep: it could not be run at all.
struct SweepClient: Sendable {
    /// - `limit`: how long a command may take; nil: as long as it likes. Closures are watched from outside.
    typealias Play = @Sendable (_ server: MockServer, _ limit: Duration?) async throws -> SweepEnding

    let play: Play
    /// Whether it holds the thread it runs on.
    let blocks: Bool
    /// Whether it lives in this process, and can leave something behind there.
    let isInside: Bool

    static func closure<R>(
        _ classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome,
        _ body: @escaping @Sendable (MockServer) async throws -> R
    ) -> SweepClient {
        SweepClient(
            play: { server, _ in
                let result: Result<R, any Error>
                do {
                    result = .success(try await body(server))
                } catch {
                    result = .failure(error)
                }
                return SweepEnding(result, classify)
            }, blocks: false, isInside: true)
    }

    static func blocking<R>(
        _ classify: @escaping @Sendable (Result<R, any Error>) -> SweepOutcome,
        _ body: @escaping @Sendable (MockServer) throws -> R
    ) -> SweepClient {
        SweepClient(
            play: { server, _ in SweepEnding(Result { try body(server) }, classify) }, blocks: true, isInside: true)
    }
}

extension SweepEnding {
    fileprivate init<R>(_ result: Result<R, any Error>, _ classify: (Result<R, any Error>) -> SweepOutcome) {
        outcome = classify(result)
        if case .failure(let error) = result { detail = "\(error)".visible }
    }
}

extension SweepOutcome {
    /// What a closure's result is called by default: `returned` with the value's description, or `threw` with the error's type.
    public init<R>(_ result: Result<R, any Error>) {
        switch result {
        case .success(let value): self = .returned(R.self == Void.self ? "" : "\(value)")
        case .failure(let error): self = .threw(error)
        }
    }
}
