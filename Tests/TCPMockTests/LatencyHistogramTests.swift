// Percentiles and merging, against the plain list of times.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

@testable import TCPMock

/// As the core counts it.
private func histogram(_ times: [UInt64]) -> LatencyHistogram {
    let counts = Dictionary(grouping: times, by: statistics_bucket).sorted { $0.key < $1.key }
    return LatencyHistogram(
        counts.map { .init(highest: evl_bucket_highest($0.key), count: $0.value.count) }, longest: times.max() ?? 0)
}

/// From nanoseconds to minutes, any length as likely as the other.
private func times(_ count: Int, _ chance: inout SplitMix64) -> [UInt64] {
    (0..<count).map { _ in UInt64.random(in: 0..<(1 << UInt64(chance.number(1...40))), using: &chance) }
}

@Test(arguments: 0..<20) func percentilesAreThoseOfTheTimesAndLittleTooLong(round: Int) {
    let seed = Seed.ofThisRun
    var chance = seed.round(round)
    let times = times(chance.number(1...3000), &chance).sorted()
    let histogram = histogram(times)
    for percentile in [0, 1, 25, 50, 90, 99, 99.9, 99.99, 100] {
        let rank = max(1, Int((percentile / 100 * Double(times.count)).rounded(.up)))
        let exact = times[rank - 1]
        let told = histogram.time(percentile: percentile) ?? 0
        #expect(told >= exact && (told - exact) * 32 <= exact, "\(percentile) %: \(told), not \(exact); \(seed)")
    }
    #expect(histogram.time(percentile: 100) == times.last, "\(seed)")
}

@Test(arguments: 0..<10) func mergedHistogramsAreThatOfAllTimes(round: Int) {
    let seed = Seed.ofThisRun
    var chance = seed.round(round)
    let (some, others) = (times(chance.number(0...500), &chance), times(chance.number(0...500), &chance))
    var merged = histogram(some)
    merged.merge(histogram(others))
    #expect(merged == histogram(some + others), "\(seed)")
}

@Test func withoutTimesThereIsNoPercentile() {
    #expect(LatencyHistogram().time(percentile: 50) == nil)
}

@Test func whatIsNoNumberIsNoPercentile() {
    #expect(histogram([5]).time(percentile: .nan) == nil)
}

@Test func percentilesOutOfTheirRangeAreTheNearest() {
    let histogram = histogram([1, 2, 3])
    #expect(histogram.time(percentile: -5) == 1)
    #expect(histogram.time(percentile: 250) == 3)
}
