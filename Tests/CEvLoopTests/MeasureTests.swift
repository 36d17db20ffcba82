// measure.c: nobody is accused of what the machine may have done; stamps of a clock that was set; segments and neighbours.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

// MARK: Latency

private func judged(
    _ measured: UInt64, over bound: UInt64, late: UInt64 = 0, waited: UInt64 = 0, shared: Bool = false,
    witness: evl_witness = EVL_WITNESS_THREADS
) -> measure_result {
    var measure = evl_measure()
    measure.kind = UInt8(EVL_MEASURE_LATENCY.rawValue)
    (measure.measured, measure.bound, measure.late_ns, measure.waited_ns) = (measured, bound, late, waited)
    measure.shared = shared
    measure.witness = UInt8(witness.rawValue)
    return measure_latency(&measure)
}

@Test func aLatencyWithinItsBoundPassesWhateverTheMachineDid() {
    #expect(judged(20_000_000, over: 20_000_000) == MEASURE_PASSED)
    #expect(judged(1, over: 20_000_000, late: 1_000_000_000, waited: 1_000_000_000) == MEASURE_PASSED)
}

@Test func aLatencyOverItsBoundFailsOnAQuietMachine() {
    #expect(judged(50_300_000, over: 20_000_000) == MEASURE_FAILED)
    #expect(judged(20_000_001, over: 20_000_000) == MEASURE_FAILED)
}

@Test func whereNobodyTellsWhatTheMachineDidNobodyIsAccused() {
    #expect(judged(50_000_000, over: 20_000_000, witness: EVL_WITNESS_NONE) == MEASURE_DOUBTFUL)
    #expect(judged(20_000_000, over: 20_000_000, witness: EVL_WITNESS_NONE) == MEASURE_PASSED)
}

@Test func whatTheMachineCanAccountForIsDoubtfulAndNothingBeyond() {
    #expect(judged(50_000_000, over: 20_000_000, waited: 30_000_000) == MEASURE_DOUBTFUL)
    #expect(judged(50_000_000, over: 20_000_000, late: 30_000_000) == MEASURE_DOUBTFUL)
    #expect(judged(50_000_000, over: 20_000_000, late: 10_000_000, waited: 20_000_000) == MEASURE_DOUBTFUL)
    #expect(judged(50_000_000, over: 20_000_000, late: 10_000_000, waited: 19_000_000) == MEASURE_FAILED)
}

@Test func theStampOfALaterByteInTheSameReadIsGivenAMillisecond() {
    #expect(judged(20_900_000, over: 20_000_000, shared: true) == MEASURE_DOUBTFUL)
    #expect(judged(22_000_000, over: 20_000_000, shared: true) == MEASURE_FAILED)
}

// MARK: Pressure

/// What the kernel shows of a task that waited `wait` on a processor that was busy for `ticks`, of 4 ms, of a window of `all`.
private func shown(_ wait: Double, _ ticks: Double, of all: Double, on processors: Double) -> UInt64 {
    UInt64(wait * ticks / (ticks + (processors - 1) * all) * 1e6)
}

@Test(arguments: [1, 2, 4, 64], [1, 2, 5, 12])
func noTaskWaitedLongerThanThePressureAllowsFor(_ processors: Int, _ ticks: Int) {
    let tick = 4.0
    let wait = (Double(ticks) + 0.99) * tick
    let pressure = shown(wait, Double(ticks), of: 13, on: Double(processors))
    let most = machine_pressed(pressure, 53_000_000, UInt32(processors), 4_000_000)
    #expect(Double(most) >= min(wait, 53) * 1e6, "\(wait) ms, shown as \(pressure) ns")
}

@Test func aWaitOfLessThanATickIsNotShownAndIsAllowedFor() {
    #expect(machine_pressed(0, 50_000_000, 2, 4_000_000) >= 4_000_000)
    #expect(machine_pressed(0, 50_000_000, 2, 4_000_000) < 5_000_000)
}

@Test func nobodyWaitedLongerThanTheWindow() {
    #expect(machine_pressed(50_000_000, 50_000_000, 64, 4_000_000) == 50_000_000)
    #expect(machine_pressed(UInt64.max, UInt64.max, UInt32.max, 4_000_000) < 40_000_000_000_000)
}

// MARK: Stamps

private func arrival(_ stamp: UInt64, began: (UInt64, UInt64), read: (UInt64, UInt64)) -> UInt64 {
    var before = clock_pair(monotonic_ns: began.0, real_ns: began.1)
    var now = clock_pair(monotonic_ns: read.0, real_ns: read.1)
    return measure_arrival(stamp, &before, &now)
}

private let epoch: UInt64 = 1_700_000_000_000_000_000

