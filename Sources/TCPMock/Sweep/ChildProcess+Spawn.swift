// Starting a program: its pipes, its group, its signals.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One end of a pipe.
struct PipeEnd {
    private(set) var number: Int32

    var isOpen: Bool { number >= 0 }

    mutating func close() {
        guard isOpen else { return }
        #if canImport(Glibc)
            _ = Glibc.close(number)
        #else
            _ = Darwin.close(number)
        #endif
        number = -1
    }

    func makeNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }
}

struct ChildPipe {
    var read: PipeEnd
    var write: PipeEnd

    /// Between a pipe and its being marked no child may be started: it would inherit the pipe, which then never ends.
    /// (pipe2(2) does both at once, but Swift does not see it.) What it guards is no value of its own.
    static let starting = Locked(false)

    /// A pipe that no child inherits but as a copy under another number.
    init() throws {
        var ends: [Int32] = [-1, -1]
        let code = ChildPipe.starting.withLock { _ -> Int32 in
            guard pipe(&ends) == 0 else { return errno }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return 0
        }
        guard code == 0 else {
            throw MockError(kind: .system, "can't make a pipe: \(String(cString: strerror(code)))", errno: code)
        }
        read = PipeEnd(number: ends[0])
        write = PipeEnd(number: ends[1])
    }

    mutating func close() {
        read.close()
        write.close()
    }
}

extension ChildProcess {
    /// Starts it with these as its standard input, output and error; answers 0 or an error number.
    static func spawn(_ process: inout pid_t, _ command: SweepCommand, _ streams: [PipeEnd]) -> Int32 {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (number, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream.number, Int32(number))
        }
        setSignals(&attributes)
        return withCStrings(command.arguments) { arguments in
            withCStrings(environment(changedBy: command.environment)) { environment in
                guard let program = arguments[0] else { return EINVAL }
                return ChildPipe.starting.withLock { _ in
                    posix_spawnp(&process, program, &actions, &attributes, arguments, environment)
                }
            }
        }
    }

    #if canImport(Glibc)
        private typealias Attributes = posix_spawnattr_t
    #else
        private typealias Attributes = posix_spawnattr_t?
    #endif

    /// A group of its own, so that all it starts can be ended; and no signal blocked or ignored, as this thread has them.
    private static func setSignals(_ attributes: inout Attributes) {
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private static func environment(changedBy changes: [String: String?]) -> [String] {
        var lines: [String] = []
        var entry = environ
        while let line = entry.pointee {
            lines.append(String(cString: line))
            entry += 1
        }
        let kept = lines.filter { line in changes[String(line.prefix { $0 != "=" })] == nil }
        return kept + changes.sorted { $0.key < $1.key }.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }

    private static func withCStrings<R>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
    ) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
