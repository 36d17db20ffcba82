// The map of a sweep: which cell is which case, and what leads where.

import TestClient
import Testing

@testable import TCPMock

private func swept(_ faults: [Fault] = [.fin]) async throws -> SweepResult {
    try await FaultSweep(lengthReply, faults: faults, options: sweeping).run(blocking: fetchForgivingly(from:))
}

@Test func eachCaseIsACellOfItsRow() async throws {
    let result = try await swept([.fin, .reset])
    let map = HeatMap(try #require(result.chart), result.records)
    #expect(map.rows.map(\.group) == ["fin, reply 1", "reset, reply 1"])
    #expect(map.rows.map { $0.cells.map { $0.position ?? -1 } } == [Array(0..<15), Array(0..<15)])
    #expect(map.rows.map(\.end) == [15, 15])
    for row in map.rows {
        for cell in row.cells { #expect(result.records[cell.record].sweepCase.group == row.group) }
    }
}

@Test func outcomesAreToldApartByMoreThanTheirColour() async throws {
    let result = try await swept([.fin, .reset])
    let map = HeatMap(try #require(result.chart), result.records)
    #expect(map.outcomes.map(\.label) == ["threw CutShort", "SILENT SUCCESS", "threw ClientError"])
    #expect(map.outcomes.map(\.letter) == ["A", "B", "C"])
    #expect(map.outcomes.map(\.style) == ["other0", "bad0", "other1"])
    #expect(map.outcomes.map(\.count) == [3, 12, 15])
}

@Test func eachCellLeadsToItsCase() async throws {
    let result = try await swept()
    let html = result.html()
    for index in result.records.indices {
        #expect(html.contains("href=\"#case-\(index)\""))
        #expect(html.contains("id=\"case-\(index)\""))
    }
    #expect(html.contains("HeatMapTests.swift"))
    #expect(html.contains(Markup.escaped(result.records[5].replay)))
}

@Test func casesBeyondTheMapsAreCounted() async throws {
    let result = try await swept()
    let map = HeatMap(try #require(result.chart), result.records, most: 5)
    #expect(map.rows.map { $0.cells.count + $0.left } == [15])
    #expect(map.rows.map(\.left) == [11])
}

@Test func conversationsAreKeptOfTheControlOfBreachesAndOfOneOfEachOutcome() async throws {
    let result = try await swept()
    let kept = result.records.filter { $0.verdict != nil }
    #expect(kept.count { $0.sweepCase.isControl } == 1)
    #expect(kept.count { $0.outcome.isSuccess && !$0.sweepCase.isControl } == 12)
    #expect(kept.count { !$0.outcome.isSuccess } == 1)
    #expect(result.html().contains("class=\"ladder"))
}

@Test func ofVeryManyBreachesOnlySomeAreKept() {
    let keeper = SweepKeeper([.truncationMustFail])
    let record = SweepRecord(
        sweepCase: SweepCase("a", group: "a", script: []), outcome: .returned(""), scriptFailures: [], reconnects: 0,
        detail: "", duration: .zero)
    #expect((0..<500).count { _ in keeper.keeps(record) } == SweepKeeper.mostBroken)
}

@Test func whatAClientSaysStaysText() async throws {
    struct Nasty: Error { let text = "</script><img src=x onerror=alert(1)>" }
    let cases = [SweepCase("<b>a</b>", group: "<i>g</i>", script: [.delay(.zero)], freeFrom: 0)]
    let result = try await CaseSweep(cases, options: sweeping).run { _ in throw Nasty() }
    let html = result.html(title: "<u>t</u>")
    #expect(!html.contains("<img") && !html.contains("<b>a") && !html.contains("<i>g") && !html.contains("<u>t"))
    #expect(html.contains("&lt;img src=x onerror=alert(1)&gt;"))
}

private func map(_ rules: [SweepRule], _ outcomes: [String: SweepOutcome]) -> HeatMap {
    let cases = ["control", "plain", "again"].map { name in
        SweepCase(id: name, name, group: "g", script: [.delay(.zero)], isControl: name == "control")
    }
    let plan = SweepPlan(cases: cases, rules: rules, options: sweeping, location: here)
    let records = cases.map { one in
        SweepRecord(
            sweepCase: one, outcome: outcomes[one.id] ?? .returned(""), scriptFailures: [], reconnects: 0, detail: "",
            duration: .zero, control: one.isControl ? nil : .init(outcome: .returned(""), followedScript: true))
    }
    return HeatMap(SweepChart(plan, records), records)
}

@Test func goodOutcomesAreToldApart() {
    let told = map([.neverHang], ["again": .named("retried")])
    #expect(told.outcomes.map(\.label) == ["returned", "retried"])
    #expect(told.outcomes.map(\.letter) == ["A", "B"])
    #expect(told.outcomes.map(\.style) == ["other0", "other1"])
    let same = map([.sameOutcome], [:])
    #expect(same.outcomes.map { "\($0.letter) \($0.label) \($0.style)" } == ["✓ ok good"])
}

@Test func theControlCaseIsInTheLegend() async throws {
    let html = try await swept().html()
    let legend = try #require(html.firstMatch(of: /(?s)<ul class="legend".*?<\/ul>/)).output
    #expect(legend.contains("✓") && legend.contains("control case"), "\(legend)")
}

@Test func theSizeOfALongReplyIsSaidOnce() throws {
    let script: Script = [.expect("GET\n"), .send(Bytes([UInt8](repeating: 0x61, count: 66)))]
    for legend in [
        try FaultSweep(script, faults: [.fin]).planned().legend, try SegmentationSweep(script).planned().legend,
    ] {
        let line = try #require(legend.first)
        #expect(line.split(separator: "(66 bytes)", omittingEmptySubsequences: false).count == 2, "\(line)")
    }
    let short = try SegmentationSweep([.send("a,b")]).planned().legend
    #expect(short.first?.hasPrefix("reply 1 is send \"a,b\" (3 bytes), ") == true, "\(short)")
}
