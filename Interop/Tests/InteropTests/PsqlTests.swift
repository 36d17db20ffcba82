// The start-up of psql, and one query, against scripts written in PostgreSQL's protocol 3.0.

import Children
import TCPMockTesting
import Testing

private func psql(user: String, at server: MockServer) async throws -> ChildResult {
    // Everything libpq could take from elsewhere is pinned.
    try await Child.run(
        "psql",
        [
            "--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--command", "SELECT 1",
            "host=\(server.host) port=\(server.port) user=\(user) dbname=shop application_name=interop "
                + "sslmode=disable gssencmode=disable connect_timeout=30 client_encoding=UTF8",
        ],
        environment: [
            "PGSERVICE": nil, "PGPASSFILE": "/nonexistent", "PGOPTIONS": nil, "PGTZ": nil, "PGDATESTYLE": nil,
            "PGGEQO": nil,
        ])
}

/// A typed message: its letter, a length that counts itself, the body.
private func message(_ type: String, _ body: [UInt8]) -> [UInt8] {
    Array(type.utf8) + length(body.count + 4) + body
}

private func length(_ count: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
}

private func text(_ string: String) -> [UInt8] {
    Array(string.utf8) + [0]
}

/// See https://www.postgresql.org/docs/15/protocol-message-formats.html, StartupMessage.
private func startup(user: String) -> Bytes {
    let parameters = [
        "user", user, "database", "shop", "application_name", "interop", "client_encoding", "UTF8",
    ]
    let body: [UInt8] = [0, 3, 0, 0] + parameters.flatMap(text) + [0]
    return Bytes(length(body.count + 4) + body)
}

private let authenticationOk = message("R", [0, 0, 0, 0])
private let readyForQuery = message("Z", Array("I".utf8))

private func login(user: String) -> Script {
    [
        .expect(startup(user: user)),
        .send(Bytes(authenticationOk + message("S", text("server_version") + text("15.0")) + readyForQuery)),
    ]
}

/// One row with one column of type int4.
private var oneRow: Bytes {
    let column = text("?column?") + [0, 0, 0, 0, 0, 0] + [0, 0, 0, 23, 0, 4] + [0xff, 0xff, 0xff, 0xff, 0, 0]
    return Bytes(
        message("T", [0, 1] + column) + message("D", [0, 1] + length(1) + Array("1".utf8))
            + message("C", text("SELECT 1")) + readyForQuery)
}

@Test func psqlStartsUpAndRunsAQuery() async throws {
    let query: Script = [.expect(Bytes(message("Q", text("SELECT 1")))), .send(oneRow)]
    let goodbye: Script = [.expect(Bytes(message("X", []))), .expectDisconnect()]
    let result = try await withMockServer(
        login(user: "ann").label("login") + query.label("query") + goodbye, options: .patient
    ) { try await psql(user: "ann", at: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "1\n")
}

@Test func psqlStartsUpAsAnotherUserThanTheScript() async throws {
    let server = try MockServer(login(user: "ann").label("login"), options: .patient)
    let (verdict, result) = try await server.verdict { try await psql(user: "bob", at: $0) }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1, "\(verdict)")
    #expect(failure.kind == .mismatch)
    #expect(failure.step == 1)
    // Behind length, version and "user\0".
    #expect(failure.offset == 13)
    #expect(failure.summary.hasPrefix("connection 1, step 1 of 2 \"login\": expected "), "\(failure)")
    #expect(failure.summary.contains("first difference at byte 13 ('a' 0x61, got 'b' 0x62)"), "\(failure)")
    // 2: the connection to the server went bad.
    #expect(result.status == 2, "\(result)")
    #expect(
        result.errors.contains("Connection reset by peer")
            || result.errors.contains("closed the connection unexpectedly"), "\(result)")
}
