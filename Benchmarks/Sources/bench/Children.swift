// All programs that run now, so that none is left running whichever way this one ends.

import Foundation
import Synchronization

enum Children {
    private static let running = Mutex<Set<pid_t>>([])

    /// Starts a program and notes it, as one act: a signal comes before or after.
    static func starting(_ start: () -> (code: Int32, pid: pid_t?)) -> Int32 {
        running.withLock { running in
            let (code, pid) = start()
            if let pid { running.insert(pid) }
            return code
        }
    }

    static func forget(_ pid: pid_t) {
        _ = running.withLock { $0.remove(pid) }
    }

    /// From now on Ctrl-C and its like kill all that runs, then this program. Call it first, on the main thread: the
    /// threads that come later inherit that they do not take these signals.
    static func dieWithUs() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        let waited = signals
        Thread.detachNewThread {
            var signals = waited
            var number: Int32 = 0
            sigwait(&signals, &number)
            running.withLock { running in
                for pid in running { kill(-pid, SIGKILL) }
                FileHandle.standardError.write(Data("\ninterrupted: nothing is left running\n".utf8))
                exit(128 + number)
            }
        }
    }
}
