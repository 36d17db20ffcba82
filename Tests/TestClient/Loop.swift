// Standing in the loop thread's way, and waiting for it.

import CEvLoop
import Dispatch

/// Stands on the loop thread until it is let go: nothing is served meanwhile.
public final class LoopBlock: Sendable {
    private let begun = DispatchSemaphore(value: 0)
    private let letGo = DispatchSemaphore(value: 0)

    /// Queues the block behind the jobs so far.
    public init() {
        let context = Unmanaged.passRetained(self)  // released when it has run
        evl_loop_post({ Unmanaged<LoopBlock>.fromOpaque($0!).takeRetainedValue().run() }, context.toOpaque())
    }

    /// Returns when the loop stands still.
    public static func begin() -> LoopBlock {
        let block = LoopBlock()
        block.waitUntilBegun()
        return block
    }

    private func run() {
        begun.signal()
        letGo.wait()
    }

    /// Returns when the loop stands still.
    public func waitUntilBegun() { begun.wait() }
    /// Lets the loop go on.
    public func release() { letGo.signal() }
}

/// Whether the loop comes to a job posted now, in good time.
public func loopTakesAJob(within seconds: Int = 20) -> Bool {
    let done = DispatchSemaphore(value: 0)
    let context = Unmanaged.passRetained(done)  // released when it has run
    evl_loop_post({ Unmanaged<DispatchSemaphore>.fromOpaque($0!).takeRetainedValue().signal() }, context.toOpaque())
    return done.wait(timeout: .now() + .seconds(seconds)) == .success
}
