// A terminal's colours, where there is one.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Colours lines, or leaves them as they are.
struct Ink: Sendable {
    private let isOn: Bool

    /// - Parameter setting: `automatic` is on where standard output is a terminal that has not asked for none.
    init(_ setting: MockServer.Setting) {
        isOn =
            switch setting {
            case .on: true
            case .off: false
            case .automatic: Ink.isWanted(isTerminal: isatty(STDOUT_FILENO) == 1, environment: Ink.variable)
            }
    }

    /// What https://no-color.org asks for: any `NO_COLOR` that is not empty means none.
    static func isWanted(isTerminal: Bool, environment: (String) -> String?) -> Bool {
        let isRefused = environment("NO_COLOR").map { !$0.isEmpty } ?? false
        return isTerminal && !isRefused && environment("TERM") != "dumb"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    func dim(_ line: String) -> String { paint(line, "2") }

    /// The line of an entry: failures red, faults yellow, ends magenta, each direction its own.
    func color(_ line: String, as entry: Conversation.Entry) -> String {
        if entry.mark?.outcome == .failed { return paint(line, "1;31") }
        switch entry.content {
        case .message(let message): return paint(line, message.flow == .received ? "36" : "34")
        case .ended, .reset: return paint(line, "35")
        case .kernel: return paint(line, "33")
        case .failed: return paint(line, "1;31")
        case .cut: return paint(line, "2")
        case .connected, .done, .closed: return line
        }
    }

    private func paint(_ line: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(line)\u{1B}[0m" : line
    }
}
