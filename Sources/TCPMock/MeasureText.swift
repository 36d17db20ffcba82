// What was measured, in words: for failures, and for what is no failure because the machine may be to blame.

struct MeasureText {
    private let measure: ConnectionReport.Measure
    private let step: String
    private let peer: String

    init(_ measure: ConnectionReport.Measure, step: Step?, peer: String) {
        self.measure = measure
        self.step = step.map { "\($0)" } ?? "the step"
        self.peer = peer
    }

    var kind: ScriptFailure.Kind {
        switch measure.kind {
        case .latency: .latency
        case .segments: .segments
        case .noDelay: .noDelay
        }
    }

    var headline: String {
        switch measure.kind {
        case .latency: "\(step) took \(brief(measure.measured)), over the \(brief(measure.bound)) of its latency"
        case .segments: "\(step) came in \(number), expected \(measure.bound)\(inPieces)"
        case .noDelay: "\(step): \(socket)"
        }
    }

    /// Who says so, and what the machine was like.
    var details: [String] {
        switch measure.kind {
        case .latency: [clock, machine]
        case .segments, .noDelay: []
        }
    }

    /// What to do about a failure.
    var advice: String {
        switch measure.kind {
        case .latency:
            "the \(peer) took that long itself: does it sleep, poll or wait for more before it answers?"
        case .segments where measure.measured > measure.bound:
            "put header and body into one buffer and write that, or use writev(2), or TCP_CORK around the writes"
        case .segments:
            "several writes were made one, by the \(peer) or, while earlier ones were under way, by its kernel"
        case .noDelay:
            "set it on the \(peer)'s socket: without it a small write can wait until the one before is acknowledged"
        }
    }

    /// Why nobody is to blame.
    var doubt: [String] {
        switch measure.kind {
        case .latency: [clock, machine, "so        the machine may have been the slow one: nobody is accused"]
        case .segments where measure.isAgain:
            [
                "kernel    the \(peer)'s may have sent some of them again, as kernels do when a busy machine is late to acknowledge: "
                    + "nobody is accused"
            ]
        case .segments where measure.most == UInt64.max:
            ["kernel    how many segments had come when the step began, or had ended, is not known"]
        case .segments:
            ["kernel    some of them may have been its neighbours': the \(peer) had sent more than this step takes"]
        case .noDelay: []
        }
    }

    // MARK: Latency

    private var clock: String {
        let from = "clock     from when the step became current"
        guard measure.isStamped else {
            return "\(from) to when the loop read its last byte, for the kernel had not stamped it"
        }
        let others = measure.isShared ? ", which more was behind" : ""
        return
            "\(from) to the kernel's stamp of its last byte\(others); the loop read it \(brief(measure.untilRead)) later"
    }

    private var machine: String {
        let late =
            "machine   the loop's own wake-ups were late by \(measure.late == 0 ? "nothing" : brief(measure.late))"
        let waited = measure.waited == 0 ? "nothing" : brief(measure.waited)
        return switch measure.witness {
        case .nobody: "\(late); nobody here can say how long the \(peer) had to wait for a processor"
        case .threads: "\(late), and this process's threads may have waited \(waited) for a processor meanwhile"
        case .pressure: "\(late), and a task of the machine may have waited \(waited) for a processor meanwhile"
        }
    }

    // MARK: Segments

    private var number: String {
        if measure.measured == measure.most { return counted(Int(clamping: measure.measured), "segment") }
        if measure.most == UInt64.max { return "at least \(counted(Int(clamping: measure.measured), "segment"))" }
        return "\(measure.measured) to \(measure.most) segments"
    }

    private var inPieces: String {
        if measure.measured > measure.bound { return ": the \(peer) wrote it in pieces" }
        return measure.most < measure.bound ? ": the \(peer) wrote more at a time" : ""
    }

    // MARK: TCP_NODELAY

    private var socket: String {
        switch measure.measured {
        case 0: "the \(peer) has not set TCP_NODELAY"
        case 2: "whether the \(peer) had set TCP_NODELAY is not known: it had closed its socket"
        default:
            "whether the \(peer) has set TCP_NODELAY is not known: its socket is another process's, or its system does not tell"
        }
    }

    private func brief(_ time: UInt64) -> String {
        Duration.nanoseconds(time).brief
    }
}
