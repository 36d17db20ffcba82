// Tests that block, on threads that may be blocked.

import Dispatch
import Testing

extension Trait where Self == BlockingTrait {
    /// For tests that sleep, or wait for bytes, without awaiting: on the task pool, which has a thread for each core, two of
    /// these would hold up all others.
    static var blocking: Self { Self() }
}

struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Threads.shared) { try await function() }
    }
}

/// As many threads as are held at a time.
private final class Threads: TaskExecutor {
    static let shared = Threads()
    private let queue = DispatchQueue(label: "blocking tests", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
