// One hello test: a listener is made, spoken to, judged and closed.

import CClient
import Dispatch
import FlyingSocks
import Foundation
import PeerKit
import Synchronization

private let hello = Conversation(expected: Array("Hello, server!".utf8), reply: Data("Hello, client!".utf8))

func fixture(_ arguments: Arguments) throws -> Never {
    if arguments.text("pool") == "fresh" {
        try measureFixture(arguments) {
            let pool = try wait { try await startPool() }
            let running = Task { try await pool.run() }
            defer { running.cancel() }
            return try test(on: pool)
        }
    }
    let pool = try wait { try await startPool() }
    Task { try await pool.run() }
    try measureFixture(arguments) { try test(on: pool) }
}

private func test(on pool: some AsyncSocketPool) throws -> Bool {
    let (socket, port) = try listen()
    let served = Outcome<Bool>()
    Task {
        served.give(
            await Result(catching: {
                let listener = try AsyncSocket(socket: socket, pool: pool)
                let (bytes, isRight) = await hello.play(on: try await listener.nextConnection())
                return isRight && bytes == 14
            }))
    }
    let answered = cclient_hello(UInt16(port))
    let isRight = try served.wait()
    try socket.close()
    return answered && isRight
}

/// Blocks this thread, which is none of the pool's, until the task is done.
private func wait<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    Task { outcome.give(await Result(catching: body)) }
    return try outcome.wait()
}

/// What a task came to, for a thread that blocks until then.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    func give(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
        done.signal()
    }

    func wait() throws -> Value {
        done.wait()
        return try result.withLock { try $0!.get() }
    }
}

extension Result where Failure == any Error, Success: Sendable {
    fileprivate init(catching body: @Sendable () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
