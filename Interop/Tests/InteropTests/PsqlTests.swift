// The start-up of psql, and one query, against a script written in PostgreSQL's protocol 3.0.

import Children
import TCPMockTesting
import Testing

/// A length that counts itself: how messages begin until the server has agreed to a version.
private let untyped = Framing.lengthPrefix(includesHeader: true)
/// A type's letter, then such a length.
private let typed = Framing.lengthPrefix(includesHeader: true, offset: 1)

/// See https://www.postgresql.org/docs/current/protocol-message-formats.html
private let session = Script([
    .optional(.expectFrame(.hex("04d2 1630"), framing: untyped), .send("N")),  // GSSENCRequest: no
    .optional(.expectFrame(.hex("04d2 162f"), framing: untyped), .send("N")),  // SSLRequest: no
    .expectFrame("\0\u{3}\0\0user\0ann\0database\0shop\0application_name\0psql\0\0", framing: untyped),
    .sendFrame("R\0\0\0\0"), .sendFrame("Sclient_encoding\0UTF8\0"), .sendFrame("ZI"),
    .expectFrame("Qselect 1\0"),
    .sendFrame("T\0\u{1}?column?\0\(.hex("00000000 0000 00000017 0004 ffffffff 0000"))"),  // one column of int4
    .sendFrame("D\0\u{1}\0\0\0\u{1}1"), .sendFrame("CSELECT 1\0"), .sendFrame("ZI"),
    .expectFrame("X"),
]).framing(typed)

private func psql(_ query: String, user: String = "ann", at server: MockServer) async throws -> ChildResult {
    try await Child.run(
        "psql", psqlArguments(query, user: user, host: server.host, port: "\(server.port)"),
        environment: psqlEnvironment)
}

/// For the sweep of it.
let psqlSession = session

func psqlArguments(_ query: String, user: String = "ann", host: String, port: String) -> [String] {
    [
        "--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--command", query,
        "host=\(host) port=\(port) user=\(user) dbname=shop sslmode=prefer connect_timeout=30",
    ]
}

/// Everything libpq could take from elsewhere is pinned.
let psqlEnvironment: [String: String?] = [
    "PGSERVICE": nil, "PGPASSFILE": "/nonexistent", "PGOPTIONS": nil, "PGTZ": nil, "PGDATESTYLE": nil, "PGGEQO": nil,
    "PGAPPNAME": nil, "PGCLIENTENCODING": nil, "PGGSSENCMODE": nil,
]

@Test func psqlStartsUpAndRunsAQuery() async throws {
    let result = try await withMockServer(session, options: .patient) { try await psql("select 1", at: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "1\n")
    #expect(result.errors.isEmpty)
}

/// psql itself asks for GSSAPI only where there are Kerberos credentials.
@Test func aClientIsRefusedGSSAPIAndThenTLS() async throws {
    let result = try await withMockServer(session, options: .patient) {
        try await python(
            #"""
            import socket
            client = socket.create_connection((host, port), timeout=30)
            for request in "0000000804d21630", "0000000804d2162f":
                client.sendall(bytes.fromhex(request))
                print(client.recv(1))
            startup = b"\0\3\0\0user\0ann\0database\0shop\0application_name\0psql\0\0"
            client.sendall(bytes([0, 0, 0, len(startup) + 4]) + startup)
            client.sendall(b"Q\0\0\0\15select 1\0X\0\0\0\4")
            replies = b""
            while replies.count(b"Z\0\0\0\5I") < 2:
                replies += client.recv(4096)
            client.close()
            """#, at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "b'N'\nb'N'\n")
}

@Test func psqlRunsAnotherQueryThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: session) { try await psql("select 7", at: $0) }
    #expect(
        failure.summary == #"connection 1, step 9 of 14: expected frame "Qselect 1\0", got "Qselect 7\0": "#
            + "first difference at byte 8 ('1' 0x31, got '7' 0x37)")
    #expect(try failure.writtenStep == #".expectFrame("Qselect 1\0"),"#)
    // 2: the connection to the server went bad.
    #expect(result.status == 2, "\(result)")
    #expect(
        result.errors.contains("Connection reset by peer")
            || result.errors.contains("closed the connection unexpectedly"), "\(result)")
}

@Test func psqlStartsUpAsAnotherUserThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: session) { try await psql("select 1", user: "anm", at: $0) }
    #expect(
        failure.summary.hasPrefix(
            #"connection 1, step 5 of 14: expected frame "\0\x03\0\0user\0ann\0database\0shop\0"#), "\(failure)")
    #expect(failure.summary.hasSuffix("first difference at byte 11 ('n' 0x6E, got 'm' 0x6D)"), "\(failure)")
    #expect(try failure.writtenStep.contains("user\\0ann"))
    #expect(result.status == 2, "\(result)")
}
