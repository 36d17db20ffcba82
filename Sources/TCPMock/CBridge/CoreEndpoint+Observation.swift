// Looking at an endpoint while it runs: the requests, and what the loop thread tells in return.

internal import CEvLoop

extension CoreEndpoint {
    func snapshot(token: UInt64) throws {
        try check("look at the server") { evl_endpoint_snapshot($0, token) }
    }

    /// What is so at this moment: cheap, for nothing is read first.
    func glance(token: UInt64) throws {
        try check("look at the server") { evl_endpoint_glance($0, token) }
    }

    /// Nil: all connections.
    func observe(connection: Int?, token: UInt64) throws {
        try check("observe the server") { evl_endpoint_observe($0, UInt32(connection ?? 0), token) }
    }

    func unobserve() throws {
        try check("stop observing the server") { evl_endpoint_unobserve($0) }
    }

    /// From now on this meets who connects; nil: nothing does.
    func set(_ fault: ConnectFault?, resetting: Bool, token: UInt64) throws {
        try check("set what meets who connects") {
            evl_endpoint_set_fault($0, evl_connect_fault(fault), resetting, token)
        }
    }
}

extension Inbox {
    /// Runs on the loop thread: copies what is lent, if somebody wants it, then hands it on.
    func observe(_ notice: evl_notice) {
        let number = Int(notice.number)
        switch notice.kind {
        case EVL_NOTICE_SNAPSHOT:
            inquiries.answer(notice.token) { EndpointReport($0, of: notice.endpoint) }
        case EVL_NOTICE_TURNED:
            inquiries.answer(notice.token, Inquiries.Turn(notice))
        case EVL_NOTICE_BYTES:
            heard(notice)
        case EVL_NOTICE_INPUT_ENDED:
            observers.inputEnded(on: number, for: notice.token)
        case EVL_NOTICE_REPLAYED:
            observers.replayed(notice.token, accepted: number, forgotten: EndpointReport.forgotten(by: notice.endpoint))
        case EVL_NOTICE_GIVEN_UP:
            observers.givenUp(for: notice.token)
        case EVL_NOTICE_EVENT:
            log?.happened(notice)
        default:
            break
        }
    }

    private func heard(_ notice: evl_notice) {
        let number = Int(notice.number)
        if notice.token == 0, notice.length > 0 { log?.received(notice.length, on: number) }
        let listeners = observers.listeners(to: number, for: notice.token)
        guard !listeners.isEmpty else { return }
        let bytes = Array(UnsafeBufferPointer(start: notice.bytes, count: notice.length))
        let lost = Int(notice.total) - Int(notice.position) - notice.length
        for listener in listeners {
            listener.arrived(bytes, on: number)
            if lost > 0 { listener.lost(lost, on: number) }
        }
    }
}

extension Inquiries.Turn {
    fileprivate init(_ notice: evl_notice) {
        switch notice.status {
        case EVL_OK: self = .done
        case EVL_SYSTEM: self = .refused(notice.error)
        default: self = .finished
        }
    }
}

extension EndpointReport {
    /// How many connections came of which nothing is kept.
    fileprivate static func forgotten(by endpoint: OpaquePointer) -> Int {
        var view = evl_endpoint_view()
        evl_endpoint_look(endpoint, &view)
        return Int(view.records_dropped) + Int(view.failures_dropped)
    }
}

extension ActivityLog {
    /// What the core is to tell for this logger; 0 costs nothing.
    static func watched(at level: Level) -> UInt8 {
        switch level {
        case .off: 0
        case .events: UInt8(EVL_WATCH_EVENTS.rawValue)
        case .everything: UInt8(EVL_WATCH_EVENTS.rawValue | EVL_WATCH_BYTES.rawValue)
        }
    }

    fileprivate func happened(_ notice: evl_notice) {
        guard let event = notice.event.pointee.copy else { return }
        var view = evl_connection_view()
        evl_connection_look(notice.connection, &view)
        let connection =
            switch event.kind {
            case .closed: ConnectionReport(view)
            case .stepDone where !tellsSteps: ConnectionReport(outlineOf: view)
            default: ConnectionReport(view, since: previous(of: Int(view.number)))
            }
        happened(event, connection)
    }
}
