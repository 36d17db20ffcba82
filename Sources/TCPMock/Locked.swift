// A value behind a lock.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A value that one thread at a time may touch, guarded by a pthread mutex. Copies share it.
///
/// Not `Synchronization.Mutex`: on Linux that is a bare futex which the thread sanitizer does not know, so that it
/// would call each correct use a race, in our tests and in those of our users.
// Unchecked: the value is touched with the mutex held only.
package struct Locked<Value: Sendable>: @unchecked Sendable {
    /// The value, and behind it, in the same memory, the mutex.
    private final class Storage: ManagedBuffer<Value, pthread_mutex_t> {
        deinit {
            _ = withUnsafeMutablePointerToElements { pthread_mutex_destroy($0) }
        }
    }

    private let storage: ManagedBuffer<Value, pthread_mutex_t>

    package init(_ value: Value) {
        storage = Storage.create(minimumCapacity: 1) { _ in value }
        storage.withUnsafeMutablePointerToElements { mutex in
            mutex.initialize(to: pthread_mutex_t())
            pthread_mutex_init(mutex, nil)
        }
    }

    /// Runs `body` with the lock held: a few lines, that call nobody out.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try storage.withUnsafeMutablePointers { value, mutex in
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&value.pointee)
        }
    }
}
