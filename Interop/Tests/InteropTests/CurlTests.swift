// curl against scripts, and against a little web server.

import Children
import TCPMockTesting
import Testing

private let keepAlive: Script = [
    .expect(upTo: "\r\n\r\n", .prefix("GET /apple HTTP/1.1\r\n")),
    .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nred"),
    .expect(upTo: "\r\n\r\n", .prefix("GET /pear HTTP/1.1\r\n")),
    .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ngreen"),
]

private let littleWebServer: Script = [
    .serve(.delimiter("\r\n\r\n")) { request in
        let path = request.text.split(separator: " ")[1]
        guard let colour = ["/apple": "red", "/pear": "green"][path] else {
            return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        }
        return "HTTP/1.1 200 OK\r\nContent-Length: \(colour.utf8.count)\r\n\r\n\(colour)"
    }
]

/// Fetches the paths one after the other, on one connection if the server lets it.
private func curl(_ paths: String..., from server: MockServer) async throws -> ChildResult {
    // -q: no ~/.curlrc.
    try await Child.run(
        "curl",
        ["-q", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "30"]
            + paths.map { "http://\(server.host):\(server.port)\($0)" })
}

@Test func curlFetchesTwiceOnOneConnection() async throws {
    let result = try await withMockServer(keepAlive, options: .patient) {
        try await curl("/apple", "/pear", from: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "redgreen")
}

@Test func curlAsksForAnotherPathThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: keepAlive) { try await curl("/apple", "/peas", from: $0) }
    #expect(
        failure.summary.hasPrefix(
            #"connection 1, step 3 of 4: expected piece with prefix "GET /pear HTTP/1.1\r\n", up to "\r\n\r\n", "#
                + #"got "GET /peas HTTP/1.1\r\n"#), "\(failure)")
    #expect(failure.summary.hasSuffix("first difference at byte 8 ('r' 0x72, got 's' 0x73)"), "\(failure)")
    #expect(try failure.writtenStep == #".expect(upTo: "\r\n\r\n", .prefix("GET /pear HTTP/1.1\r\n")),"#)
    // curl tries once more, for the connection had been used before; that is reset too, while it connects (7) or when
    // it reads (56).
    #expect([7, 56].contains(result.status), "\(result)")
    #expect(failure.details.contains("followed by 1 reconnect, which was reset"), "\(failure)")
    #expect(result.output == "red")
}

@Test func curlUsesALittleWebServer() async throws {
    let result = try await withMockServer(littleWebServer, options: .patient) {
        try await curl("/pear", "/apple", "/pear", from: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "greenredgreen")
}

@Test func curlAsksALittleWebServerForWhatItDoesNotHave() async throws {
    let result = try await withMockServer(littleWebServer, options: .patient) { try await curl("/plum", from: $0) }
    // 22: --fail, and a status of 400 or more.
    #expect(result.status == 22, "\(result)")
    #expect(result.errors.contains("404"), "\(result)")
}

@Test func curlNoticesAReplyThatIsCutShort() async throws {
    let result = try await withMockServer(
        [
            .expect(upTo: "\r\n\r\n", .prefix("GET /hello HTTP/1.1\r\n")),
            .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
            .disconnect(),
        ], options: .patient
    ) { try await curl("/hello", from: $0) }
    // 18: a partial file.
    #expect(result.status == 18, "\(result)")
    #expect(result.output == "hel")
}
