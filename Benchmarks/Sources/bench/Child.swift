// A program that was started: its lines are read, and waited for, with a limit; it never outlives its owner.

import Foundation

/// Why a program's part of a measurement can't be used.
struct ChildFailure: Error, CustomStringConvertible {
    let description: String
}

/// A running program. In a process group of its own, so that whatever it starts ends with it.
final class Child {
    let name: String
    private let pid: pid_t
    private let complaints: URL
    private var input: Int32
    private var output: Int32
    private var unread: [UInt8] = []
    private var isWaitedFor = false
    /// Seconds on a processor, of a program that has ended: what it cost even when the machine had others to serve.
    private(set) var processorSeconds = 0.0

    /// Starts a program on the cores of `cores`, e.g. "0" or "0,1"; what it says on standard error goes to a file.
    init(_ name: String, _ command: [String], cores: String, complaints: URL) throws {
        self.name = name
        self.complaints = complaints
        let (toChild, fromChild) = (try Self.pipe(), try Self.pipe())
        defer {
            close(toChild.read)
            close(fromChild.write)
        }
        input = toChild.write
        output = fromChild.read
        pid = try Self.spawn(
            ["taskset", "-c", cores] + command, input: toChild.read, output: fromChild.write, error: complaints.path)
    }

    deinit {
        end()
    }

    /// The next line, without its end; nil when there is none any more.
    func line(by deadline: Deadline) throws -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeFirst(end + 1)
                return line
            }
            if try !readMore(by: deadline) { return nil }
        }
    }

    func send(_ text: String) {
        _ = text.utf8.withContiguousStorageIfAvailable { write(input, $0.baseAddress, $0.count) }
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Waits until it has ended by itself; throws unless that was with `exit(0)`.
    func finish(by deadline: Deadline) throws {
        while try readMore(by: deadline) {}
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, WNOHANG, &usage) == 0 {
            // The end of its output comes a moment before the end of the process.
            if deadline.isOver { throw failure("did not end within \(deadline.limit) s") }
            poll(nil, 0, 1)
        }
        isWaitedFor = true
        processorSeconds = usage.ru_utime.seconds + usage.ru_stime.seconds
        Children.forget(pid)
        if let meaning = Self.meaning(of: status) { throw failure(meaning) }
    }

    /// What went wrong, with the last that the program said of it.
    func failure(_ what: String) -> ChildFailure {
        let text = (try? String(contentsOf: complaints, encoding: .utf8)) ?? ""
        let last = text.split(separator: "\n").suffix(4).joined(separator: "\n        ")
        return ChildFailure(description: "\(name) \(what)" + (last.isEmpty ? "" : "\n        \(last)"))
    }

    /// Kills it and all that it started, if it still runs.
    private func end() {
        closeInput()
        if output >= 0 { close(output) }
        output = -1
        if isWaitedFor { return }
        kill(-pid, SIGKILL)
        waitpid(pid, nil, 0)
        Children.forget(pid)
    }

    private func readMore(by deadline: Deadline) throws -> Bool {
        var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        if poll(&wait, 1, deadline.millisecondsLeft) == 0 {
            throw failure("said nothing for \(deadline.limit) s")
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(output, &buffer, buffer.count)
        unread += buffer.prefix(max(count, 0))
        return count > 0
    }

    private static func meaning(of status: Int32) -> String? {
        if status & 0x7f != 0 { return "was ended by signal \(status & 0x7f)" }
        let code = (status >> 8) & 0xff
        return code == 0 ? nil : "failed with exit code \(code)"
    }
}

extension Child {
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw ChildFailure(description: "pipe: \(lastError)") }
        // Else a child would hold the ends of the others, and none would see the end of its input.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ command: [String], input: Int32, output: Int32, error: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        // This process blocks the signals that end it (see Children); its children must not.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var pid: pid_t = 0
        let code = Children.starting {
            let code = posix_spawnp(&pid, command[0], &actions, &attributes, &words, environ)
            return code == 0 ? (code, pid) : (code, nil)
        }
        guard code == 0 else {
            throw ChildFailure(description: "\(command[0]): \(String(cString: strerror(code)))")
        }
        return pid
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
