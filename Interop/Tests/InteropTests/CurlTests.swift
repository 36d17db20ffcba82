// curl against scripts.

import Children
import TCPMockTesting
import Testing

private func curl(_ path: String, from server: MockServer) async throws -> ChildResult {
    // -q: no ~/.curlrc. The headers that vary with the version are pinned.
    try await Child.run(
        "curl",
        [
            "-q", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30",
            "--user-agent", "interop", "--header", "Host: mock", "--header", "Accept:",
            "http://\(server.host):\(server.port)\(path)",
        ])
}

private func request(_ path: String) -> Bytes {
    "GET \(path) HTTP/1.1\r\nHost: mock\r\nUser-Agent: interop\r\n\r\n"
}

@Test func curlFetchesAScriptedReply() async throws {
    let result = try await withMockServer(
        [
            .expect(request("/hello")),
            .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
            .expectDisconnect(),
        ], options: .patient
    ) { try await curl("/hello", from: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "hello")
}

@Test func curlAsksForAnotherPathThanTheScript() async throws {
    let line = SourcePosition.next()
    let step = Step.expect(request("/hello"))
    let server = try MockServer([step, .send("HTTP/1.1 204 No Content\r\n\r\n")], options: .patient)
    let (verdict, result) = try await server.verdict { try await curl("/hullo", from: $0) }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1)
    #expect(failure.kind == .mismatch)
    #expect(failure.step == 1)
    #expect(failure.offset == 6)
    #expect(failure.location.line == line)
    #expect(failure.summary.contains("first difference at byte 6 ('e' 0x65, got 'u' 0x75)"), "\(failure)")
    // The reset reaches curl as a failed read, and not as a reply.
    #expect(result.status == 56, "\(result)")
    #expect(result.errors.contains("Connection reset by peer"), "\(result)")
}

@Test func curlNoticesAReplyThatIsCutShort() async throws {
    let result = try await withMockServer(
        [
            .expect(request("/hello")),
            .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
            .disconnect(),
        ], options: .patient
    ) { try await curl("/hello", from: $0) }
    // 18: a partial file.
    #expect(result.status == 18, "\(result)")
    #expect(result.output == "hel")
}
