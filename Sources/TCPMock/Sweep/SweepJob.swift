// One run of the client, as the thread that waits for it sees it.
//
//   start -> a task makes the server and runs the client -> done
//   or: the limit passes -> the task is cancelled, the server stopped -> the client ends by that, or is left behind

import Dispatch

final class SweepJob: Sendable {
    private struct State {
        var server: MockServer?
        var task: Task<Void, Never>?
        var ending: Result<SweepEnding, any Error>?
        var ended: UInt64 = 0
        var isCancelled = false
    }

    let subject: SweepCase
    private let client: SweepClient
    private let servers: SweepServers
    private let options: SweepOptions
    private let state = Locked(State())
    private let done = DispatchSemaphore(value: 0)

    init(_ subject: SweepCase, _ client: SweepClient, _ servers: SweepServers, _ options: SweepOptions) {
        self.subject = subject
        self.client = client
        self.servers = servers
        self.options = options
    }

    var server: MockServer? { state.withLock { $0.server } }
    /// How the client ended; nil while it has not.
    var ending: Result<SweepEnding, any Error>? { state.withLock { $0.ending } }

    /// When it had, on the loop's clock; 0 while it has not.
    var ended: UInt64 { state.withLock { $0.ended } }

    /// Runs the client in a task of the calling task's.
    func start() {
        let task =
            client.blocks
            ? Task(executorPreference: ClosureExecutor.shared) { [self] in await perform() }
            : Task { [self] in await perform() }
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    private func perform() async {
        let ending: Result<SweepEnding, any Error>
        do {
            ending = .success(try await client.play(try makeServer(), limit))
        } catch {
            ending = .failure(error)
        }
        let now = SocketCalls.now
        state.withLock { state in
            state.ending = ending
            state.ended = now
        }
        done.signal()
    }

    private func makeServer() throws -> MockServer {
        let server = try servers.make(subject.script)
        state.withLock { $0.server = server }
        return server
    }

    /// Nil: the limits are off.
    var limit: Duration? {
        TimeoutScale.current.nanoseconds(of: options.limit).map { Duration.nanoseconds($0) }
    }

    /// Whether the client ended before so much time had passed; nil: as much as it takes.
    func wait(_ limit: Duration?) -> Bool {
        guard let limit else {
            done.wait()
            return true
        }
        return done.wait(timeout: .now() + .nanoseconds(Int(clamping: limit.nanoseconds))) == .success
    }

    /// Asks the client to end.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }
}
