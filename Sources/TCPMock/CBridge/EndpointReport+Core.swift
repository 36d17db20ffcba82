// evl views to EndpointReport: the one copy, made while the core lends them.

internal import CEvLoop

extension EndpointReport {
    init(_ server: OpaquePointer) {
        self.init(statisticsOf: server)
        wallClock = evl_wall_offset_ns()
        var view = evl_endpoint_view()
        evl_endpoint_look(server, &view)
        connections.reserveCapacity(Int(view.record_count))
        var connection = evl_connection_view()
        for index in 0..<(view.record_count - view.active) {
            evl_endpoint_connection(server, index, &connection)
            connections.append(ConnectionReport(connection))
        }
        var open = evl_endpoint_next_open(server, nil)
        while let next = open {
            evl_connection_look(next, &connection)
            connections.append(ConnectionReport(connection))
            open = evl_endpoint_next_open(server, next)
        }
        if connections.count > 1 { connections.sort { $0.number < $1.number } }
    }

    init(_ extent: Inquiries.Extent, of server: OpaquePointer) {
        switch extent {
        case .counts: self.init(countsOf: server)
        case .statistics: self.init(statisticsOf: server)
        case .whole: self.init(server)
        }
    }

    /// Numbers of connections alone.
    init(countsOf server: OpaquePointer) {
        var view = evl_endpoint_view()
        evl_endpoint_look(server, &view)
        accepted = Int(view.accepted)
        scripted = Int(view.scripted)
        completed = Int(view.completed)
        failed = Int(view.failed_count)
        failuresDropped = Int(view.failures_dropped)
        recordsDropped = Int(view.records_dropped)
        resetAfterFailure = Int(view.reset_after_failure)
        unscripted = Int(view.unscripted)
        awaited = Awaited(view)
        connectFault = ConnectFault(view.fault)
        resetAccepted = Int(view.reset_accepted)
        resetUnaccepted = Int(view.reset_unaccepted)
        if view.unreached != UInt32.max {
            unreached = Unreached(
                script: Int(view.unreached), tried: view.unreached_ns, attempts: Int(view.connect_attempts),
                error: view.connect_error)
        }
        acceptPauses = Int(view.accept_pauses)
        acceptError = view.accept_error
        active = Int(view.active)
        received = Int(view.received_total)
        sent = Int(view.sent_total)
        opened = view.opened_ns
        now = view.now_ns
    }

    /// Nil unless something has failed: a join that is content needs no copy.
    init?(onlyIfFailed server: OpaquePointer) {
        var view = evl_endpoint_view()
        evl_endpoint_look(server, &view)
        guard view.failed else { return nil }
        self.init(server)
    }
}

extension EndpointReport.Awaited {
    fileprivate init?(_ view: evl_endpoint_view) {
        guard view.awaited != UInt32.max else { return nil }
        self.init(script: Int(view.awaited), limit: view.awaited_ns, fault: ConnectFault(view.awaited_fault))
    }
}

