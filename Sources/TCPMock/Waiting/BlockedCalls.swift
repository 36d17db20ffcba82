// Which threads are blocked in a call of TCPMock's own: none of them can be the client meanwhile.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A call that blocks the thread that made it, such as a blocking `join()`.
struct BlockedCall: Sendable, Hashable {
    /// As it was written: `server.join()`.
    let name: String
    let location: SourcePosition
    /// On which thread, and on which endpoint.
    let thread: UInt
    let endpoint: ObjectIdentifier?
    /// On the loop's clock; it ended never, or later.
    let began: UInt64
    var ended = UInt64.max

    func holds(at time: UInt64) -> Bool {
        began <= time && time <= ended
    }
}

/// Those that are blocked now, and the latest that were. Only calls that really wait come here.
enum BlockedCalls {
    private struct State {
        var next: UInt64 = 0
        var open: [UInt64: BlockedCall] = [:]
        var ended: [BlockedCall] = []
    }

    /// A report may come a moment after the failure that has ended such a call.
    private static let kept = 16
    private static let state = Locked(State())

    /// The thread that calls this, as a number that no other running thread has.
    static var thisThread: UInt {
        #if canImport(Glibc)
            UInt(pthread_self())
        #else
            UInt(bitPattern: pthread_self())
        #endif
    }

    /// The same where the thread is the caller's own; 0 in a task, whose thread is the pool's and anybody's next.
    static var ownThread: UInt {
        withUnsafeCurrentTask { $0 == nil } ? thisThread : 0
    }

    /// On the clock of the loop thread.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Runs `body`, which blocks, and tells whoever asks that it does.
    static func during(
        _ name: String, at location: SourcePosition, on endpoint: ObjectIdentifier?, _ body: () -> Void
    ) {
        let call = BlockedCall(name: name, location: location, thread: thisThread, endpoint: endpoint, began: now)
        let token = state.withLock { state in
            state.next += 1
            state.open[state.next] = call
            return state.next
        }
        body()
        let end = now
        state.withLock { state in
            guard var call = state.open.removeValue(forKey: token) else { return }
            call.ended = end
            state.ended.append(call)
            if state.ended.count > kept { state.ended.removeFirst() }
        }
    }

    /// All that are known: those that are blocked, and the latest that were.
    static var known: [BlockedCall] {
        state.withLock { $0.ended + $0.open.sorted { $0.key < $1.key }.map(\.value) }
    }
}

extension EndpointReport {
    /// Notes who is blocked, if a limit has passed: asked as soon as that is known, before anybody is woken.
    mutating func noteBlockedCalls(on endpoint: ObjectIdentifier, madeOn thread: UInt) {
        guard failed > 0, connections.contains(where: { $0.failure?.kind == .limit }) else { return }
        let new = BlockedCalls.known.filter { $0.endpoint == endpoint || $0.thread == thread }
        blockedCalls += new.filter { call in
            !blockedCalls.contains { $0.began == call.began && $0.thread == call.thread }
        }
    }
}
