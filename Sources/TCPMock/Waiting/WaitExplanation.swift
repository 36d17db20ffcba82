// Who waits for whom, in words. Pure: facts in, text out; the causes are in WaitExplanation+Causes.swift.

/// What can be said of a wait that a limit has ended.
struct WaitExplanation: Sendable, Equatable {
    struct Fact: Sendable, Equatable {
        let topic: String
        let text: String
    }

    /// What is known, one line each.
    let facts: [Fact]
    /// What is likely, in one sentence; nil: nothing can be said.
    let cause: String?

    init(_ wait: WaitFacts) {
        facts = wait.sendingFacts + wait.arrivingFacts + wait.threadFacts
        cause = wait.cause.map(wait.orTheBlockedThread)
    }
}

extension WaitFacts {
    /// Our own queues: what our kernel did not take, and what the other side's has not acknowledged.
    fileprivate var sendingFacts: [WaitExplanation.Fact] {
        let stuck = queues?.unacknowledged ?? 0
        let here = unwritten > 0 ? "\(counted(unwritten, "byte")) \(isOrAre(unwritten)) not yet the kernel's" : nil
        let there = stuck > 0 ? "\(counted(stuck, "byte")) not acknowledged by the \(peer)'s kernel" : nil
        let all = [here, there].compactMap { $0 }
        return all.isEmpty ? [] : [.init(topic: "sending", text: all.joined(separator: ", and "))]
    }

    /// The other side's queues: what has come and was not read, and what it could not send.
    fileprivate var arrivingFacts: [WaitExplanation.Fact] {
        guard let queues else { return [] }
        let held =
            queues.held > 0
            ? "\(counted(queues.held, "byte")) of the \(peer)'s \(isOrAre(queues.held)) unread here" : nil
        let room = queues.hasRoom ? "" : ", which has no room for more"
        let withheld =
            queues.withheld > 0
            ? "\(counted(queues.withheld, "byte")) \(held == nil ? "of the \(peer)'s \(isOrAre(queues.withheld)) " : "")still in its own kernel\(room)"
            : nil
        let all = [held, withheld].compactMap { $0 }
        return all.isEmpty ? [] : [.init(topic: "arriving", text: all.joined(separator: ", and "))]
    }

    fileprivate var threadFacts: [WaitExplanation.Fact] {
        let shown = blocked.prefix(3).map { call in
            let who = call.thread == thread ? "the thread that made the \(side.noun)" : "a thread"
            return "\(who) is blocked in \(call.name) at \(call.location), so it can't be the \(peer) that sends"
        }
        let more = blocked.count > 3 ? ["\(blocked.count - 3) more are blocked in such calls"] : []
        return (shown + more).map { .init(topic: "threads", text: $0) }
    }

    /// Nobody can tell which thread is the client's: only that it can't be a blocked one that does something.
    fileprivate func orTheBlockedThread(_ cause: String) -> String {
        guard let call = blocked.first else { return cause }
        let joint = cause.hasSuffix("?") ? "\(cause.dropLast())," : "\(cause);"
        return "\(joint) or is the \(peer) to run on the thread that is blocked in \(call.name)?"
    }

    private func isOrAre(_ count: Int) -> String {
        count == 1 ? "is" : "are"
    }
}
