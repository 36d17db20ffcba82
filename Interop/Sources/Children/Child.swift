// Child processes for tests: started, waited for and, when they take too long, killed. No thread of the task pool
// waits: Foundation's own thread tells when a child has ended.

import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What a child process left behind.
package struct ChildResult: Sendable, CustomStringConvertible {
    /// The exit status; 128 and the signal's number when a signal ended it, as shells say it.
    package let status: Int32
    package let output: String
    package let errors: String
    /// Whether it was killed because its time was over.
    package let wasKilled: Bool

    /// Everything, for a test's message.
    package var description: String {
        "exit status \(status)\(wasKilled ? ", killed at its deadline" : "")\nstdout: \(output)\nstderr: \(errors)"
    }
}

/// Why a child could not be run.
package struct ChildError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

package enum Child {
    /// Processes are started one after the other, on a thread that may block.
    private static let starter = DispatchQueue(label: "children.start")
    private static let deadlines = DispatchQueue(label: "children.deadlines")

    /// Runs `command`, looked up in PATH, and waits for its end.
    ///
    /// - Parameters:
    ///   - input: What it reads from its standard input.
    ///   - environment: Changes to this process's environment; nil takes a variable away.
    ///   - deadline: When to kill it: that process only, never its children.
    package static func run(
        _ command: String, _ arguments: [String], input: String = "", environment: [String: String?] = [:],
        deadline: Duration = .seconds(60)
    ) async throws -> ChildResult {
        let path = try path(of: command)
        let streams = try Streams(input: input)
        defer { streams.remove() }
        let killer = Killer()
        let status = try await withCheckedThrowingContinuation { continuation in
            starter.async {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: path)
                process.arguments = arguments
                process.environment = changed(ProcessInfo.processInfo.environment, by: environment)
                process.standardInput = streams.input
                process.standardOutput = streams.output
                process.standardError = streams.errors
                process.terminationHandler = { ended in
                    killer.disarm()
                    continuation.resume(returning: ended.shellStatus)
                }
                do {
                    try process.run()
                    killer.arm(process.processIdentifier, after: deadline, on: deadlines)
                } catch {
                    continuation.resume(throwing: ChildError(description: "can't run \(path): \(error)"))
                }
            }
        }
        return ChildResult(
            status: status, output: try streams.text("out"), errors: try streams.text("err"),
            wasKilled: killer.hasKilled)
    }

    private static func changed(_ environment: [String: String], by changes: [String: String?]) -> [String: String] {
        var environment = environment
        environment["LC_ALL"] = "C.UTF-8"  // tests read what programs say
        for (name, value) in changes { environment[name] = value }
        return environment
    }

    /// Where PATH finds a command.
    package static func path(of command: String) throws -> String {
        if command.contains("/") { return command }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for folder in folders {
            let path = "\(folder)/\(command)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw ChildError(description: "\(command) is not installed: run Interop/install-clients.sh")
    }
}

extension Process {
    fileprivate var shellStatus: Int32 {
        terminationReason == .uncaughtSignal ? 128 + terminationStatus : terminationStatus
    }
}

/// What a child reads and where it writes. Files and not pipes: nobody needs to read along, and a grandchild that outlives the child
/// keeps no reader waiting.
private struct Streams {
    let folder: URL
    let input: FileHandle
    let output: FileHandle
    let errors: FileHandle

    init(input text: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("in")
        try Data(text.utf8).write(to: file)
        input = try FileHandle(forReadingFrom: file)
        output = try Streams.file(folder.appendingPathComponent("out"))
        errors = try Streams.file(folder.appendingPathComponent("err"))
    }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    func remove() {
        try? input.close()
        try? output.close()
        try? errors.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Kills one process, unless it has ended before.
// Unchecked: all state is under the lock.
private final class Killer: @unchecked Sendable {
    private let lock = NSLock()
    private var hasEnded = false
    private var killed = false

    var hasKilled: Bool { lock.withLock { killed } }

    func arm(_ process: pid_t, after delay: Duration, on queue: DispatchQueue) {
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(delay / .milliseconds(1)))) { [self] in
            lock.withLock {
                guard !hasEnded else { return }
                killed = true
                kill(process, SIGKILL)
            }
        }
    }

    func disarm() {
        lock.withLock { hasEnded = true }
    }
}