extension ConnectionReport {
    init(_ view: evl_connection_view) {
        side = view.dialled ? .client : .server
        number = Int(view.number)
        script = view.script == UInt32.max ? nil : Int(view.script)
        isOpen = view.open
        scriptDone = view.script_done
        step = Int(view.step)
        round = Int(view.round)
        leave = Leave(evl_leave(UInt32(view.leave)))
        gotFin = view.got_fin
        gotRst = view.got_rst
        halfClosed = view.half_closed
        dropped = view.dropped ? view.dropped_by_fault ? .byFault : .byTakingDown : nil
        peerEnd = ConnectionEnd(view.peer)
        localEnd = view.local.port > 0 || view.local.family == EVL_UNIX.rawValue ? ConnectionEnd(view.local) : nil
        accepted = view.accepted_ns
        closed = view.closed_ns
        stepBegan = view.step_began_ns
        lastBytes = view.last_bytes_ns
        failedAt = view.failed_ns
        limit = view.limit_ns
        lag = view.lag_ns
        receivedTotal = Int(view.received_total)
        sentTotal = Int(view.sent_total)
        unwritten = Int(view.unwritten)
        consumedTotal = Int(view.consumed_total)
        unsent = Int(view.unsent)
        sample = Sample(view.sample)
        queues = Queues(view.queues)
        lockstep = ConnectionRecord.Lockstep(view.lockstep)
        failure = Failure(view.failure)
        excerpt = Array(UnsafeBufferPointer(start: view.excerpt, count: view.excerpt_length))
        unjudged = Int(view.unjudged)
        events = copied(UnsafeBufferPointer(start: view.events, count: view.event_count))
        eventsCut = Int(view.events_cut)
        eventsHead = view.events_head
        copyStreams(view)
        kept = keptBytes(view.kept, view.kept_count)
        keptIsLost = view.kept_lost
        faults = UnsafeBufferPointer(start: view.faults, count: view.fault_count).compactMap(
            ConnectionReport.Fault.init)
        fillInMeasures(view)
        fillInEvents()
    }
}

extension ConnectionReport {
    /// Who it is, and no more.
    init(outlineOf view: evl_connection_view) {
        side = view.dialled ? .client : .server
        number = Int(view.number)
        script = view.script == UInt32.max ? nil : Int(view.script)
        peerEnd = ConnectionEnd(view.peer)
        accepted = view.accepted_ns
    }

    /// Who it is, and of its bytes those since two positions in the streams, as far as they were kept.
    init(_ view: evl_connection_view, since position: ActivityLog.Position) {
        self.init(outlineOf: view)
        received = KeptBytes(view.received, total: view.received_total, from: position.consumed)
        sent = KeptBytes(view.sent, total: view.sent_total, from: position.sent)
        sentTotal = sent.total
    }
}

extension evl_event {
    var copy: ConnectionReport.Event? { ConnectionReport.Event(self) }
}

extension ConnectionReport.Leave {
    fileprivate init(_ leave: evl_leave) {
        switch leave {
        case EVL_LEAVE_FIN: self = .fin
        case EVL_LEAVE_RST: self = .rst
        case EVL_LEAVE_RST_AFTER_FIN: self = .rstAfterFin
        case EVL_LEAVE_SELF: self = .byScript
        default: self = .none
        }
    }
}

extension ConnectionReport.Sample {
    fileprivate init?(_ sample: evl_sample) {
        guard sample.time_ns > 0 else { return nil }
        self.init(
            time: sample.time_ns, unread: Int(sample.unread), orphaned: sample.orphaned, sentFin: sample.sent_fin)
    }
}

extension ConnectionReport.Queues {
    fileprivate init?(_ queues: evl_queues) {
        guard queues.time_ns > 0 else { return nil }
        let isKnown = queues.withheld != UInt64.max
        self.init(
            unacknowledged: Int(queues.unacknowledged), held: Int(queues.held),
            withheld: isKnown ? Int(queues.withheld) : 0, hasRoom: queues.has_room, sentFin: queues.sent_fin)
    }
}

extension ConnectionReport.Event {
    fileprivate init?(_ event: evl_event) {
        let kind: Kind
        switch evl_event_kind(event.kind) {
        case EVL_EVENT_CONNECTED: kind = .connected
        case EVL_EVENT_STEP_DONE: kind = .stepDone
        case EVL_EVENT_FIN: kind = .fin
        case EVL_EVENT_RST: kind = .rst
        case EVL_EVENT_HALF_CLOSED: kind = .halfClosed
        case EVL_EVENT_FAILED: kind = .failed
        case EVL_EVENT_CLOSED: kind = .closed
        default: return nil
        }
        self.init(
            kind: kind, step: Int(event.step), time: event.time_ns, consumed: Int(event.consumed), sent: Int(event.sent)
        )
    }
}

