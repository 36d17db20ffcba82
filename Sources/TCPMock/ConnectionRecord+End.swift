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
