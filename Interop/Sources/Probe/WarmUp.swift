// What a process opens once and keeps, and when it is safe to count.

import Foundation

/// One server, and what the runtime itself opens once: the task pool's threads, the clock's descriptor.
func warmUp() async throws {
    let width = ProcessInfo.processInfo.activeProcessorCount
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<(4 * width) { group.addTask { usleep(2000) } }
    }
    try await Task.sleep(for: .milliseconds(1))
    _ = try await runServers(1)
    try await untilAllSocketsAreClosed()
}

/// The loop thread closes what was dropped in its own time: soon.
func untilAllSocketsAreClosed() async throws {
    let end = ContinuousClock.now + .seconds(10)
    while try Facts.openTCPSockets() > 0, ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(2))
    }
}
