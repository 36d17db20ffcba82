// statistics.c: buckets without gaps and with a bounded error, counts at the right step, bounded memory.

import CEvLoop
import CEvLoopInternals
import TestClient
import Testing

private final class CoreStatistics {
    let raw: UnsafeMutablePointer<evl_statistics>

    init(_ stepCounts: [UInt32]) throws {
        raw = try #require(statistics_create(stepCounts, UInt32(stepCounts.count)))
    }

    deinit { statistics_free(raw) }

    func count(_ step: UInt32, _ nanoseconds: UInt64 = 0, script: UInt32 = 0) {
        statistics_count(raw, script, step, nanoseconds)
    }

    var views: [evl_step_view] {
        var views: [evl_step_view] = []
        var view = evl_step_view()
        while statistics_view(raw, UInt32(views.count), &view) { views.append(view) }
        return views
    }

    /// The buckets that hold something, and how much.
    func buckets(_ index: Int) -> [UInt32: UInt64] {
        guard let buckets = views[index].buckets else { return [:] }
        let used = (0..<UInt32(EVL_BUCKETS)).filter { buckets[Int($0)] > 0 }
        return Dictionary(uniqueKeysWithValues: used.map { ($0, buckets[Int($0)]) })
    }
}

@Test func bucketsFollowEachOtherWithoutAGap() {
    #expect(evl_bucket_lowest(0) == 0)
    let gaps = (1..<UInt32(EVL_BUCKETS)).filter { evl_bucket_lowest($0) != evl_bucket_highest($0 - 1) + 1 }
    #expect(gaps == [])
    #expect(evl_bucket_highest(UInt32(EVL_BUCKETS) - 1) == 1 << UInt64(EVL_LONGEST_BITS) - 1)
}

@Test func aTimeIsInTheBucketThatItIsCountedIn() {
    let seed = Seed.ofThisRun
    var chance = seed.round(0)
    for _ in 0..<100_000 {
        let bits = chance.number(0...Int(EVL_LONGEST_BITS) - 1)
        let time = UInt64.random(in: 0...(1 << UInt64(bits) * 2 - 1), using: &chance)
        let bucket = statistics_bucket(time)
        let (lowest, highest) = (evl_bucket_lowest(bucket), evl_bucket_highest(bucket))
        guard lowest <= time, time <= highest else {
            Issue.record("\(time) ns is counted in \(lowest)...\(highest), \(seed)")
            return
        }
        // What a bucket stands for, its highest time, is 1/32 too long at most.
        guard (highest - time) * 32 <= time else {
            Issue.record("\(time) ns is told as \(highest), \(seed)")
            return
        }
    }
}

@Test(arguments: [1 << 42, 1 << 50, .max] as [UInt64]) func whatTakesLongerThanAllBucketsIsInTheLast(time: UInt64)
    throws
{
    let statistics = try CoreStatistics([1])
    statistics.count(0, time)
    #expect(statistics.buckets(0) == [UInt32(EVL_BUCKETS) - 1: 1])
    #expect(statistics.views[0].longest_ns == time)
}

@Test func eachStepHasItsOwnCounts() throws {
    let statistics = try CoreStatistics([3])
    for time: UInt64 in [5, 7, 7] { statistics.count(1, time) }
    statistics.count(2, 1)
    statistics_count_failure(statistics.raw, 0, 2)
    #expect(statistics.views.map(\.done) == [0, 3, 1])
    #expect(statistics.views.map(\.failed) == [0, 0, 1])
    #expect(statistics.views.map(\.longest_ns) == [0, 7, 1])
    #expect(statistics.buckets(1) == [5: 1, 7: 2])
    #expect(statistics.views[0].buckets == nil)  // made when it is needed
}

@Test func stepsOfSeveralScriptsAreKeptApart() throws {
    let statistics = try CoreStatistics([2, 0, 3])
    statistics.count(1, script: 0)
    statistics.count(1, script: 2)
    statistics.count(2, script: 2)
    #expect(statistics.views.map(\.script) == [0, 0, 2, 2, 2])
    #expect(statistics.views.map(\.step) == [0, 1, 0, 1, 2])
    #expect(statistics.views.map(\.done) == [0, 1, 0, 1, 1])
}

@Test(arguments: [(0, 2), (1, 0), (2, 3), (3, 0), (.max, 0)] as [(UInt32, UInt32)])
func whatIsNoStepOfAScriptIsNotCounted(script: UInt32, step: UInt32) throws {
    let statistics = try CoreStatistics([2, 0, 3])
    statistics.count(step, script: script)
    statistics_count_failure(statistics.raw, script, step)
    #expect(statistics.views.allSatisfy { $0.done == 0 && $0.failed == 0 })
}

@Test func allConnectionsOfASharedScriptAreCountedTogether() throws {
    let statistics = try CoreStatistics([1])
    for connection: UInt32 in [0, 1, 4000] { statistics.count(0, script: connection) }
    #expect(statistics.views.map(\.done) == [3])
}

@Test func aLiveScriptMayGrow() throws {
    let statistics = try CoreStatistics([])
    for step: UInt32 in 0..<100 { statistics.count(step) }
    #expect(statistics.views.prefix(100).map(\.done) == [UInt64](repeating: 1, count: 100))
    #expect(statistics.views.dropFirst(100).allSatisfy { $0.done == 0 })
    #expect(statistics.views.count < 256)
}

@Test func histogramsAreBoundedAndWhatIsBeyondIsCounted() throws {
    let statistics = try CoreStatistics([UInt32(STATISTICS_HISTOGRAMS) + 5])
    for step in 0..<UInt32(STATISTICS_HISTOGRAMS) + 5 { statistics.count(step, 3) }
    #expect(statistics.views.count { $0.buckets != nil } == Int(STATISTICS_HISTOGRAMS))
    #expect(statistics.views.allSatisfy { $0.done == 1 && $0.longest_ns == 3 })
}
