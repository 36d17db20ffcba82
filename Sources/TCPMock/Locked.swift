// A value behind a lock.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A value that one thread at a time may touch, guarded by a pthread mutex.
///
/// Not `Synchronization.Mutex`: on Linux that is a bare futex which the thread sanitizer does not know, so that it
/// would call each correct use a race, in our tests and in those of our users.
package final class Locked<Value: Sendable>: @unchecked Sendable {  // `value` is touched with the mutex held only
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with the lock held: a few lines, that call nobody out.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
