// The helper that runs the clients.

import Children
import Testing

@Test func aChildsStatusAndBothStreamsAreKept() async throws {
    let result = try await Child.run("sh", ["-c", "echo out; echo err >&2; exit 7"])
    #expect(result.status == 7)
    #expect(result.output == "out\n")
    #expect(result.errors == "err\n")
    #expect(!result.wasKilled)
}

@Test func aChildReadsItsInput() async throws {
    #expect(try await Child.run("cat", [], input: "one\ntwo").output == "one\ntwo")
    #expect(try await Child.run("cat", []).output.isEmpty)
}

@Test func aChildThatTakesTooLongIsKilled() async throws {
    let began = ContinuousClock.now
    let result = try await Child.run("sleep", ["60"], deadline: .milliseconds(100))
    #expect(result.wasKilled)
    #expect(result.status == 128 + 9)
    #expect(ContinuousClock.now - began < .seconds(30))
}

@Test func aMissingCommandIsNamed() async throws {
    await #expect(throws: ChildError.self) { try await Child.run("no-such-command", []) }
}