@Test func aStampIsATimeOfTheMonotonicClockByItsAge() {
    #expect(arrival(epoch + 30, began: (1000, epoch), read: (1050, epoch + 50)) == 1030)
    #expect(arrival(epoch + 50, began: (1000, epoch), read: (1050, epoch + 50)) == 1050)
}

@Test func withoutAStampNothingIsSaid() {
    #expect(arrival(0, began: (1000, epoch), read: (1050, epoch + 50)) == 0)
}

@Test func aStampOfTheFutureIsNone() {
    #expect(arrival(epoch + 51, began: (1000, epoch), read: (1050, epoch + 50)) == 0)
}

@Test func aStampIsNoneWhenTheClockWasSetInBetween() {
    let hour: UInt64 = 3_600_000_000_000
    #expect(arrival(epoch + 30, began: (hour, epoch), read: (hour + 50, epoch + 50 + 10_000_000)) == 0)
    #expect(arrival(epoch - 10_000_000, began: (hour, epoch), read: (hour + 50, epoch + 50 - 10_000_000)) == 0)
}

@Test func aClockThatIsSlewedKeepsItsStamps() {
    let hour: UInt64 = 3_600_000_000_000
    #expect(arrival(epoch + 30, began: (hour, epoch), read: (hour + 50, epoch + 450_050)) == hour + 50 - 450_020)
}

// MARK: Segments

private func count(_ marks: [(UInt64, UInt64)], _ range: Range<UInt64>, expected: UInt64 = 1) -> (
    least: UInt64, most: UInt64, result: measure_result
) {
    var all = stream_marks()
    for (bytes, segments) in marks { measure_mark(&all, stream_mark(bytes: bytes, segments: segments)) }
    var measure = evl_measure()
    measure.bound = expected
    measure_count(&all, range.lowerBound, range.upperBound, &measure)
    return (measure.measured, measure.most, measure_segments(&measure))
}

@Test func segmentsBetweenTwoMarksAtTheStepsEndsAreItsOwn() {
    let three = count([(0, 0), (10, 3)], 0..<10)
    #expect(three == (3, 3, MEASURE_FAILED))
    #expect(count([(0, 0), (10, 3)], 0..<10, expected: 3).result == MEASURE_PASSED)
    #expect(count([(0, 0), (10, 1)], 0..<10) == (1, 1, MEASURE_PASSED))
}

@Test func fewerSegmentsThanExpectedFailToo() {
    #expect(count([(0, 0), (10, 1)], 0..<10, expected: 2) == (1, 1, MEASURE_FAILED))
}

@Test func aStepThatSharesTheOneSegmentThatCameIsInOne() {
    #expect(count([(0, 0), (20, 1)], 0..<10) == (1, 1, MEASURE_PASSED))
    #expect(count([(0, 0), (20, 1)], 10..<20) == (1, 1, MEASURE_PASSED))
}

@Test func segmentsThatMayBeTheNeighboursAreDoubtful() {
    #expect(count([(0, 0), (20, 2)], 0..<10) == (1, 2, MEASURE_DOUBTFUL))
    #expect(count([(0, 0), (20, 2)], 10..<20) == (1, 2, MEASURE_DOUBTFUL))
    #expect(count([(0, 0), (20, 3)], 0..<10, expected: 2).result == MEASURE_DOUBTFUL)
}

@Test func aMarkInsideTheStepProvesThatItCameInPieces() {
    #expect(count([(0, 0), (4, 1), (20, 3)], 0..<10) == (2, 3, MEASURE_FAILED))
    #expect(count([(0, 0), (12, 2), (16, 3), (20, 5)], 10..<20) == (4, 5, MEASURE_FAILED))
}

@Test func withoutAMarkBeforeItsStartNothingIsCertainButThePiecesSeen() {
    #expect(count([(20, 3)], 10..<20) == (1, UInt64.max, MEASURE_DOUBTFUL))
    #expect(count([], 0..<10) == (1, UInt64.max, MEASURE_DOUBTFUL))
    #expect(count([(12, 2), (20, 3)], 10..<20) == (2, UInt64.max, MEASURE_FAILED))
}

/// However long a step is, the marks at its start are kept.
@Test func marksAtTheStartOfALongStepAreKept() {
    let marks = (0...100).map { (UInt64($0 * 10), UInt64($0)) }
    #expect(count(marks, 0..<1000, expected: 100) == (100, 100, MEASURE_PASSED))
}

@Test func marksBeforeAStepAreForgottenButForTheOneAtItsStart() {
    var all = stream_marks()
    for bytes in 0..<5 as Range<UInt64> { measure_mark(&all, stream_mark(bytes: bytes * 10, segments: bytes)) }
    measure_forget(&all, 25)
    #expect(all.count == 3)
    #expect(all.marks.0.bytes == 20)
}
