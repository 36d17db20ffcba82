// For the few things that must be said where nobody can be thrown at.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard error's descriptor.
let standardError: Int32 = STDERR_FILENO

/// Writes a line to standard error, in one write, without the C library's shared buffers.
package func printToStandardError(_ text: String) {
    ProgressBoard.standardError.stepAside()
    writeAtOnce(text + "\n", to: standardError)
}

/// One write, whatever becomes of it.
func writeAtOnce(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = write(descriptor, bytes, bytes.count)
}

/// What a line is shown on.
struct Terminal: Sendable {
    let descriptor: Int32

    /// Nil where it is none, or one that can't rewrite a line.
    init?(_ descriptor: Int32) {
        guard isatty(descriptor) == 1, getenv("TERM").map({ String(cString: $0) }) != "dumb" else { return nil }
        self.descriptor = descriptor
    }

    /// How many characters fit on a line.
    private var width: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Puts a line in place of the one shown before. The cursor stays at its start: what others write replaces it.
    func show(_ line: String) {
        overwrite(String(line.prefix(max(1, width - 1))))
    }

    /// Takes the line away.
    func clear() {
        overwrite("")
    }

    /// A terminal that is stopped (Control-S) is left alone: a test must not wait for it.
    private func overwrite(_ line: String) {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&state, 1, 0) == 1, state.revents & Int16(POLLOUT) != 0 else { return }
        writeAtOnce("\r\(line)\u{1B}[K\r", to: descriptor)
    }
}
