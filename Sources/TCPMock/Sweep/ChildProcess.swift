// A program run to its end, by the thread that asks for it: nothing but system calls, no signal handler, no thread beside.
//
//   pipes, spawn in a group of its own -> feed its input and take its output until both ends are closed -> it has ended
//   -> kill what is left of its group, for the number is ours until it is reaped -> reap
//   or: its time is over, or its task is cancelled -> kill its group -> as above
//   or: it has ended, but something it started keeps the pipes -> as above

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct ChildProcess {
    private var process: pid_t
    private var input: ChildPipe
    private var outputs: [ChildPipe]
    private var unwritten: ArraySlice<UInt8>
    private var kept: [[UInt8]] = [[], []]
    private let most: Int

    /// How often it is seen whether it has ended though its output has not, and whether the task is cancelled.
    private static let glance = Duration.milliseconds(50)

    /// Runs a command to its end; nil: its time was over, or the task was cancelled, and it was killed.
    static func run(_ command: SweepCommand, within limit: Duration?) throws -> SweepCommand.Ending? {
        var child = try ChildProcess(command)
        let isInTime = child.serve(until: limit.map { ContinuousClock.now + $0 })
        let status = child.end()
        return isInTime ? child.ending(status) : nil
    }

    private init(_ command: SweepCommand) throws {
        most = max(0, command.outputLimit)
        unwritten = command.input?.array[...] ?? []
        input = try ChildPipe()
        outputs = []
        process = 0
        do {
            outputs.append(try ChildPipe())
            outputs.append(try ChildPipe())
        } catch {
            closePipes()
            throw error
        }
        let name = command.arguments.first ?? ""
        let code = ChildProcess.spawn(&process, command, [input.read, outputs[0].write, outputs[1].write])
        input.read.close()
        for index in outputs.indices { outputs[index].write.close() }
        guard code == 0 else {
            closePipes()
            throw MockError(kind: .system, "can't run \(name): \(String(cString: strerror(code)))", errno: code)
        }
        input.write.makeNonBlocking()
        for pipe in outputs { pipe.read.makeNonBlocking() }
    }

    // MARK: Its pipes

    /// Until its output has ended, or itself; false: its time was over.
    private mutating func serve(until deadline: ContinuousClock.Instant?) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while outputs.contains(where: \.read.isOpen) || !hasEnded {
            let left = deadline.map { $0 - .now } ?? ChildProcess.glance
            if left <= .zero || Task.isCancelled { return false }
            let isQuiet = !waitForPipes(upTo: min(left, ChildProcess.glance))
            feed()
            for index in outputs.indices { take(index, &buffer) }
            if isQuiet, hasEnded { break }
        }
        return true
    }

    /// Whether a pipe can be used, or has ended, before so much time has passed.
    private func waitForPipes(upTo limit: Duration) -> Bool {
        var waits = outputs.filter(\.read.isOpen).map { pollfd(fd: $0.read.number, events: Int16(POLLIN), revents: 0) }
        if input.write.isOpen, !unwritten.isEmpty {
            waits.append(pollfd(fd: input.write.number, events: Int16(POLLOUT), revents: 0))
        }
        if waits.isEmpty {
            // Its output is closed, and its end, most often a moment later, is not seen by poll(2).
            usleep(200)
            return true
        }
        return poll(&waits, nfds_t(waits.count), Int32(clamping: limit.nanoseconds / 1_000_000 + 1)) > 0
    }

    private mutating func feed() {
        guard input.write.isOpen else { return }
        while !unwritten.isEmpty {
            let count = unwritten.withUnsafeBytes { write(input.write.number, $0.baseAddress, $0.count) }
            let code = errno
            if count < 0, code == EAGAIN || code == EINTR { return }
            if count <= 0 { break }  // it does not read: EPIPE, for signals are blocked on this thread
            unwritten = unwritten.dropFirst(count)
        }
        input.write.close()
    }

    private mutating func take(_ index: Int, _ buffer: inout [UInt8]) {
        while outputs[index].read.isOpen {
            let count = read(outputs[index].read.number, &buffer, buffer.count)
            let code = errno
            if count < 0, code == EAGAIN { return }
            if count < 0, code == EINTR { continue }
            guard count > 0 else { return outputs[index].read.close() }
            kept[index] += buffer.prefix(min(count, most - kept[index].count))
        }
    }

    // MARK: Its end

    /// Whether it has ended; it is not reaped, so that its number, and its group's, stay its own.
    private var hasEnded: Bool { ChildProcess.waitForEnd(of: process, WNOHANG) }

    private static func waitForEnd(of process: pid_t, _ options: Int32) -> Bool {
        var information = siginfo_t()
        var result: Int32
        repeat {
            information.si_signo = 0
            result = waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT | options)
        } while result < 0 && errno == EINTR
        // Somebody in this process reaps all children, or has SIGCHLD ignored: it has ended, and its status is lost.
        return result < 0 || information.si_signo == SIGCHLD
    }

    /// Ends it and all that is left of its group, and reaps it.
    private mutating func end() -> Int32 {
        kill(-process, SIGKILL)
        closePipes()
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private mutating func closePipes() {
        input.close()
        for index in outputs.indices { outputs[index].close() }
    }

    /// What wait(2)'s macros take out of a status.
    private func ending(_ status: Int32) -> SweepCommand.Ending {
        let signal = status & 0x7f
        return SweepCommand.Ending(
            status: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal, output: kept[0],
            errors: kept[1])
    }
}
