// Evidence of a test that failed: files where TCPMOCK_ARTIFACTS says, and attachments of Swift Testing's.

import TCPMock
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Puts what an endpoint has to show where people look.
struct EvidenceKeeper: Sendable {
    private let reporter: Reporter
    private let endpoint: MockEndpoint
    /// `greets-GreetingTests-12`: after the test, where one is known, and the endpoint's line.
    private let name: String

    /// Where files go; nil: nowhere.
    private let directory: String?
    /// Whether also of what did not fail.
    private let keepsAll: Bool

    init(
        _ reporter: Reporter, _ endpoint: MockEndpoint,
        directory: String? = EvidenceKeeper.variable("TCPMOCK_ARTIFACTS"),
        keepsAll: Bool = EvidenceKeeper.isOn("TCPMOCK_ARTIFACTS_ALL")
    ) {
        self.reporter = reporter
        self.endpoint = endpoint
        self.directory = directory
        self.keepsAll = keepsAll
        let test = (endpoint.testName ?? EvidenceKeeper.currentTest).map { String($0.prefix(70)) }
        name = ArtifactFiles.fileName([test, endpoint.location.fileName].compactMap { $0 }.joined(separator: "-"))
    }

    /// `greets` of `greets(name:)`; nil outside of Swift Testing's tests.
    static var currentTest: String? {
        Test.current.map { String($0.name.prefix { $0 != "(" }) }
    }

    /// The failures, with the paths of what will be written. Without `TCPMOCK_ARTIFACTS`, as they are.
    func named(in failures: [ScriptFailure]) -> [ScriptFailure] {
        guard !failures.isEmpty, let files else { return failures }
        return failures.map { $0.with(artifacts: files.paths) }
    }

    /// Writes the files and records the attachments, if something failed, or `TCPMOCK_ARTIFACTS_ALL` asks for all.
    func keep(_ verdict: Verdict) {
        let isFailed = !verdict.failures.isEmpty
        if isFailed || keepsAll, let files {
            do {
                try verdict.write(to: files, title: name)
            } catch {
                printToStandardError("TCPMOCK_ARTIFACTS: \(error.message)")
            }
        }
        if reporter == .swiftTesting, endpoint.claimAttachments(of: verdict.failures) { attach(verdict) }
    }

    private func attach(_ verdict: Verdict) {
        AttachedEvidence.record(ArtifactFiles.Kind.allCases, named: name, at: endpoint.location) { [name] kind in
            verdict.artifact(kind, title: name)
        }
    }

    /// Nil where nobody asked for files, or they can't be had, which is said once.
    private var files: ArtifactFiles? {
        guard let directory else { return nil }
        return endpoint.artifactFiles { () throws(MockError) in
            try ArtifactFiles(in: directory, named: name)
        } complain: {
            printToStandardError("TCPMOCK_ARTIFACTS: \($0.message)")
        }
    }

    /// Whether an environment variable asks for something: it is set, and to none of `0`, `no`, `off` and `false`.
    static func isOn(_ name: String) -> Bool {
        variable(name).map { !["0", "no", "off", "false"].contains($0.lowercased()) } ?? false
    }

    /// An environment variable that is not empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }
}
