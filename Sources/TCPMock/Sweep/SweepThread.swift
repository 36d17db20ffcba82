// Threads of a sweep's own: they wait for clients, which a thread of the task pool must not.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// Unchecked: pthread_t is a pointer on some systems; nobody looks behind it.
struct SweepThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Runs `body` on a new thread; ``join()`` waits for its end. Nil when the system has none.
    init?(_ body: @escaping @Sendable () -> Void) {
        // The thread takes it out again and frees it.
        let context = UnsafeMutablePointer<@Sendable () -> Void>.allocate(capacity: 1)
        context.initialize(to: body)
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let code = pthread_create(
            &thread, nil,
            { context in
                SweepThread.run(context)
                return nil
            }, context)
        guard code == 0 else {
            context.deinitialize(count: 1)
            context.deallocate()
            return nil
        }
        #if canImport(Glibc)
            self.thread = thread
        #else
            self.thread = thread!
        #endif
    }

    func join() {
        pthread_join(thread, nil)
    }

    /// Runs `body` on a new thread that nobody waits for; on the caller's when the system has none.
    static func detach(_ body: @escaping @Sendable () -> Void) {
        guard let thread = SweepThread(body) else { return body() }
        pthread_detach(thread.thread)
    }

    /// Runs `body` on so many threads and waits for all; on the caller's when the system has none.
    static func run(on count: Int, _ body: @escaping @Sendable () -> Void) {
        let threads = (0..<count).compactMap { _ in SweepThread(body) }
        if threads.isEmpty { body() }
        for thread in threads { thread.join() }
    }

    private static func run(_ context: UnsafeMutableRawPointer?) {
        guard let context = context?.assumingMemoryBound(to: (@Sendable () -> Void).self) else { return }
        // Signals belong to the threads of the program that is tested; and a command that does not read what it is
        // given must not end us with SIGPIPE.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        let body = context.move()
        context.deallocate()
        body()
    }
}
