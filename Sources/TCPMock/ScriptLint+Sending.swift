// Sends that can't be done because nobody reads: both sides would write, each waiting for the other.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension ScriptLint {
    /// What has been sent since the script stopped reading.
    struct Unanswered: Sendable {
        /// Where it stopped: ``Step/Kind/stopReading``, or an expectBackpressure that found the other side held up.
        let since: Step
        var bytes = 0
        /// The first send with which it is too much, and how much it is with it.
        var excess: (send: Step, bytes: Int)?
    }

    /// Counts what is sent to a client that may be held up in writing, and so may not read: it must fit into the two
    /// kernels if the script goes on only when all of it is written.
    ///
    /// A step that reads is played while what was sent still waits, and a send with a limit of its own, or in lock-step,
    /// says that somebody reads: neither is counted.
    static func countUnanswered(_ step: Step, _ state: inout State) throws {
        let reads = step.needsReading || step.isExpectDisconnect
        if !reads, !step.isSentWithTheRest { try checkUnanswered(state) }
        switch step.kind {
        case .stopReading, .expectBackpressure: state.unanswered = state.unanswered ?? Unanswered(since: step)
        case .resumeReading, .wait: state.unanswered = nil
        case _ where reads: state.unanswered = nil
        case .send, .sendFrame:
            guard step.limit == nil, step.pacing?.delivery != .lockstep else { return }
            guard let before = state.unanswered?.bytes else { return }
            let (all, isTooMuch) = before.addingReportingOverflow(step.sentCount)
            add(isTooMuch ? .max : all, with: step, &state)
        default: break
        }
    }

    private static func add(_ bytes: Int, with step: Step, _ state: inout State) {
        state.unanswered?.bytes = bytes
        if state.unanswered?.excess == nil, bytes > KernelRoom.bytes(over: state.transport) {
            state.unanswered?.excess = (step, bytes)
        }
    }

    /// Counts what further rounds of a repeat send of which two have been walked, each of them sending `each`.
    ///
    /// A round that reads sends nothing more than the one before; of the others it is plain in which the sum is too much.
    /// That one is walked to find the send, and one more for what stands before it in the body.
    static func walkFurtherRounds(
        _ rounds: Int, of body: [Step], sending each: Int, depth: Int, _ state: inout State
    ) throws {
        guard rounds > 0, each > 0, let sent = state.unanswered else { return }
        let (more, isTooMuch) = each.multipliedReportingOverflow(by: rounds)
        let (all, isMore) = sent.bytes.addingReportingOverflow(more)
        let total = isTooMuch || isMore ? Int.max : all
        let room = KernelRoom.bytes(over: state.transport)
        if sent.excess == nil, total > room {
            let fitting = (room - sent.bytes) / each
            state.unanswered?.bytes += fitting * each
            for _ in 0..<min(2, rounds - fitting) { try walk(body, depth: depth, &state) }
        }
        state.unanswered?.bytes = total
    }

    private static func checkUnanswered(_ state: State) throws {
        guard let unanswered = state.unanswered, let (send, bytes) = unanswered.excess else { return }
        throw problem(
            send,
            "\(send) can't be done while the other side is held up in writing: with it \(counted(bytes, "byte")) are "
                + "sent while nothing is read (since \(unanswered.since), line \(unanswered.since.location.line)), and the two "
                + "kernels hold \(grouped(KernelRoom.bytes(over: state.transport))) at most. Read before it, or say by a limit "
                + "of its own (within:) that the other side reads meanwhile")
    }

    /// Whether the unwritten end can be played: it may wait until all is written, as a written one does.
    static func checkEnd(_ end: Step, after state: State) throws {
        var state = state
        if state.terminal == nil, state.served == nil { try countUnanswered(end, &state) }
    }
}

extension Step {
    /// A send that does not wait until what was sent before it is written.
    fileprivate var isSentWithTheRest: Bool {
        switch kind {
        case .send, .sendFrame: pacing == nil
        default: false
        }
    }
}

/// How much the two kernels can hold of what a peer does not read.
enum KernelRoom {
    /// Over TCP: the longest send buffer and the receive buffer of a socket that has read nothing yet, as tcp(7) has them:
    /// the last number of tcp_wmem and the middle one of tcp_rmem. Payload takes more than its length there, so that less
    /// fits in fact: 2.2 MB were counted of 4.3. Of a Unix-domain socket: the send buffer alone; see unix(7).
    static func bytes(over transport: MockAddress.Family) -> Int {
        transport == .unix ? unix : tcp
    }

    private static let tcp =
        (number(2, in: "/proc/sys/net/ipv4/tcp_wmem") ?? 4 << 20)
        + (number(1, in: "/proc/sys/net/ipv4/tcp_rmem") ?? 128 << 10)
    private static let unix = number(0, in: "/proc/sys/net/core/wmem_default") ?? 208 << 10

    /// One of the numbers in a file of the kernel's; nil where there is none.
    private static func number(_ index: Int, in path: String) -> Int? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.indices.contains(index) ? Int(words[index]) : nil
    }
}
