// What a failing test leaves to be looked at, as a user's test run leaves it.

import Children
import Foundation
import Testing

@Suite struct ArtifactTests {
    /// One run of the fixture's failing and passing tests, with both kinds of evidence asked for.
    private static let run = Task { try await ArtifactRun() }

    @Test(arguments: Framework.allCases)
    func eachFailingTestLeavesThreeFilesThatItsTextNames(framework: Framework) async throws {
        let run = try await Self.run.value
        let shown = run.output(of: framework)
        let names = try run.files(of: framework).filter { $0.hasSuffix(".html") }
        #expect(names.contains { $0.contains(framework.failingTest) || $0.hasPrefix(framework.rawValue) }, "\(names)")
        for name in names {
            let base = "\(run.artifacts(of: framework))/\(name.dropLast(".html".count))"
            for ending in ["html", "txt", "pcapng"] {
                let size = try FileManager.default.attributesOfItem(atPath: "\(base).\(ending)")[.size] as? Int
                #expect((size ?? 0) > 100, "\(base).\(ending)")
                #expect(shown.contains("\(base).\(ending)"), "\(base).\(ending) is named by the failure")
            }
        }
    }

    @Test(arguments: Framework.allCases)
    func aPassingTestLeavesNothing(framework: Framework) async throws {
        let files = try await Self.run.value.files(of: framework)
        #expect(!files.isEmpty)
        #expect(files.allSatisfy { !$0.lowercased().contains("passes") }, "\(files)")
    }

    @Test func swiftTestingWritesTheSameAsAttachments() async throws {
        let run = try await Self.run.value
        let attached = try FileManager.default.contentsOfDirectory(atPath: run.attachments)
        for ending in ["html", "txt", "pcapng"] {
            #expect(
                attached.contains { $0.hasPrefix("foundOnTheLoopThread-") && $0.hasSuffix(".\(ending)") }, "\(attached)"
            )
        }
        #expect(attached.allSatisfy { !$0.hasPrefix("passes") })
    }
}

extension Framework {
    fileprivate var failingTest: String {
        switch self {
        case .swiftTesting: "foundOnTheLoopThread"
        case .xctest: "testFoundOnTheLoopThread"
        }
    }
}

/// The fixture, run once with each framework.
private struct ArtifactRun: Sendable {
    private let directory: String
    private let outputs: [Framework: String]
    var attachments: String { directory + "/attachments" }

    init() async throws {
        directory = NSTemporaryDirectory() + "tcpmock-artifacts-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory + "/attachments", withIntermediateDirectories: true)
        var outputs: [Framework: String] = [:]
        for framework in Framework.allCases {
            let flags = framework == .xctest ? ["--disable-swift-testing"] : ["--disable-xctest"]
            let result = try await FixtureRun.swiftTest(
                flags + ["--filter", "oundOnTheLoopThread|asses", "--attachments-path", directory + "/attachments"],
                environment: ["TCPMOCK_ARTIFACTS": "\(directory)/\(framework.rawValue)"])
            #expect(result.status != 0, "\(result)")
            outputs[framework] = result.output + result.errors
        }
        self.outputs = outputs
    }

    func artifacts(of framework: Framework) -> String { "\(directory)/\(framework.rawValue)" }
    func output(of framework: Framework) -> String { outputs[framework] ?? "" }

    func files(of framework: Framework) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: artifacts(of: framework)).sorted()
    }
}
