// Where the closures of scripts run.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs closures on threads that it owns; there are as many as are busy.
///
/// Not on the task pool's, nor on those of a dispatch queue, which share one limit with the pool: a test that blocks a
/// thread, as one with a blocking client does, would wait there for a reply that waits for a thread. Neither do
/// closures that block keep others from running.
// Unchecked: all that changes is used with the mutex held.
final class ClosureExecutor: TaskExecutor, @unchecked Sendable {
    static let shared = ClosureExecutor()

    /// More closures than this may wait for a thread, but not block one at the same time.
    private static let mostThreads = 512
    /// A thread that has had nothing to do for so long ends.
    private static let patience = 5

    private var jobs: [UnownedJob] = []
    private var first = 0
    private var idle = 0
    private var threads = 0
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private init() {
        mutex.initialize(to: pthread_mutex_t())
        wake.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        jobs.append(job)
        let waiting = jobs.count - first
        if waiting > idle, threads < ClosureExecutor.mostThreads {
            threads += 1
            if !startThread() { threads -= 1 }
        }
        pthread_cond_signal(wake)
        pthread_mutex_unlock(mutex)
    }

    /// False when the system has none; those that run take the job then.
    private func startThread() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        return pthread_create(
            &thread, &attributes,
            { _ in
                blockSignals()
                ClosureExecutor.shared.work()
                return nil
            }, nil) == 0
    }

    private func work() {
        while let job = next() {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// The next job, or nil when there was none for a while: then the thread is counted out.
    private func next() -> UnownedJob? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var end = timespec()
        clock_gettime(CLOCK_REALTIME, &end)
        end.tv_sec += ClosureExecutor.patience
        while first == jobs.count {
            idle += 1
            let result = pthread_cond_timedwait(wake, mutex, &end)
            idle -= 1
            if result == ETIMEDOUT, first == jobs.count {
                threads -= 1
                return nil
            }
        }
        let job = jobs[first]
        first += 1
        if first == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            first = 0
        }
        return job
    }
}

/// Signals belong to the threads of the program that is tested.
private func blockSignals() {
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
}
