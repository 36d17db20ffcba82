// A server as a child process: it runs while a test needs it, and ends with the test.

import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A child process that goes on until it is ended, or its deadline has come.
package final class BackgroundChild: Sendable {
    private let process: pid_t
    private let output: FileHandle
    private let state = State()

    // Unchecked: `lock` guards `hasEnded`.
    private final class State: @unchecked Sendable {
        let lock = NSLock()
        var hasEnded = false
    }

    /// Starts `command`, looked up in PATH; whatever happens it is killed after `deadline`.
    package init(_ command: String, _ arguments: [String], deadline: Duration = .seconds(120)) throws {
        let pipe = Pipe()
        let child = Process()
        child.executableURL = URL(fileURLWithPath: try Child.path(of: command))
        child.arguments = arguments
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = pipe
        child.standardError = FileHandle.nullDevice
        let state = state
        child.terminationHandler = { _ in state.lock.withLock { state.hasEnded = true } }
        try child.run()
        process = child.processIdentifier
        output = pipe.fileHandleForReading
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(deadline / .milliseconds(1)))) {
            [state, process] in
            BackgroundChild.kill(process, unless: state)
        }
    }

    /// The first line it prints; "" when it ends before.
    package func firstLine() async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [output] in
                var line: [UInt8] = []
                while let byte = output.readData(ofLength: 1).first, byte != 10 { line.append(byte) }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }

    /// Kills it: this process, and no other. Asking would not do: it inherits the signals that our threads block.
    package func end() {
        BackgroundChild.kill(process, unless: state)
    }

    deinit {
        end()
    }

    private static func kill(_ process: pid_t, unless state: State) {
        state.lock.withLock {
            #if canImport(Glibc)
                if !state.hasEnded { _ = Glibc.kill(process, SIGKILL) }
            #else
                if !state.hasEnded { _ = Darwin.kill(process, SIGKILL) }
            #endif
        }
    }
}
