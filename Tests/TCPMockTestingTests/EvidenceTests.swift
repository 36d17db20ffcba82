// Where the evidence of a failing test goes.

import TCPMock
import TestClient
import Testing

@testable import TCPMockTesting

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server whose script has failed, and its verdict.
private func failed() async throws -> (MockServer, Verdict) {
    let server = try MockServer([.expect("PING\r\n")])
    let client = try TestClient.connect(server.host, server.port)
    try client.send("PONG\r\n")
    _ = try? client.receiveAll()
    return (server, await server.finish())
}

private func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

private func directory() throws -> String {
    var template = Array("/tmp/tcpmock-XXXXXX".utf8CString)
    return String(cString: try #require(mkdtemp(&template)))
}

private func remove(_ directory: String, _ files: [String]) {
    for file in files { unlink(file) }
    rmdir(directory)
}

@Test func filesAreNamedAfterTestAndLineAndTheFailureNamesThem() async throws {
    let (server, verdict) = try await failed()
    let directory = try directory()
    let keeper = EvidenceKeeper(.none, server, directory: directory)
    let failure = try #require(keeper.named(in: verdict.failures).first)
    let base = "\(directory)/filesAreNamedAfterTestAndLineAndTheFailureNamesThem-EvidenceTests-\(server.location.line)"
    #expect(failure.artifacts == ["html", "txt", "pcapng"].map { "\(base).\($0)" })
    #expect(
        failure.message.hasSuffix("\n  files     \(base).html\n            \(base).txt\n            \(base).pcapng"))
    keeper.keep(verdict)
    #expect(failure.artifacts.allSatisfy(exists))
    remove(directory, failure.artifacts)
}

@Test func nothingIsWrittenOfATestThatPassesUnlessAsked() async throws {
    let server = try MockServer([.expectConnect()])
    try TestClient.connect(server.host, server.port).close()
    let verdict = await server.finish()
    #expect(verdict.isClean)
    let directory = try directory()
    let keeper = EvidenceKeeper(.none, server, directory: directory, keepsAll: false)
    keeper.keep(verdict)
    #expect(keeper.named(in: verdict.failures).isEmpty)
    #expect(rmdir(directory) == 0, "it is empty")
    EvidenceKeeper(.none, server, directory: directory, keepsAll: true).keep(verdict)
    let name = "nothingIsWrittenOfATestThatPassesUnlessAsked-EvidenceTests"
    let files = ["html", "txt", "pcapng"].map { "\(directory)/\(name)-\(server.location.line).\($0)" }
    #expect(files.allSatisfy(exists))
    remove(directory, files)
}

/// Verified in its scope and again by hand, it is one test's evidence, attached once; more failures are news.
@Test func theSameFailuresAreAttachedOnce() async throws {
    let (server, verdict) = try await failed()
    #expect(!server.claimAttachments(of: []))
    #expect(server.claimAttachments(of: verdict.failures))
    #expect(!server.claimAttachments(of: verdict.failures))
    #expect(server.claimAttachments(of: verdict.failures + verdict.failures))
}

@Test(arguments: [
    ("1", true), ("yes", true), ("0", false), ("No", false), ("off", false), ("false", false), ("", false),
])
func aVariableIsOnUnlessItSaysOff(_ value: String, _ isOn: Bool) {
    let name = "TCPMOCK_TEST_OF_A_VARIABLE_\(value)"
    setenv(name, value, 1)
    defer { unsetenv(name) }
    #expect(EvidenceKeeper.isOn(name) == isOn)
}

@Test func withoutADirectoryFailuresAreAsTheyWere() async throws {
    let (server, verdict) = try await failed()
    #expect(EvidenceKeeper(.none, server, directory: nil).named(in: verdict.failures) == verdict.failures)
}

@Test func aDirectoryThatCantBeHadTakesNothingFromTheFailure() async throws {
    let (server, verdict) = try await failed()
    let keeper = EvidenceKeeper(.none, server, directory: "/dev/null/x")
    #expect(keeper.named(in: verdict.failures) == verdict.failures)
    keeper.keep(verdict)
}