extension ConnectionReport.Failure {
    fileprivate init?(_ failure: evl_failure) {
        guard let kind = Kind(evl_failure_kind(failure.kind)) else { return nil }
        let header = withUnsafeBytes(of: failure.header) { Array($0.prefix(Int(failure.header_count))) }
        self.init(
            kind: kind, step: Int(failure.step), offset: Int(failure.offset), declared: failure.declared,
            error: failure.error, header: header, node: failure.node == UInt32.max ? nil : Int(failure.node),
            taken: failure.taken, whole: failure.whole, asked: failure.asked,
            replying: ConnectionReport.ReplyPart(evl_step_kind(UInt32(failure.replying))))
    }
}

extension ConnectionReport.ReplyPart {
    /// Nil for steps that no reply has, and for none.
    fileprivate init?(_ kind: evl_step_kind) {
        switch kind {
        case EVL_STEP_SEND: self = .send
        case EVL_STEP_DELAY, EVL_STEP_EXPECT_SILENCE: self = .pause
        case EVL_STEP_RECEIVE_EXACTLY, EVL_STEP_RECEIVE_AT_LEAST, EVL_STEP_RECEIVE_UNTIL: self = .receive
        case EVL_STEP_DISCONNECT, EVL_STEP_STALL: self = .disconnect
        case EVL_STEP_HALF_CLOSE, EVL_STEP_CLOSE, EVL_STEP_RESET: self = .end
        default: return nil
        }
    }
}

extension ConnectionReport.Failure.Kind {
    fileprivate init?(_ kind: evl_failure_kind) {
        switch kind {
        case EVL_FAILURE_MISMATCH: self = .mismatch
        case EVL_FAILURE_CHECK: self = .check
        case EVL_FAILURE_FRAME_BAD_LENGTH: self = .frameBadLength
        case EVL_FAILURE_FRAME_BAD_END: self = .frameBadEnd
        case EVL_FAILURE_NO_OPTION: self = .noOption
        case EVL_FAILURE_FRAME_LENGTH: self = .frameLength
        case EVL_FAILURE_FRAME_TOO_LONG: self = .frameTooLong
        case EVL_FAILURE_DELIMITER_MISSING: self = .delimiterMissing
        case EVL_FAILURE_UNEXPECTED_BYTES: self = .unexpectedBytes
        case EVL_FAILURE_CLIENT_CLOSED: self = .clientClosed
        case EVL_FAILURE_CLIENT_RESET: self = .clientReset
        case EVL_FAILURE_LIMIT: self = .limit
        case EVL_FAILURE_LEFT_BY_RESET: self = .leftByReset
        case EVL_FAILURE_LEFT_CLEANLY: self = .leftCleanly
        case EVL_FAILURE_NO_CONNECTION: self = .noConnection
        case EVL_FAILURE_WRITE: self = .write
        case EVL_FAILURE_ANSWER: self = .answer
        case EVL_FAILURE_NO_MEMORY: self = .noMemory
        case EVL_FAILURE_UNSCRIPTED: self = .unscripted
        case EVL_FAILURE_UNPROVABLE: self = .unprovable
        case EVL_FAILURE_LATENCY: self = .latency
        case EVL_FAILURE_SEGMENTS: self = .segments
        case EVL_FAILURE_NO_DELAY: self = .noDelay
        default: return nil
        }
    }
}

private func copied(_ events: UnsafeBufferPointer<evl_event>) -> [ConnectionReport.Event] {
    var all: [ConnectionReport.Event] = []
    all.reserveCapacity(events.count)
    for event in events {
        if let event = event.copy { all.append(event) }
    }
    return all
}

/// What steps have kept, the latest last.
func keptBytes(_ entries: UnsafePointer<evl_kept>?, _ count: Int) -> [ConnectionReport.Kept] {
    UnsafeBufferPointer(start: entries, count: count).map { entry in
        ConnectionReport.Kept(
            step: Int(entry.step), bytes: Array(UnsafeBufferPointer(start: entry.bytes, count: entry.length)))
    }
}
