// What is asked of a step to the core, and what it has measured from it.

internal import CEvLoop

extension evl_step {
    /// The core's zero means that nobody asks.
    mutating func add(_ measure: Measure) {
        measured = true
        latency_ns = measure.latency.map { max($0.nanoseconds, 1) } ?? 0
        segments = UInt32(clamping: measure.segments ?? 0)
    }
}

extension ConnectionReport {
    /// Fills in what was measured.
    mutating func fillInMeasures(_ view: evl_connection_view) {
        measure = Measure(view.measure)
        doubts = UnsafeBufferPointer(start: view.doubts, count: view.doubt_count).compactMap(Measure.init)
        doubtsCut = Int(view.doubts_cut)
        noDelay = NoDelay(evl_no_delay(UInt32(view.no_delay)))
    }
}

extension ConnectionReport.Measure {
    fileprivate init?(_ measure: evl_measure) {
        switch evl_measure_kind(UInt32(measure.kind)) {
        case EVL_MEASURE_LATENCY: kind = .latency
        case EVL_MEASURE_SEGMENTS: kind = .segments
        case EVL_MEASURE_NO_DELAY: kind = .noDelay
        default: return nil
        }
        step = Int(measure.step)
        times = max(1, Int(measure.times))
        bound = measure.bound
        measured = measure.measured
        most = measure.most
        isStamped = measure.stamped
        isShared = measure.shared
        isAgain = measure.again
        untilRead = measure.read_ns
        late = measure.late_ns
        waited = measure.waited_ns
        switch evl_witness(UInt32(measure.witness)) {
        case EVL_WITNESS_THREADS: witness = .threads
        case EVL_WITNESS_PRESSURE: witness = .pressure
        default: witness = .nobody
        }
    }
}

extension ConnectionReport.NoDelay {
    fileprivate init(_ answer: evl_no_delay) {
        switch answer {
        case EVL_NO_DELAY_ON: self = .on
        case EVL_NO_DELAY_OFF: self = .off
        case EVL_NO_DELAY_ELSEWHERE: self = .elsewhere
        case EVL_NO_DELAY_GONE: self = .gone
        case EVL_NO_DELAY_UNABLE: self = .unable
        default: self = .unasked
        }
    }
}
