// Sends in lock-step that the other side did not follow.

extension FailureAccount {
    var isInLockstep: Bool { planned?.step.pacing?.delivery == .lockstep }

    /// The other side has stopped reading between two slices, or before the first.
    func notTakenSlice(within limit: String) -> String {
        let of = planned.map { " of \(counted($0.step.sentCount, "byte"))" } ?? ""
        let how =
            planned?.step.limit == nil ? "then took nothing more of them for \(limit)" : "and not all within \(limit)"
        guard let unread = connection.sample?.unread, unread > 0 else {
            return "\(stepText) is not done: \(failure.offset)\(of) were out, \(how)"
        }
        let rest = "\(counted(unread, "byte")) \(unread == 1 ? "waits" : "wait") in its kernel"
        return "\(stepText) is not done: the \(peer) was sent \(failure.offset)\(of), \(how): \(rest), unread"
    }
}

extension Step {
    /// How many bytes a send has; frames with their headers.
    var sentCount: Int {
        switch kind {
        case .send(let bytes): bytes.array.count
        case .sendFrame(let payload, let framing): (framing ?? .lengthPrefix()).unchecked(payload.array).count
        default: 0
        }
    }
}
