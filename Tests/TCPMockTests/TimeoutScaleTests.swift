// TCPMOCK_TIMEOUT_SCALE: what its values mean.

import Testing

@testable import TCPMock

@Suite struct TimeoutScaleTests {
    @Test func withoutItLimitsAreAsWritten() {
        #expect(TimeoutScale(environmentValue: nil) == .factor(1))
        #expect(TimeoutScale.factor(1).nanoseconds(of: .milliseconds(250)) == 250_000_000)
    }

    @Test(arguments: [("3", 3), ("0.5", 0.5), ("1", 1), ("1e2", 100)] as [(String, Double)])
    func aNumberMultipliesLimits(text: String, factor: Double) {
        let scale = TimeoutScale(environmentValue: text)
        #expect(scale == .factor(factor))
        #expect(scale.nanoseconds(of: .seconds(2)) == UInt64(2e9 * factor))
    }

    @Test func offMeansNoLimit() {
        #expect(TimeoutScale(environmentValue: "off") == .off)
        #expect(TimeoutScale.off.nanoseconds(of: .seconds(2)) == nil)
    }

    @Test(arguments: ["", "abc", "0", "-1", "nan", "inf", "3x", "OFF "])
    func nonsenseChangesNothing(text: String) {
        #expect(TimeoutScale(environmentValue: text) == .factor(1))
    }

    @Test func hugeLimitsAreCappedAndNegativeOnesNothing() {
        #expect(TimeoutScale.factor(1e12).nanoseconds(of: .seconds(1_000_000_000)) == UInt64(9e18))
        #expect(TimeoutScale.factor(2).nanoseconds(of: .seconds(-1)) == 0)
    }

    @Test func anEndlessLimitIsNoLimit() async throws {
        let server = try MockServer([.expect("a", within: .seconds(Int64.max))])
        _ = await server.stop()
    }
}
