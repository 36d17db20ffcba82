// ConnectFault to evl_connect_fault, and back.

internal import CEvLoop

extension evl_connect_fault {
    init(_ fault: ConnectFault?) {
        self.init()
        kind = UInt8(evl_connect_kind(fault).rawValue)
        after_ns = fault?.after?.nanoseconds ?? 0
    }
}

extension evl_connect_kind {
    fileprivate init(_ fault: ConnectFault?) {
        self =
            switch fault?.kind {
            case nil: EVL_CONNECT_SERVED
            case .down: EVL_CONNECT_DOWN
            case .refused: EVL_CONNECT_REFUSED
            case .blackHole: EVL_CONNECT_BLACK_HOLE
            case .slowAccept: EVL_CONNECT_SLOW
            case .acceptThenReset: EVL_CONNECT_RESET
            case .neverAcceptedThenReset: EVL_CONNECT_RESET_UNACCEPTED
            }
    }
}

extension ConnectFault {
    init?(_ fault: evl_connect_fault) {
        let after = Duration.nanoseconds(fault.after_ns)
        switch evl_connect_kind(UInt32(fault.kind)) {
        case EVL_CONNECT_DOWN: self = .down
        case EVL_CONNECT_REFUSED: self = .refused
        case EVL_CONNECT_BLACK_HOLE: self = .blackHole
        case EVL_CONNECT_SLOW: self = .slowAccept(after)
        case EVL_CONNECT_RESET: self = .acceptThenReset
        case EVL_CONNECT_RESET_UNACCEPTED: self = .neverAcceptedThenReset(after: after)
        default: return nil
        }
    }
}
