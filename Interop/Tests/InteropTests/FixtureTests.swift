// The package of failing tests in Fixture/, run as a user would run it.

import Children
import Foundation
import Testing

@Suite struct FixtureTests {
    @Test(arguments: Framework.allCases)
    func showsEachFailureOnceAtItsLineInItsTest(_ framework: Framework) async throws {
        let run = try await FixtureRun.honest.value.of(framework)
        let complaints = try FixtureCheck.complaints(
            framework, source: framework.source, output: run.output + run.errors, status: run.status)
        #expect(complaints == [], "\(run)")
    }

    /// The check above can fail: it notices each failure that a reporter loses.
    @Test(arguments: Framework.allCases)
    func noticesEachFailureThatIsLost(_ framework: Framework) async throws {
        let run = try await FixtureRun.losing.value.of(framework)
        let complaints = try FixtureCheck.complaints(
            framework, source: framework.source, output: run.output + run.errors, status: run.status)
        for issue in try framework.expected(in: framework.source) where issue.kind == .issue {
            #expect(complaints.contains("lost: \(issue)"), "\(run)")
        }
        #expect(!complaints.contains("the passing test did not pass"), "\(run)")
    }

    @Test func aRunThatLosesXCTestsFailuresSucceeds() async throws {
        // Silence is what makes a lost failure dangerous: nothing but the check tells.
        let run = try await FixtureRun.losing.value.of(.xctest)
        #expect(run.status == 0, "\(run)")
    }
}

/// One run of each framework's tests.
struct FixtureRun: Sendable {
    private let swiftTesting: ChildResult
    private let xctest: ChildResult

    func of(_ framework: Framework) -> ChildResult {
        switch framework {
        case .swiftTesting: swiftTesting
        case .xctest: xctest
        }
    }

    /// Each is made once, by the first test that asks.
    static let honest = Task { try await FixtureRun(environment: ["FIXTURE_LOSES_FAILURES": nil]) }
    static let losing = Task { try await FixtureRun(environment: ["FIXTURE_LOSES_FAILURES": "1"]) }

    private static let build = Task {
        let result = try await swift("build", ["--build-tests"], environment: [:])
        guard result.status == 0 else { throw ChildError(description: "the fixture does not build: \(result)") }
    }

    private init(environment: [String: String?]) async throws {
        try await FixtureRun.build.value
        swiftTesting = try await FixtureRun.swift(
            "test", ["--skip-build", "--disable-xctest"], environment: environment)
        xctest = try await FixtureRun.swift(
            "test", ["--skip-build", "--disable-swift-testing"], environment: environment)
    }

    /// Runs tests of the fixture, which is built first.
    static func swiftTest(_ flags: [String], environment: [String: String?]) async throws -> ChildResult {
        try await build.value
        return try await swift("test", ["--skip-build"] + flags, environment: environment)
    }

    private static func swift(_ verb: String, _ flags: [String], environment: [String: String?]) async throws
        -> ChildResult
    {
        let scratch = Framework.package + "/.build-child"
        return try await Child.run(
            "swift", [verb, "--package-path", Framework.package, "--scratch-path", scratch] + flags,
            environment: environment, deadline: .seconds(300))
    }
}

extension Framework {
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixture").path

    var source: String {
        get throws {
            try String(contentsOfFile: "\(Framework.package)/Tests/FixtureTests/\(rawValue).swift", encoding: .utf8)
        }
    }
}
