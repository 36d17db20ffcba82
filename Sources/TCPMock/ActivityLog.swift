// What goes on, told to a logger while it happens. The loop thread only notes facts; lines are made elsewhere.

import Dispatch
import Logging

/// Turns an endpoint's events into lines of a log, in order, on a queue that all endpoints share.
final class ActivityLog: Sendable {
    /// How far the streams of a connection have been told.
    struct Position: Sendable {
        var consumed = 0
        var sent = 0
    }

    /// What the core has to tell.
    enum Level {
        case off, events, everything
    }

    private struct State {
        var positions: [Int: Position] = [:]
        var plan: Locked<EndpointPlan>?
        /// Lines from before the endpoint was made whole.
        var early: [@Sendable () -> Void] = []
    }

    private static let queue = DispatchQueue(label: "TCPMock.log")

    private let logger: Logger
    private let state = Locked(State())
    /// Whether single steps are told, and need the bytes copied that belong to them.
    let tellsSteps: Bool

    init(_ logger: Logger) {
        self.logger = logger
        tellsSteps = logger.logLevel <= .debug
    }

    var level: Level { logger.logLevel <= .trace ? .everything : .events }

    /// The endpoint is ready.
    func begin(_ plan: Locked<EndpointPlan>) {
        state.withLock { state in
            state.plan = plan
            // In the lock, so that no line overtakes them.
            enqueue { log in
                let (side, address) = plan.withLock { ($0.side, $0.listening) }
                let doing = side == .server ? "listening on" : "connecting to"
                log.line(.debug, "initialised, \(doing) \(address.map { "\($0)" } ?? "nothing")")
            }
            for line in state.early { ActivityLog.queue.async(execute: line) }
            state.early = []
        }
    }

    /// Returns when all lines so far have been written.
    func flush() {
        ActivityLog.queue.sync {}
    }

    // MARK: What happens; mostly on the loop thread

    func previous(of connection: Int) -> Position {
        state.withLock { $0.positions[connection] ?? Position() }
    }

    /// `connection` has the bytes since ``previous(of:)``; when it has closed, its whole record.
    func happened(_ event: ConnectionReport.Event, _ connection: ConnectionReport) {
        let previous = state.withLock { state in
            let previous = state.positions[connection.number] ?? Position()
            let isLast = event.kind == .closed
            state.positions[connection.number] = isLast ? nil : Position(consumed: event.consumed, sent: event.sent)
            return previous
        }
        later { log in
            let sent = event.sent - previous.sent
            if sent > 0, event.kind != .closed {
                log.line(.trace, "sent \(counted(sent, "byte"))", on: connection.number)
            }
            event.kind == .closed ? log.closed(connection) : log.tell(event, connection, since: previous)
        }
    }

    func received(_ count: Int, on connection: Int) {
        later { $0.line(.trace, "received \(counted(count, "byte"))", on: connection) }
    }

    func turned(_ fault: ConnectFault?) {
        later { log in
            switch fault?.kind {
            case nil: log.line(.debug, "brought up, listening")
            case .down: log.line(.debug, "taken down, not listening")
            default: log.line(.debug, fault.map { "connectFault \($0): \($0.effect)" } ?? "")
            }
        }
    }

    private func later(_ body: @escaping @Sendable (ActivityLog) -> Void) {
        state.withLock { state in
            if state.plan == nil {
                state.early.append { body(self) }
            } else {
                enqueue(body)
            }
        }
    }

    private func enqueue(_ body: @escaping @Sendable (ActivityLog) -> Void) {
        ActivityLog.queue.async { body(self) }
    }

    // MARK: Lines; on the queue

    private var plan: EndpointPlan? {
        state.withLock { $0.plan }?.withLock { $0 }
    }

    private func tell(_ event: ConnectionReport.Event, _ connection: ConnectionReport, since previous: Position) {
        guard logger.logLevel <= .debug else { return }
        let script = connection.script.flatMap { plan?.script(at: $0) } ?? ScriptPlan()
        let builder = ConversationBuilder(connection, script)
        let conversation = builder.conversation
        let entries = builder.entries(
            event, 0..<max(0, event.consumed - previous.consumed), 0..<max(0, event.sent - previous.sent))
        for entry in entries {
            guard let text = conversation.text(entry) else { continue }
            line(.debug, text, on: connection.number, step: entry.mark?.number)
        }
    }

    private func closed(_ connection: ConnectionReport) {
        if connection.failure != nil, let plan {
            var report = EndpointReport()
            report.connections = [connection]
            for failure in Judge.verdict(plan, report).failures {
                line(
                    .error, "failed: \(failure.summary)", on: connection.number, step: failure.step,
                    at: failure.location)
            }
        }
        let (received, sent) = (connection.receivedTotal, connection.sentCount)
        line(
            .debug, "closed connection after \(counted(received + sent, "byte")) (\(received) received, \(sent) sent)",
            on: connection.number)
    }

    private func line(
        _ level: Logger.Level, _ text: String, on connection: Int? = nil, step: Int? = nil,
        at location: SourcePosition? = nil
    ) {
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [:]
        if let address = plan?.listening { metadata["server"] = "\(address)" }
        if let connection { metadata["connection"] = "\(connection)" }
        if let step { metadata["step"] = "\(step)" }
        if let location { metadata["location"] = "\(location)" }
        ProgressBoard.standardError.stepAside()
        logger.log(level: level, "\(text)", metadata: metadata, source: "TCPMock")
    }
}
