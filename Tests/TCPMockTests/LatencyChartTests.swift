// A histogram as buckets and as bars.

import Testing

@testable import TCPMock

private func histogram(_ times: [(UInt64, Int)]) -> LatencyHistogram {
    LatencyHistogram(times.map { .init(highest: $0.0, count: $0.1) }, longest: times.last?.0 ?? 0)
}

@Test func barsStandUnderRoundTimesAndAreAsLongAsTheyAreMany() {
    let lines = LatencyChart(histogram([(3_000, 10), (4_900, 20), (40_000, 1), (90_000, 15)])).lines
    #expect(
        lines == [
            "≤ 5 µs    ██████████████████████████████  30",
            "≤ 10 µs                                   0",
            "≤ 20 µs                                   0",
            "≤ 50 µs   █                               1",
            "≤ 100 µs  ███████████████                 15",
        ], "\(lines.joined(separator: "\n"))")
}

@Test func thereAreAtMostTwelveBarsAndNothingIsLost() {
    let times = (0..<30).map { (UInt64(1000) << UInt64($0), 2) }
    let lines = LatencyChart(histogram(times)).lines
    #expect(lines.count == 12)
    let counts = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(counts.reduce(0, +) == 60)
}

@Test func withoutTimesThereAreNoBars() {
    #expect(LatencyChart(LatencyHistogram()).lines == [])
}

/// A bucket's end may lie behind the round time under which the time itself was.
@Test func theLongestTimeStandsUnderItsOwnBound() {
    let lines = LatencyChart(LatencyHistogram([.init(highest: 5_080, count: 1)], longest: 4_990)).lines
    #expect(lines.first?.hasPrefix("≤ 5 µs") == true, "\(lines)")
}
