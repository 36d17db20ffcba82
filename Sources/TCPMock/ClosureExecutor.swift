// Where the closures of scripts run.

import Dispatch

/// Runs closures on threads of its own.
///
/// Not on the task pool's: a test that blocks one of its few threads, as one with a blocking client does, would wait
/// there for a reply that waits for a thread.
final class ClosureExecutor: TaskExecutor {
    static let shared = ClosureExecutor()

    private let queue = DispatchQueue(label: "TCPMock.closures", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
