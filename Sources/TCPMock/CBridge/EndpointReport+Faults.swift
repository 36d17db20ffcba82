// What the core has noted of faults, copied while it lends it.

internal import CEvLoop

extension ConnectionReport.Fault {
    init?(_ fault: evl_fault) {
        guard let kind = Kind(evl_step_kind(UInt32(fault.kind))) else { return nil }
        self.init(
            kind: kind, step: Int(fault.step), time: fault.time_ns, settled: fault.settled_ns,
            proof: Proof(evl_proof(UInt32(fault.proof))), sent: Int(fault.sent), acknowledged: Int(fault.acknowledged),
            unread: fault.unread == UInt64.max ? nil : Int(fault.unread),
            held: fault.held == UInt64.max ? nil : Int(fault.held), withheld: Int(fault.withheld),
            sentReset: fault.sent_reset, hasRoom: fault.has_room)
    }
}

extension ConnectionReport.Fault.Kind {
    fileprivate init?(_ kind: evl_step_kind) {
        switch kind {
        case EVL_STEP_RESET: self = .reset
        case EVL_STEP_DISCONNECT: self = .fin
        case EVL_STEP_CLOSE: self = .close
        case EVL_STEP_HALF_CLOSE: self = .halfClose
        case EVL_STEP_STALL: self = .stall
        case EVL_STEP_EXPECT_BACKPRESSURE: self = .backpressure
        default: return nil
        }
    }
}

extension ConnectionReport.Fault.Proof {
    fileprivate init(_ proof: evl_proof) {
        switch proof {
        case EVL_PROOF_CONFIRMED: self = .confirmed
        case EVL_PROOF_OVERDUE: self = .overdue
        case EVL_PROOF_REFUSED: self = .refused
        case EVL_PROOF_ELSEWHERE: self = .elsewhere
        case EVL_PROOF_UNABLE: self = .unable
        default: self = .open
        }
    }
}
