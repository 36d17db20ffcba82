// Evidence of a sweep whose rules were broken: its heat map.

import TCPMock

struct SweepEvidence: Sendable {
    private let reporter: Reporter
    private let directory: String?

    init(_ reporter: Reporter, directory: String? = EvidenceKeeper.variable("TCPMOCK_ARTIFACTS")) {
        self.reporter = reporter
        self.directory = directory
    }

    /// Writes and attaches what the result has to show, if a rule was broken; the failures, with the paths of the files.
    func kept(_ result: SweepResult) -> [SweepFailure] {
        guard let first = result.failures.first else { return [] }
        let name = [EvidenceKeeper.currentTest, result.artifactName].compactMap { $0 }.joined(separator: "-")
        if reporter == .swiftTesting {
            AttachedEvidence.record([.html, .txt], named: name, at: first.location) { result.artifact($0, title: name) }
        }
        guard let directory else { return result.failures }
        do {
            let paths = try result.write(to: directory, named: name)
            return result.failures.map { $0.with(artifacts: paths) }
        } catch {
            printToStandardError("TCPMOCK_ARTIFACTS: \(error.message)")
            return result.failures
        }
    }
}
