// How a connection ended, from what was seen of it.

extension ConnectionRecord.End {
    init(_ report: ConnectionReport) {
        let end: ConnectionRecord.End =
            switch report.leave {
            case .fin: .fin
            case .rst: .rst
            case .rstAfterFin: .rstAfterFin
            case .byScript: .byScript
            case .none where report.dropped == .byTakingDown: .takenDown
            case .none where report.dropped == .byFault: .connectFault
            case .none: report.gotRst ? .rst : report.gotFin ? .halfClosed : .stillOpen
            }
        self = end.told(of: report.side.peer)
    }
}

extension ConnectionReport {
    /// Why a connection that failed was reset; nil: a client that has ended its stream may be gone, and does not wait.
    var resetReason: String? {
        failure == nil || gotFin ? nil : "so that the \(side.peer) does not wait"
    }
}
