// redis-cli against scripts.

import Children
import TCPMockTesting
import Testing

private func redis(_ command: [String], at server: MockServer) async throws -> ChildResult {
    try await Child.run(
        "redis-cli", ["-h", server.host, "-p", "\(server.port)", "--raw"] + command,
        environment: ["REDISCLI_AUTH": nil, "REDISCLI_RCFILE": "/dev/null"])
}

@Test func redisCLISetsAKey() async throws {
    let result = try await withMockServer(
        [
            .expect("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n"),
            .send("+OK\r\n"),
            .expectDisconnect(),
        ], options: .patient
    ) { try await redis(["SET", "key", "value"], at: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "OK\n")
}

@Test func redisCLISetsAnotherKeyThanTheScript() async throws {
    let line = SourcePosition.next()
    let step = Step.expect("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n")
    let server = try MockServer([step, .send("+OK\r\n")], options: .patient)
    let (verdict, result) = try await server.verdict { try await redis(["SET", "kez", "value"], at: $0) }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1, "\(verdict)")
    #expect(failure.kind == .mismatch)
    #expect(failure.connection == 1)
    #expect(failure.step == 1)
    #expect(failure.offset == 19)
    #expect(failure.location.line == line)
    #expect(failure.summary.contains("first difference at byte 19 ('y' 0x79, got 'z' 0x7A)"), "\(failure)")
    #expect(result.status == 1, "\(result)")
    #expect(result.errors.contains("Error: Connection reset by peer"), "\(result)")
}
