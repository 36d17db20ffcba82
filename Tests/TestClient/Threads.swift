// What a client does on a thread of its own, so that no thread of the task pool is held.

public import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs `body` on a new thread; wait on what is returned for its end.
public func onAThread(_ body: @escaping @Sendable () -> Void) -> DispatchSemaphore {
    let done = DispatchSemaphore(value: 0)
    let queue = DispatchQueue(label: "client")
    queue.async {
        body()
        done.signal()
    }
    return done
}

/// Runs `body`, which blocks, on a thread of its own, and waits for it without holding one of the task pool.
public func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "client").async {
            continuation.resume(with: Result { try body() })
        }
    }
}

/// For clients whose tardiness is what is tested.
public func pause(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
}
